/** Done, and how to take it back: a notice with a button that stays for a while; only where taking back is safe. */
import { App, Button } from 'antd';
import { createElement } from 'react';
import type { Text } from './api.ts';
import { Both } from './both.tsx';

const STAYS_SECONDS = 12;

export interface Notices {
  done(text: Text): void;
  /** @param undo carried out once, when the person asks for it */
  doneWithUndo(text: Text, undo: () => Promise<unknown> | unknown): void;
}

export function useNotices(): Notices {
  const { notification, message } = App.useApp();
  return {
    done: (text) => void message.success(createElement(Both, text)),
    doneWithUndo: (text, undo) => {
      const key = crypto.randomUUID();
      const takeBack = () => {
        notification.destroy(key);
        void undo();
      };
      notification.success({
        key,
        title: createElement(Both, text),
        duration: STAYS_SECONDS,
        placement: 'bottomRight',
        actions: createElement(
          Button,
          { size: 'small', onClick: takeBack },
          createElement(Both, { zh: '撤销', en: 'Undo' }),
        ),
      });
    },
  };
}

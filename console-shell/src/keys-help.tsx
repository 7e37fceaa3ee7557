/** What `?` shows: every page with its key, and how to move about without a mouse. */
import { Modal } from 'antd';
import type { ReactNode } from 'react';
import { Both } from './both.tsx';
import { type ConsolePage, PAGE_KEYS } from './console.tsx';

const MOVES: readonly (readonly [string, string, string])[] = [
  ['Tab / Shift+Tab', '下一项 / 上一项', 'next, previous'],
  ['Enter / Space', '按下', 'press'],
  ['Esc', '关闭对话框', 'close a dialogue'],
  ['?', '本帮助', 'this help'],
];

export function KeysHelp({
  open,
  onClose,
  pages,
}: {
  open: boolean;
  onClose: () => void;
  pages: readonly ConsolePage[];
}): ReactNode {
  return (
    <Modal open={open} onCancel={onClose} footer={null} title={<Both zh="键盘操作" en="By keyboard" />}>
      <table className="keys-help">
        <tbody>
          {pages.slice(0, PAGE_KEYS.length).map(({ path, title }, at) => (
            <tr key={path}>
              <td>
                <kbd>Alt+{PAGE_KEYS[at]}</kbd>
              </td>
              <td>
                <Both {...title} />
              </td>
            </tr>
          ))}
          {MOVES.map(([keys, zh, en]) => (
            <tr key={keys}>
              <td>
                <kbd>{keys}</kbd>
              </td>
              <td>
                <Both zh={zh} en={en} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  );
}

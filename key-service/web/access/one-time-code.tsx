/** A one-time code, shown once in large type: to be handed over by hand, never by mail. */
import { Both, whenText } from '@rhc/console-shell';
import { Alert, Modal } from 'antd';
import type { ReactNode } from 'react';

export interface ShownCode {
  readonly code: string;
  readonly expiresAt: string;
  readonly whose: string;
}

export function OneTimeCode({ code, onClose }: { code: ShownCode | null; onClose: () => void }): ReactNode {
  return (
    <Modal
      open={code !== null}
      destroyOnHidden
      title={<Both zh={`${code?.whose ?? ''} 的一次性登记码`} en="one-time code" />}
      onCancel={onClose}
      onOk={onClose}
      cancelButtonProps={{ hidden: true }}
    >
      <p className="code-large">{code?.code}</p>
      <Alert
        type="warning"
        showIcon
        title={<Both zh="只显示这一次。" en="Shown this once." />}
        description={
          <Both
            zh={`→ 请当面交给本人;${code === null ? '' : whenText(code.expiresAt)} 前有效,用一次即作废。`}
            en="Hand it over in person; it works once and only until then."
          />
        }
      />
    </Modal>
  );
}

/** The PIN of the SAM, entered by a person: how many tries are left, and what to do when it may not be tried any more. */
import { Both, both, call, FaultNotice, useDo } from '@rhc/console-shell';
import { Alert, Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import type { SamState } from '../../src/contract/index.ts';
import { mayTryPin } from './keys-words.ts';

const HEADERS = { 'x-rhc-request': '1' };
const LEAST_DIGITS = 4;

function LastTry() {
  return (
    <Alert
      id="sam-pin-last"
      type="error"
      showIcon
      title={<Both zh="只剩最后一次，本程序不会用掉它。" en="One try is left; it is not used here." />}
      description={
        <Both zh="请联系省级密钥中心核对或重置 PIN。" en="Ask the province’s key centre to confirm or reset the PIN." />
      }
    />
  );
}

export function SamPinForm({ sam, onDone }: { sam: SamState; onDone: (state: SamState) => void }) {
  const [pin, setPin] = useState('');
  const enter = useDo(async (digits: string) => {
    // Gone from the page before the answer is there.
    setPin('');
    onDone(await call<SamState>('POST', '/v1/desk/sam/pin', { body: { pin: digits }, headers: HEADERS }));
  });
  if (!mayTryPin(sam)) return <LastTry />;
  return (
    <>
      <FaultNotice fault={enter.fault} onClose={enter.clear} />
      {sam.error !== null && (
        <Alert
          id="sam-pin-error"
          type="error"
          showIcon
          title={<Both {...sam.error.message} />}
          description={<Both {...sam.error.nextStep} />}
        />
      )}
      <Form layout="vertical" onFinish={() => void enter.run(pin)}>
        <Form.Item
          label={both('SAM PIN', '(digits)')}
          extra={both(
            `还可尝试 ${sam.pinTriesLeft ?? '—'} 次；最后一次不会使用。`,
            'tries left; the last is never used.',
          )}
        >
          <Input.Password
            id="sam-pin"
            value={pin}
            inputMode="numeric"
            autoComplete="off"
            maxLength={16}
            autoFocus
            visibilityToggle={false}
            onChange={({ target }) => setPin(target.value.replace(/\D/g, ''))}
          />
        </Form.Item>
        <Button
          id="sam-pin-enter"
          type="primary"
          htmlType="submit"
          disabled={pin.length < LEAST_DIGITS || enter.busy}
          loading={enter.busy}
        >
          <Both zh="验证" en="Verify" />
        </Button>
      </Form>
    </>
  );
}

export function SamPinDialog({
  sam,
  open,
  onClose,
  onDone,
}: {
  sam: SamState;
  open: boolean;
  onClose: () => void;
  onDone: () => void;
}) {
  return (
    <Modal
      open={open}
      title={<Both zh="输入 SAM PIN" en="Enter the PIN of the SAM" />}
      footer={null}
      onCancel={onClose}
      destroyOnHidden
      width={460}
    >
      <p>
        SAM <code>{sam.samSerial ?? '—'}</code>
      </p>
      <SamPinForm
        sam={sam}
        onDone={({ state }) => {
          onDone();
          if (state === 'ready' || state === 'pin-blocked') onClose();
        }}
      />
    </Modal>
  );
}

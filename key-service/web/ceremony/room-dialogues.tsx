/** Dialogues of the room: an exception, a reason (interrupt, resume, abandon), check values that differ. */
import { Both, both, SubmitOnEnter, useDo } from '@rhc/console-shell';
import { Form, Input, Modal, Select } from 'antd';
import type { ReactNode } from 'react';
import type { CeremonyResponse } from '../../src/contract/index.ts';

const LONG_ENOUGH = { required: true, min: 2, message: '请写明 Say what' };

interface Exception {
  readonly what: string;
  readonly why: string;
  readonly decision: string;
  readonly as?: string;
}

export function ExceptionDialogue({
  ceremony,
  onClose,
  onSend,
}: {
  ceremony: CeremonyResponse;
  onClose: () => void;
  onSend: (body: Record<string, unknown>) => Promise<void>;
}): ReactNode {
  const [form] = Form.useForm<Exception>();
  const send = useDo(async (fields: Exception) => {
    await onSend({ ...fields });
    onClose();
  });
  const people = [...new Set(ceremony.people.map(({ person }) => person))];
  return (
    <Modal
      open
      title={<Both zh="登记例外" en="Enter an exception" />}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={send.busy}
      okText={both('登记', 'Enter')}
      cancelText={both('返回', 'Back')}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ as: people[0] }}
        onFinish={(fields) => void send.run(fields)}
      >
        {ceremony.mode === 'rehearsal' && (
          <Form.Item name="as" label={<Both zh="由谁登记" en="Who enters it" />}>
            <Select options={people.map((value) => ({ value, label: value }))} />
          </Form.Item>
        )}
        <Form.Item name="what" label={<Both zh="发生了什么" en="What happened" />} rules={[LONG_ENOUGH]}>
          <Input autoFocus />
        </Form.Item>
        <Form.Item name="why" label={<Both zh="原因" en="Why" />} rules={[LONG_ENOUGH]}>
          <Input />
        </Form.Item>
        <Form.Item name="decision" label={<Both zh="决定" en="What was decided" />} rules={[LONG_ENOUGH]}>
          <Input />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}

export function ReasonDialogue({
  title,
  danger,
  onClose,
  onSend,
}: {
  title: string;
  danger: boolean;
  onClose: () => void;
  onSend: (reason: string) => Promise<void>;
}): ReactNode {
  const [form] = Form.useForm<{ reason: string }>();
  const send = useDo(async ({ reason }: { reason: string }) => {
    await onSend(reason);
    onClose();
  });
  return (
    <Modal
      open
      title={title}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={send.busy}
      okButtonProps={{ danger }}
      okText={both('确定', 'OK')}
      cancelText={both('返回', 'Back')}
    >
      <Form form={form} layout="vertical" onFinish={(fields) => void send.run(fields)}>
        <Form.Item
          name="reason"
          label={<Both zh="理由(写入记录)" en="Reason, for the minutes" />}
          rules={[LONG_ENOUGH]}
        >
          <Input autoFocus />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}

export function RejectDialogue({
  keys,
  asks,
  onClose,
  onSend,
}: {
  keys: readonly string[];
  /** Destroying needs a quorum first: this asks for it. */
  asks: boolean;
  onClose: () => void;
  onSend: (keys: string[], reason: string) => Promise<void>;
}): ReactNode {
  const [form] = Form.useForm<{ keys: string[]; reason: string }>();
  const send = useDo(async (fields: { keys: string[]; reason: string }) => {
    await onSend(fields.keys, fields.reason);
    onClose();
  });
  return (
    <Modal
      open
      title={<Both zh="哪些校验值不相符?" en="Which check values differ?" />}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={send.busy}
      okButtonProps={{ danger: true }}
      okText={asks ? both('申请批准驳回', 'Ask to reject') : both('销毁并重做', 'Destroy and make anew')}
      cancelText={both('返回', 'Back')}
    >
      <Form form={form} layout="vertical" onFinish={(fields) => void send.run(fields)}>
        <Form.Item
          name="keys"
          label={<Both zh="密钥" en="Keys" />}
          rules={[{ required: true, message: '请选择 Choose' }]}
        >
          <Select mode="multiple" options={keys.map((value) => ({ value, label: value.replace('#', ' v') }))} />
        </Form.Item>
        <Form.Item name="reason" label={<Both zh="理由" en="Reason" />} rules={[LONG_ENOUGH]}>
          <Input />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}

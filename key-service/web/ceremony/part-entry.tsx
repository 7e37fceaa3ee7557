/**
 * A custodian enters their own part. It is typed hidden, sent as octets in a body of its own, wiped here at once, and only
 * its check value comes back, to be compared with the envelope.
 */
import { Both, both, call, FaultNotice, useDo } from '@rhc/console-shell';
import { Button, Form, Input, InputNumber, Select } from 'antd';
import type { ReactNode } from 'react';
import type { EnterComponentResponse } from '../../src/contract/index.ts';
import { ROLE_NAMES, type Step, type Waiting } from './ceremony-words.ts';
import type { EnteredPart } from './own-parts.tsx';

interface Fields {
  readonly key: string;
  readonly index?: number;
  readonly part: string;
  readonly checkValue?: string;
}

function octets(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.replaceAll(/\s/g, '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

export function PartEntry({
  waiting,
  step,
  path,
  as,
  allowed,
  first,
  onEntered,
}: {
  waiting: Waiting;
  step: Step;
  path: string;
  as: string | undefined;
  allowed: boolean;
  /** The keyboard stands here. */
  first: boolean;
  onEntered: (part: EnteredPart) => void;
}): ReactNode {
  const [form] = Form.useForm<Fields>();
  const enter = useDo(async ({ key, index, part, checkValue }: Fields) => {
    const bytes = octets(part);
    form.setFieldsValue({ part: '', checkValue: '' });
    try {
      const check = checkValue === undefined || checkValue === '' ? {} : { checkValue: checkValue.toUpperCase() };
      const answer = await call<EnterComponentResponse>('POST', `${path}/components`, {
        query: {
          step: step.id,
          key,
          ...(index == null ? {} : { index }),
          ...check,
          ...(as === undefined ? {} : { as }),
        },
        body: bytes.buffer,
        headers: { 'content-type': 'application/octet-stream' },
      });
      onEntered({ ...answer, person: waiting.person ?? ROLE_NAMES[waiting.role].zh });
    } finally {
      bytes.fill(0);
    }
  });
  const key = waiting.keys[0];
  return (
    <fieldset className="part-entry" disabled={!allowed}>
      <legend>
        <strong>{waiting.person ?? ROLE_NAMES[waiting.role].zh}</strong> · {waiting.keys.length} 个密钥待输入 keys to go
      </legend>
      <FaultNotice fault={enter.fault} />
      <Form form={form} layout="inline" key={key} initialValues={{ key }} onFinish={(fields) => void enter.run(fields)}>
        <Form.Item name="key" label={<Both zh="密钥" en="key" />}>
          <Select
            className="part-key"
            options={waiting.keys.map((value) => ({ value, label: value.replace('#', ' v') }))}
          />
        </Form.Item>
        {step.combine === 'SHAMIR' && (
          <Form.Item
            name="index"
            label={<Both zh="份号" en="share" />}
            rules={[{ required: true, message: both('信封上的份号', 'as on the envelope') }]}
          >
            <InputNumber min={1} max={255} className="part-index" />
          </Form.Item>
        )}
        <Form.Item
          name="part"
          label={<Both zh="分量" en="part, hex" />}
          rules={[
            {
              required: true,
              pattern: /^(\s*[0-9A-Fa-f]{2}){8,32}\s*$/,
              message: both('16 进制', 'hex, 8 to 32 bytes'),
            },
          ]}
        >
          <Input.Password autoComplete="off" className="part-hex" autoFocus={first} />
        </Form.Item>
        <Form.Item
          name="checkValue"
          label={<Both zh="信封校验值" en="envelope KCV" />}
          rules={[{ pattern: /^[0-9A-Fa-f]{6}$/, message: '6 hex' }]}
        >
          <Input className="part-index kcv" maxLength={6} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={enter.busy} disabled={!allowed}>
          <Both zh="输入" en="enter" />
        </Button>
      </Form>
    </fieldset>
  );
}

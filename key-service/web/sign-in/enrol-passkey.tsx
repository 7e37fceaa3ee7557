/** A new operator's first passkey, by the one-time code that the system administrator handed over. */
import { Both, call, FaultNotice, useDo } from '@rhc/console-shell';
import { startRegistration } from '@simplewebauthn/browser';
import { Alert, Button, Form, Input } from 'antd';
import { type ReactNode, useState } from 'react';
import type { PasskeyOptionsResponse } from '../../src/contract/index.ts';
import { passkeyFault } from './passkey-fault.ts';

interface Fields {
  readonly code: string;
  readonly label: string;
}

export function EnrolPasskey(): ReactNode {
  const [done, setDone] = useState('');
  const enrol = useDo(async ({ code, label }: Fields) => {
    const path = '/v1/enrolment/passkey';
    const body = { code: code.trim() };
    const { challengeId, options } = await call<PasskeyOptionsResponse>('POST', `${path}/options`, { body });
    const response = await startRegistration({ optionsJSON: options as never }).catch(passkeyFault);
    const answer = await call<{ operator: string }>('POST', path, {
      body: { ...body, challengeId, response, label: label.trim() },
    });
    setDone(answer.operator);
  });
  if (done !== '') {
    return (
      <Alert
        type="success"
        showIcon
        title={<Both zh={`${done} 的通行密钥已登记。`} en="The passkey is registered." />}
        description={<Both zh="→ 请到“登录”用它登录。" en="Sign in with it." />}
      />
    );
  }
  return (
    <Form layout="vertical" onFinish={(fields: Fields) => void enrol.run(fields)}>
      <FaultNotice fault={enrol.fault} />
      <Form.Item
        name="code"
        label={<Both zh="一次性登记码" en="One-time code" />}
        rules={[{ required: true, min: 8, message: '请输入管理员交给您的登记码 Enter the code you were given' }]}
      >
        <Input className="kcv" autoComplete="one-time-code" placeholder="7K2M-9QXW-T4BC-VR8H-3N5D" />
      </Form.Item>
      <Form.Item
        name="label"
        initialValue="工作站"
        label={<Both zh="这把密钥叫什么" en="What you call it" />}
        rules={[{ required: true, max: 40 }]}
      >
        <Input />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={enrol.busy}>
        <Both zh="登记通行密钥" en="Register a passkey" />
      </Button>
    </Form>
  );
}

/** The page before the console: one card, ways to sign in, what went wrong. And who is signed in, at the console's top. */
import { Button, Dropdown, Form, Input } from 'antd';
import type { ReactNode } from 'react';
import { accessToken, type Fault, type Text } from './api.ts';
import { Both, FaultNotice } from './both.tsx';
import { whenText } from './when.tsx';

export function SignInFrame({
  title,
  fault,
  children,
}: {
  title: Text;
  fault: Fault | null;
  children: ReactNode;
}): ReactNode {
  return (
    <main className="sign-in" id="main">
      <section className="sign-in-card">
        <h1>
          <Both {...title} />
        </h1>
        <FaultNotice fault={fault} />
        {children}
      </section>
    </main>
  );
}

/** By a token that `npm start` or an administrator gave; kept in this tab only. */
export function TokenSignIn({ onToken, busy }: { onToken: () => void; busy: boolean }): ReactNode {
  return (
    <Form
      layout="vertical"
      onFinish={({ token }: { token: string }) => {
        accessToken.set(token.trim());
        onToken();
      }}
    >
      <Form.Item
        name="token"
        label={<Both zh="访问令牌" en="Access token" />}
        rules={[{ required: true, message: '请输入访问令牌 Enter the access token' }]}
      >
        <Input.Password autoComplete="off" autoFocus />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={busy}>
        <Both zh="登录" en="Sign in" />
      </Button>
    </Form>
  );
}

export interface SignedInPerson {
  readonly name: string;
  readonly roles: readonly Text[];
  /** When the session ends by itself; null: it does not. */
  readonly endsAt: string | null;
}

/** Name and roles; behind them, the session and the way out. */
export function SignedIn({ person, onSignOut }: { person: SignedInPerson; onSignOut: () => void }): ReactNode {
  const lines = [
    ...person.roles.map((role) => ({ key: role.en, disabled: true, label: <Both {...role} /> })),
    ...(person.endsAt === null
      ? []
      : [{ key: 'ends', disabled: true, label: `会话至 until ${whenText(person.endsAt)}` }]),
    { type: 'divider' as const, key: 'line' },
    { key: 'out', label: <Both zh="退出登录" en="Sign out" /> },
  ];
  return (
    <Dropdown
      trigger={['click']}
      menu={{ items: lines, onClick: ({ key }) => (key === 'out' ? onSignOut() : undefined) }}
      placement="bottomRight"
    >
      <Button size="small" className="signed-in" aria-haspopup="menu">
        {person.name}
        <small>{person.roles.map(({ zh }) => zh).join('、')}</small> ▾
      </Button>
    </Dropdown>
  );
}

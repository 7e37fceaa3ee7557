/** Signing in: passkey, client certificate, token of the demonstration; and a new operator's first passkey by code. */
import { accessToken, Both, both, call, Fault, type Loaded, SignInFrame, TokenSignIn, useDo } from '@rhc/console-shell';
import { startAuthentication } from '@simplewebauthn/browser';
import { Button, Divider, Tabs } from 'antd';
import type { ReactNode } from 'react';
import type { PasskeyOptionsResponse, SessionResponse, SignedInResponse } from '../../src/contract/index.ts';
import { EnrolPasskey } from './enrol-passkey.tsx';
import { passkeyFault } from './passkey-fault.ts';

async function byPasskey(): Promise<void> {
  const { challengeId, options } = await call<PasskeyOptionsResponse>('POST', '/v1/sign-in/passkey/options', {
    body: {},
  });
  const response = await startAuthentication({ optionsJSON: options as never }).catch(passkeyFault);
  const body = { challengeId, response };
  accessToken.set((await call<SignedInResponse>('POST', '/v1/sign-in/passkey', { body })).token);
}

async function byCertificate(): Promise<void> {
  accessToken.set((await call<SignedInResponse>('POST', '/v1/sign-in/certificate', { body: {} })).token);
}

export function SignInPage({ session }: { session: Loaded<SessionResponse> }): ReactNode {
  const passkey = useDo(async () => {
    await byPasskey();
    session.reload();
  });
  const certificate = useDo(async () => {
    await byCertificate();
    session.reload();
  });
  const ways = session.value?.signIn;
  const waits = accessToken.get() !== null && session.value?.principal === null && !session.loading;
  return (
    <SignInFrame
      title={{ zh: '密钥管理 · 登录', en: 'Key management · sign in' }}
      fault={passkey.fault ?? certificate.fault ?? session.fault ?? (waits ? TOKEN_REFUSED : null)}
    >
      <Tabs
        items={[
          {
            key: 'sign-in',
            label: both('登录', 'Sign in'),
            children: (
              <div className="stack">
                <Button
                  type="primary"
                  size="large"
                  block
                  loading={passkey.busy}
                  disabled={ways?.passkey === false}
                  onClick={() => void passkey.run()}
                >
                  <Both zh="用通行密钥登录" en="Sign in by passkey" />
                </Button>
                {ways?.passkey === false && (
                  <p className="quiet">
                    <Both
                      zh="此地址不能用通行密钥:请用服务配置的网址(例如 https:// 或 http://localhost)打开本页。"
                      en="Passkeys do not work at this address: open the page by the address the service is configured for."
                    />
                  </p>
                )}
                {ways?.certificate === true && (
                  <Button size="large" block loading={certificate.busy} onClick={() => void certificate.run()}>
                    <Both zh="用证书登录" en="Sign in by certificate" />
                  </Button>
                )}
                <Divider plain>
                  <Both zh="或" en="or" />
                </Divider>
                <TokenSignIn onToken={session.reload} busy={session.loading} />
              </div>
            ),
          },
          {
            key: 'enrol',
            label: both('首次登记', 'First enrolment'),
            children: <EnrolPasskey />,
          },
        ]}
      />
    </SignInFrame>
  );
}

const TOKEN_REFUSED = new Fault(
  {
    code: 'TOKEN_REFUSED',
    message: { zh: '令牌无效,或会话已结束。', en: 'The token is not valid, or the session has ended.' },
    nextStep: {
      zh: '请重新登录;没有令牌时请向系统管理员索取。',
      en: 'Sign in again; ask the administrator for a token.',
    },
    retriable: false,
  },
  401,
  null,
);

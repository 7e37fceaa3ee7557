/** By the token of the register of users (`RHC_ISSUER_USERS_FILE`). */
import { Fault, type Loaded, SignInFrame, TokenSignIn } from '@rhc/console-shell';
import { type ReactNode, useRef } from 'react';
import type { Me } from './session.tsx';

export function SignInPage({ me }: { me: Loaded<Me> }): ReactNode {
  const tried = useRef(false);
  const refused = me.fault?.status === 401;
  return (
    <SignInFrame
      title={{ zh: '居民健康卡发卡 · 登录', en: 'Card issuing · sign in' }}
      fault={refused ? (tried.current && !me.loading ? TOKEN_REFUSED : null) : me.fault}
    >
      <TokenSignIn
        busy={me.loading}
        onToken={() => {
          tried.current = true;
          me.reload();
        }}
      />
    </SignInFrame>
  );
}

const TOKEN_REFUSED = new Fault(
  {
    code: 'TOKEN_REFUSED',
    message: { zh: '令牌无效。', en: 'The token is not valid.' },
    nextStep: {
      zh: '请核对后重新输入;没有令牌时请向主管索取。',
      en: 'Check it and enter it again; ask the manager for a token.',
    },
    retriable: false,
  },
  401,
  null,
);

/** Sign-in, then the pages of the menu's table that the person's roles open. */
import { Band, Both, Console, type ConsolePage, call, SignedIn, StatusTag, useLoad } from '@rhc/console-shell';
import { Skeleton } from 'antd';
import type { ReactNode } from 'react';
import type { ApprovalsResponse, StatusResponse } from '../src/contract/index.ts';
import { forgetVisit } from './counter/visit.ts';
import { MENU } from './menu/menu.tsx';
import { hasRole, type Me, useMe } from './sign-in/session.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';
import { roleText } from './words.tsx';

const REFRESH_MS = 5_000;
const TRAINING = {
  banner: (
    <Band kind="rehearsal">
      <Both zh="培训模式:居民与卡都不是真的" en="Training: neither residents nor cards are real" />
    </Band>
  ),
  watermark: { zh: '培训', en: 'TRAINING' },
} as const;

export function IssuerConsole(): ReactNode {
  const me = useMe();
  if (me.value === null && me.fault === null) return <Skeleton active />;
  if (me.value === null || me.fault?.status === 401) return <SignInPage me={me} />;
  const signOut = () => {
    forgetVisit();
    me.signOut();
  };
  return <Pages me={me.value} onSignOut={signOut} />;
}

function Pages({ me, onSignOut }: { me: Me; onSignOut: () => void }): ReactNode {
  const status = useLoad('status', (signal) => call<StatusResponse>('GET', '/v1/status', { signal }), REFRESH_MS);
  const open = useLoad(
    hasRole(me, 'clerk', 'reviewer', 'stock', 'manager', 'auditor') ? 'approvals waiting' : null,
    (signal) => call<ApprovalsResponse>('GET', '/v1/approvals', { signal, query: { state: 'open' } }),
    REFRESH_MS,
  );
  // Those that this very person may decide.
  const mine = (open.value?.approvals ?? []).filter(
    ({ requestedBy, approvers }) => requestedBy !== me.id && hasRole(me, ...approvers),
  );
  const pages: ConsolePage[] = MENU.filter(({ roles }) => hasRole(me, ...roles)).map(
    ({ path, zh, en, icon, group, component: Page }) => ({
      path,
      title: { zh, en },
      icon,
      group,
      waiting: path === 'approvals' ? mine.length : 0,
      render: (rest) => <Page me={me} rest={rest} />,
    }),
  );
  return (
    <Console
      title={{ zh: '居民健康卡发卡', en: 'Card issuing' }}
      status={
        <>
          <ReaderLight status={status.value} gone={status.fault !== null} />
          <SignedIn person={{ name: me.name, roles: me.roles.map(roleText), endsAt: null }} onSignOut={onSignOut} />
        </>
      }
      pages={pages}
      {...(status.value?.training === true ? TRAINING : {})}
    />
  );
}

function ReaderLight({ status, gone }: { status: StatusResponse | null; gone: boolean }): ReactNode {
  if (gone) return <StatusTag state="bad">服务没有应答 Service down</StatusTag>;
  if (status === null) return <StatusTag state="idle">读取中 Loading</StatusTag>;
  return status.agents === 0 ? (
    <StatusTag state="warn">没有读卡器代理 No agent</StatusTag>
  ) : (
    <StatusTag state="good">读卡器代理 {status.agents} Agents</StatusTag>
  );
}

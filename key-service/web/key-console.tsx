/** Sign-in, then the pages; what a person may do on them follows from the roles. */
import {
  ApartmentOutlined,
  AuditOutlined,
  CreditCardOutlined,
  DashboardOutlined,
  FileProtectOutlined,
  HeartOutlined,
  SafetyCertificateOutlined,
  SyncOutlined,
  TeamOutlined,
  UsergroupAddOutlined,
} from '@ant-design/icons';
import { Console, type ConsolePage, call, FaultNotice, SignedIn, StatusTag, useLoad } from '@rhc/console-shell';
import { Skeleton } from 'antd';
import type { ReactNode } from 'react';
import type { ApprovalView, CertificatesResponse, SessionResponse, StatusResponse } from '../src/contract/index.ts';
import { CertificatesPage, expiresSoon } from './access/certificates-page.tsx';
import { OperatorsPage } from './access/operators-page.tsx';
import { roleText } from './access/role-words.ts';
import { ApprovalsPage } from './approvals/approvals-page.tsx';
import type { Attention } from './attention.ts';
import { AuditPage } from './audit/audit-page.tsx';
import { CeremonyPage } from './ceremony/ceremony-page.tsx';
import { HealthPage } from './health/health-page.tsx';
import { TreePage } from './key-tree/tree-page.tsx';
import { OverviewPage } from './overview.tsx';
import { RotationPage } from './rotation/rotation-page.tsx';
import { SamsPage } from './sams/sams-page.tsx';
import { hasRole, type Principal, useSession } from './sign-in/session.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';

const REFRESH_MS = 5_000;
const KEYS = { zh: '密钥', en: 'Keys' };
const PROOF = { zh: '审计与权限', en: 'Audit and access' };

export function KeyConsole(): ReactNode {
  const session = useSession();
  const principal = session.value?.principal ?? null;
  if (session.value === null && session.fault === null) return <Skeleton active />;
  if (principal === null || session.value === null) return <SignInPage session={session} />;
  return <Pages me={principal} session={session.value} onSignOut={() => void session.signOut()} />;
}

function Pages({
  me,
  session,
  onSignOut,
}: {
  me: Principal;
  session: SessionResponse;
  onSignOut: () => void;
}): ReactNode {
  const status = useLoad('status', (signal) => call<StatusResponse>('GET', '/v1/status', { signal }), REFRESH_MS);
  const isOperator = hasRole(me, 'system-admin', 'security-admin', 'audit-admin', 'officer', 'custodian');
  const open = useLoad(
    isOperator ? 'approvals waiting' : null,
    (signal) => call<{ approvals: ApprovalView[] }>('GET', '/v1/approvals', { query: { state: 'open' }, signal }),
    REFRESH_MS,
  );
  const certificates = useLoad(
    isOperator ? 'certificates waiting' : null,
    (signal) => call<CertificatesResponse>('GET', '/v1/certificates', { signal }),
    60_000,
  );
  const mine = (open.value?.approvals ?? []).filter(({ mayApprove }) =>
    mayApprove.some(({ person }) => person === me.id),
  );
  const soon = (certificates.value?.certificates ?? []).filter((each) => expiresSoon(each, Date.now()));
  const more: Attention[] = [
    ...mine.map(
      ({ id, requester, text }): Attention => ({
        light: 'warn',
        text: {
          zh: `等您批准:${text[0]?.zh ?? ''}(${requester})`,
          en: `waits for your approval: ${text[0]?.en ?? ''}`,
        },
        page: `approvals/${id}`,
        next: { zh: '审阅', en: 'Review' },
      }),
    ),
    ...soon.map(
      ({ principal, notAfter }): Attention => ({
        light: 'warn',
        text: { zh: `${principal} 的证书将到期`, en: `certificate of ${principal} runs out` },
        at: notAfter,
        page: 'certificates',
        next: { zh: '查看证书', en: 'Look' },
      }),
    ),
  ];
  const pages: ConsolePage[] = [
    {
      path: 'overview',
      title: { zh: '总览', en: 'Overview' },
      icon: <DashboardOutlined />,
      group: KEYS,
      render: () => (
        <>
          <FaultNotice fault={status.fault} onRetry={status.reload} />
          <OverviewPage status={status.value} more={more} mayReadAudit={isOperator} />
        </>
      ),
    },
    {
      path: 'keys',
      title: { zh: '密钥树', en: 'Key tree' },
      icon: <ApartmentOutlined />,
      group: KEYS,
      render: (rest) => <TreePage rest={rest} mayAct={hasRole(me, 'security-admin', 'officer')} />,
    },
    {
      path: 'ceremony',
      title: { zh: '仪式室', en: 'Ceremonies' },
      icon: <UsergroupAddOutlined />,
      group: KEYS,
      render: (rest) => <CeremonyPage rest={rest} me={me} />,
    },
    {
      path: 'approvals',
      title: { zh: '审批', en: 'Approvals' },
      icon: <AuditOutlined />,
      group: KEYS,
      waiting: mine.length,
      render: (rest) => <ApprovalsPage rest={rest} me={me} />,
    },
    {
      path: 'rotation',
      title: { zh: '轮换', en: 'Rotation' },
      icon: <SyncOutlined />,
      group: KEYS,
      render: (rest) => <RotationPage rest={rest} me={me} />,
    },
    {
      path: 'sams',
      title: { zh: 'SAM 卡', en: 'SAMs' },
      icon: <CreditCardOutlined />,
      group: KEYS,
      render: (rest) => <SamsPage rest={rest} me={me} />,
    },
    {
      path: 'audit',
      title: { zh: '审计日志', en: 'Audit log' },
      icon: <FileProtectOutlined />,
      group: PROOF,
      render: (rest) => <AuditPage rest={rest} mayReadLeaves={hasRole(me, 'audit-admin')} />,
    },
    {
      path: 'certificates',
      title: { zh: '证书', en: 'Certificates' },
      icon: <SafetyCertificateOutlined />,
      group: PROOF,
      waiting: soon.length,
      render: () => <CertificatesPage me={me} />,
    },
    {
      path: 'operators',
      title: { zh: '操作员', en: 'Operators' },
      icon: <TeamOutlined />,
      group: PROOF,
      render: () => <OperatorsPage me={me} />,
    },
    {
      path: 'health',
      title: { zh: '健康', en: 'Health' },
      icon: <HeartOutlined />,
      group: PROOF,
      render: () => <HealthPage status={status.value} />,
    },
  ];
  return (
    <Console
      title={{ zh: '密钥管理', en: 'Key management' }}
      status={
        <>
          <StatusTag state={status.value === null ? 'idle' : status.value.ready ? 'good' : 'bad'}>
            {status.value === null ? '读取中 Loading' : status.value.ready ? '就绪 Ready' : '未就绪 Not ready'}
          </StatusTag>
          <SignedIn
            person={{ name: me.name, roles: me.roles.map(roleText), endsAt: session.session?.endsAt ?? null }}
            onSignOut={onSignOut}
          />
        </>
      }
      pages={pages}
    />
  );
}

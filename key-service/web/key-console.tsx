/** Sign-in, then the pages; which of them a person sees follows from the roles. */
import { ApartmentOutlined, DashboardOutlined, FileProtectOutlined } from '@ant-design/icons';
import { Console, type ConsolePage, call, FaultNotice, StatusTag, useLoad } from '@rhc/console-shell';
import type { ReactNode } from 'react';
import type { StatusResponse } from '../src/contract/index.ts';
import { AuditPage } from './audit/audit-page.tsx';
import { TreePage } from './key-tree/tree-page.tsx';
import { OverviewPage } from './overview.tsx';

const REFRESH_MS = 5_000;
const KEYS = { zh: '密钥', en: 'Keys' };
const PROOF = { zh: '审计', en: 'Audit' };

export function KeyConsole(): ReactNode {
  const status = useLoad('status', (signal) => call<StatusResponse>('GET', '/v1/status', { signal }), REFRESH_MS);
  const pages: ConsolePage[] = [
    {
      path: 'overview',
      title: { zh: '总览', en: 'Overview' },
      icon: <DashboardOutlined />,
      group: KEYS,
      render: () => (
        <>
          <FaultNotice fault={status.fault} onRetry={status.reload} />
          <OverviewPage status={status.value} more={[]} />
        </>
      ),
    },
    {
      path: 'keys',
      title: { zh: '密钥树', en: 'Key tree' },
      icon: <ApartmentOutlined />,
      group: KEYS,
      render: (rest) => <TreePage rest={rest} />,
    },
    {
      path: 'audit',
      title: { zh: '审计日志', en: 'Audit log' },
      icon: <FileProtectOutlined />,
      group: PROOF,
      render: (rest) => <AuditPage rest={rest} mayReadLeaves={true} />,
    },
  ];
  return (
    <Console
      title={{ zh: '密钥管理', en: 'Key management' }}
      status={
        <StatusTag state={status.value === null ? 'idle' : status.value.ready ? 'good' : 'bad'}>
          {status.value === null ? '读取中 Loading' : status.value.ready ? '就绪 Ready' : '未就绪 Not ready'}
        </StatusTag>
      }
      pages={pages}
    />
  );
}

/** The console of security staff and auditors. */
import 'antd/dist/antd.css';
import '@rhc/console-shell/console.css';
import { Console, call, FaultNotice, StatusTag, startConsole, useLoad } from '@rhc/console-shell';
import type { StatusResponse } from '../src/contract/index.ts';
import { OverviewPage } from './overview.tsx';

const REFRESH_MS = 5_000;

function KeyConsole() {
  const status = useLoad('status', (signal) => call<StatusResponse>('GET', '/v1/status', { signal }), REFRESH_MS);
  return (
    <Console
      title={{ zh: '密钥管理', en: 'Key management' }}
      status={
        <StatusTag state={status.value === null ? 'idle' : status.value.ready ? 'good' : 'bad'}>
          {status.value === null ? '读取中 Loading' : status.value.ready ? '就绪 Ready' : '未就绪 Not ready'}
        </StatusTag>
      }
      pages={[
        {
          path: 'overview',
          title: { zh: '总览', en: 'Overview' },
          render: () => (
            <>
              <FaultNotice fault={status.fault} onRetry={status.reload} />
              <OverviewPage status={status.value} />
            </>
          ),
        },
      ]}
    />
  );
}

startConsole(<KeyConsole />);

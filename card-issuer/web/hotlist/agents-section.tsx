/** Which version of the list each connected agent serves by. */
import { both, call, EmptyHint, FaultNotice, Section, StatusTag, useLoad } from '@rhc/console-shell';
import { Table } from 'antd';
import type { ReactNode } from 'react';
import type { AgentsResponse } from '../../src/contract/index.ts';

const REFRESH_MS = 5_000;

export function AgentsSection({ newest }: { newest: number | null }): ReactNode {
  const agents = useLoad('agents', (signal) => call<AgentsResponse>('GET', '/v1/agents', { signal }), REFRESH_MS);
  return (
    <Section title={{ zh: '在线代理的名单版本', en: 'Versions that connected agents hold' }} className="section-long">
      <FaultNotice fault={agents.fault} onRetry={agents.reload} />
      <Table
        size="small"
        rowKey="agentId"
        loading={agents.loading && agents.value === null}
        dataSource={[...(agents.value?.agents ?? [])]}
        pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
        locale={{
          emptyText: (
            <EmptyHint
              text={{ zh: '没有代理在线。', en: 'No agent is connected.' }}
              next={{ zh: '代理连上后在此报告其名单版本。', en: 'Agents say their version here once they dial in.' }}
            />
          ),
        }}
        columns={[
          { title: both('代理', 'Agent'), dataIndex: 'agentId' },
          { title: both('程序版本', 'Program'), dataIndex: 'version' },
          { title: both('读卡器', 'Readers'), align: 'right', render: (_, { readers }) => readers.length },
          {
            title: both('名单版本', 'Hotlist'),
            render: (_, { hotlistVersion }) => <Held held={hotlistVersion} newest={newest} />,
          },
        ]}
      />
    </Section>
  );
}

function Held({ held, newest }: { held: number | null; newest: number | null }): ReactNode {
  if (held === null) return <StatusTag state="idle">未报告 not told</StatusTag>;
  const behind = (newest ?? held) - held;
  return (
    <StatusTag state={behind <= 0 ? 'good' : behind <= 2 ? 'warn' : 'bad'}>
      第 {held} 版{behind > 0 ? ` · 落后 behind ${behind}` : ' · 最新 newest'}
    </StatusTag>
  );
}

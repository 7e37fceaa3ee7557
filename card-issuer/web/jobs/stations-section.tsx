/** Which readers work for the run: a blank put into one of them takes the next line. */
import { Both, call, EmptyHint, FaultNotice, Section, StatusTag, useDo, useLoad } from '@rhc/console-shell';
import { Button, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import type { AgentsResponse } from '../../src/contract/index.ts';
import type { Run } from './job-words.ts';

const REFRESH_MS = 3_000;

export function StationsSection({
  run,
  mayLook,
  mayAssign,
  onChange,
}: {
  run: Run;
  /** Whether the connected agents may be read; else the run's own stations are named only. */
  mayLook: boolean;
  mayAssign: boolean;
  onChange: () => void;
}): ReactNode {
  const agents = useLoad(
    mayLook ? 'agents' : null,
    (signal) => call<AgentsResponse>('GET', '/v1/agents', { signal }),
    REFRESH_MS,
  );
  const assign = useDo(async (agentId: string, reader: string, works: boolean) => {
    const body = { agentId, reader };
    if (works) await call('POST', '/v1/bulk-stations/release', { body });
    else await call('PUT', `/v1/bulk-runs/${run.id}/stations`, { body });
    onChange();
  });
  const connected = (agents.value?.agents ?? []).flatMap(({ agentId, readers }) =>
    readers.map((reader) => ({ ...reader, agentId })),
  );
  const gone = run.stations.filter(
    (station) => !connected.some(({ agentId, reader }) => agentId === station.agentId && reader === station.reader),
  );
  return (
    <Section title={{ zh: '为本任务制卡的读卡器', en: 'Readers that work for the run' }}>
      <FaultNotice fault={agents.fault ?? assign.fault} onRetry={agents.reload} />
      {mayLook && agents.value === null && agents.fault === null ? (
        <Skeleton active paragraph={{ rows: 1 }} title={false} />
      ) : connected.length + gone.length === 0 ? (
        <EmptyHint
          text={{ zh: '没有读卡器在线。', en: 'No reader is connected.' }}
          next={{ zh: '在制卡电脑上启动读卡器代理并接好读卡器。', en: 'Start the reader agent and plug readers in.' }}
        />
      ) : (
        <ul className="stations">
          {connected.map(({ agentId, reader, card }) => {
            const works = run.stations.some((each) => each.agentId === agentId && each.reader === reader);
            return (
              <li key={`${agentId} ${reader}`}>
                <StatusTag state={works ? 'good' : 'idle'}>{works ? '制卡 works' : '未派 free'}</StatusTag>
                <span>
                  {reader} <span className="quiet">{agentId}</span>
                </span>
                <span className="quiet">{card === null ? '空 empty' : (card.cardFactor ?? '非本系统卡 foreign')}</span>
                {mayAssign && (
                  <Button size="small" loading={assign.busy} onClick={() => void assign.run(agentId, reader, works)}>
                    {works ? <Both zh="撤出" en="Release" /> : <Both zh="派给本任务" en="Assign" />}
                  </Button>
                )}
              </li>
            );
          })}
          {gone.map(({ agentId, reader }) => (
            <li key={`gone ${agentId} ${reader}`}>
              <StatusTag state={mayLook ? 'warn' : 'good'}>{mayLook ? '离线 offline' : '制卡 works'}</StatusTag>
              <span>
                {reader} <span className="quiet">{agentId}</span>
              </span>
              <span />
              {mayAssign && (
                <Button size="small" loading={assign.busy} onClick={() => void assign.run(agentId, reader, true)}>
                  <Both zh="撤出" en="Release" />
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

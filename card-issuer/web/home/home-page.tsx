/** What one sees first: counts, readers, and for an empty system the three steps that fill it. */
import { Both, call, EmptyHint, FaultNotice, Figure, Section, StatusTag, useLoad } from '@rhc/console-shell';
import { Skeleton } from 'antd';
import type { ReactNode } from 'react';
import type { AgentsResponse, StatusResponse } from '../../src/contract/index.ts';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';

const REFRESH_MS = 5_000;

export function HomePage({ me }: PageProps): ReactNode {
  const status = useLoad('status', (signal) => call<StatusResponse>('GET', '/v1/status', { signal }), REFRESH_MS);
  const mayReadAgents = hasRole(me, 'clerk', 'reviewer', 'manager', 'service');
  const agents = useLoad(
    mayReadAgents ? 'agents' : null,
    (signal) => call<AgentsResponse>('GET', '/v1/agents', { signal }),
    REFRESH_MS,
  );
  const count = (...states: readonly string[]): number =>
    states.reduce((sum, state) => sum + (status.value?.cards[state] ?? 0), 0);
  return (
    <div className="stack">
      <FaultNotice fault={status.fault ?? agents.fault} onRetry={status.reload} />
      <div className="figures">
        <Figure label={{ zh: '登记居民', en: 'Residents' }} value={status.value?.residents ?? '…'} />
        <Figure
          label={{ zh: '在制', en: 'Being made' }}
          value={count('ordered', 'personalizing')}
          note={`任务 jobs ${status.value?.openJobs ?? 0}`}
          state="busy"
        />
        <Figure
          label={{ zh: '待领', en: 'To be handed over' }}
          value={count('personalized', 'in-delivery')}
          state={count('personalized') > 0 ? 'warn' : 'idle'}
        />
        <Figure label={{ zh: '启用', en: 'Active' }} value={count('active')} state="good" />
        <Figure
          label={{ zh: '制作失败', en: 'Failed' }}
          value={count('failed')}
          state={count('failed') > 0 ? 'bad' : 'good'}
          note={count('failed') > 0 ? '请到柜台重试或作废 retry or spoil' : '没有 none'}
        />
      </div>
      {status.value?.residents === 0 && <FirstSteps />}
      {mayReadAgents && <Readers agents={agents.value} />}
    </div>
  );
}

function FirstSteps(): ReactNode {
  return (
    <Section title={{ zh: '从这里开始', en: 'Where to begin' }}>
      <EmptyHint
        text={{ zh: '还没有登记居民。', en: 'No resident is enrolled yet.' }}
        next={{
          zh: '导入名册,或在柜台登记第一位居民;然后把空白卡放进读卡器。',
          en: 'Import a roster or enrol the first resident at the counter, then put a blank card into a reader.',
        }}
      />
    </Section>
  );
}

function Readers({ agents }: { agents: AgentsResponse | null }): ReactNode {
  const readers = (agents?.agents ?? []).flatMap(({ agentId, readers: own }) =>
    own.map((reader) => ({ ...reader, agentId })),
  );
  return (
    <Section title={{ zh: '读卡器', en: 'Readers' }}>
      {agents === null ? (
        <Skeleton active paragraph={{ rows: 1 }} title={false} />
      ) : readers.length === 0 ? (
        <EmptyHint
          text={{ zh: '没有读卡器在线。', en: 'No reader is connected.' }}
          next={{
            zh: '请在制卡的电脑上启动读卡器代理,并接好读卡器。',
            en: 'Start the reader agent on the computer that makes cards, and plug the reader in.',
          }}
        />
      ) : (
        <ul className="reader-list">
          {readers.map(({ agentId, reader, card, cardId }) => (
            <li key={`${agentId} ${reader}`}>
              <StatusTag state={card === null ? 'idle' : card.cardFactor === null ? 'bad' : 'good'}>
                {card === null ? '空 empty' : card.cardFactor === null ? '非本系统卡 foreign' : '有卡 card'}
              </StatusTag>{' '}
              {reader} <span className="quiet">{agentId}</span>{' '}
              {card?.cardFactor != null && (
                <span className="quiet">
                  <code>{card.cardFactor}</code>{' '}
                  {cardId === null ? <Both zh="空白卡" en="blank" /> : <Both zh="已绑定" en="bound to a card" />}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

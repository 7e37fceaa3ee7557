/** What one sees first: does the HSM answer, which keys are where in their life, what needs somebody. */
import {
  Both,
  call,
  EmptyHint,
  FaultNotice,
  Figure,
  goTo,
  Section,
  StatusTag,
  useLoad,
  When,
} from '@rhc/console-shell';
import { Button, Descriptions, List, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import type {
  AuditStatusResponse,
  KeyVersionsResponse,
  RosterResponse,
  StatusResponse,
} from '../src/contract/index.ts';
import { type Attention, attentionOf, byUrgency } from './attention.ts';
import { STATE_ORDER, STATES } from './words.tsx';

const REFRESH_MS = 10_000;

export function OverviewPage({
  status,
  more,
  mayReadAudit,
}: {
  status: StatusResponse | null;
  more: readonly Attention[];
  mayReadAudit: boolean;
}): ReactNode {
  const keys = useLoad(
    'key-versions',
    (signal) => call<KeyVersionsResponse>('GET', '/v1/key-versions', { signal }),
    REFRESH_MS,
  );
  const audit = useLoad(
    mayReadAudit ? 'audit' : null,
    (signal) => call<AuditStatusResponse>('GET', '/v1/audit', { signal }),
    REFRESH_MS,
  );
  const roster = useLoad(
    mayReadAudit ? 'roster' : null,
    (signal) => call<RosterResponse>('GET', '/v1/roster', { signal }),
    REFRESH_MS,
  );
  const attention = byUrgency([...attentionOf(status, keys.value, audit.value, roster.value, new Date()), ...more]);
  const count = (state: string) => keys.value?.versions.filter((each) => each.state === state).length ?? 0;
  const passed = status?.token?.knownAnswers.filter((each) => each.passed).length ?? 0;
  const all = status?.token?.knownAnswers.length ?? 0;
  return (
    <div className="stack">
      <FaultNotice fault={keys.fault} onRetry={keys.reload} />
      <FaultNotice fault={audit.fault} onRetry={audit.reload} />
      <div className="figures">
        <Figure
          label={{ zh: '密码机', en: 'HSM' }}
          value={status === null ? '…' : status.ready ? '就绪' : '未就绪'}
          note={`${status?.workers ?? 0} 个工作进程 workers`}
          state={status === null ? 'idle' : status.ready ? 'good' : 'bad'}
        />
        <Figure
          label={{ zh: '已知答案测试', en: 'Known answers' }}
          value={`${passed}/${all}`}
          note={passed === all ? '全部通过 all passed' : '有未通过 some failed'}
          state={all > 0 && passed === all ? 'good' : 'bad'}
        />
        <Figure
          label={{ zh: '启用的密钥', en: 'Active keys' }}
          value={count('active')}
          note={`预置 pre-active ${count('pre-active')}`}
          state={count('active') > 0 ? 'good' : 'bad'}
        />
        <Figure
          label={{ zh: '审计日志', en: 'Audit log' }}
          value={audit.value?.size ?? '…'}
          note={`已签名 signed ${audit.value?.signedSize ?? '…'}`}
          state={
            audit.value === null ? 'idle' : audit.value.damaged ? 'bad' : audit.value.spooled > 0 ? 'warn' : 'good'
          }
        />
        <Figure
          label={{ zh: '需要处理', en: 'Needs attention' }}
          value={attention.length}
          note={attention.length === 0 ? '没有待办 nothing waits' : '见下 see below'}
          state={attention.some(({ light }) => light === 'bad') ? 'bad' : attention.length > 0 ? 'warn' : 'good'}
        />
      </div>
      <Section title={{ zh: '需要处理', en: 'What needs attention' }}>
        {keys.value === null ? (
          <Skeleton active paragraph={{ rows: 2 }} title={false} />
        ) : attention.length === 0 ? (
          <EmptyHint
            text={{ zh: '没有需要处理的事项。', en: 'Nothing needs attention.' }}
            next={{
              zh: '下一次例行检查:查看密钥树与审计日志。',
              en: 'For the routine check look at key tree and audit log.',
            }}
          />
        ) : (
          <AttentionList attention={attention} />
        )}
      </Section>
      <div className="side-by-side">
        <KeysByState versions={keys.value?.versions ?? []} />
        <HsmSection status={status} />
      </div>
    </div>
  );
}

function AttentionList({ attention }: { attention: readonly Attention[] }): ReactNode {
  return (
    <List
      size="small"
      dataSource={[...attention]}
      renderItem={({ light, text, at, page, next }) => (
        <List.Item
          actions={
            page === undefined
              ? []
              : [
                  <Button key="go" size="small" onClick={() => goTo(page)}>
                    <Both {...next} />
                  </Button>,
                ]
          }
        >
          <span className="attention">
            <StatusTag state={light}>
              {light === 'bad' ? '紧急 urgent' : light === 'warn' ? '注意 look' : '计划 planned'}
            </StatusTag>
            <Both {...text} />
            {at !== undefined && <When at={at} />}
          </span>
        </List.Item>
      )}
    />
  );
}

function KeysByState({ versions }: { versions: KeyVersionsResponse['versions'] }): ReactNode {
  const total = Math.max(1, versions.length);
  return (
    <Section
      title={{ zh: '密钥版本的状态', en: 'Key versions by state' }}
      tools={
        <Button size="small" type="link" onClick={() => goTo('keys')}>
          <Both zh="密钥树" en="Key tree" />
        </Button>
      }
    >
      <table className="bars">
        <tbody>
          {STATE_ORDER.map((state) => {
            const found = versions.filter((each) => each.state === state).length;
            return (
              <tr key={state}>
                <th scope="row">
                  <Both {...STATES[state]} />
                </th>
                <td className="bars-number">{found}</td>
                <td className="bars-bar">
                  <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                    <rect className="bars-ground" width="100" height="10" />
                    <rect className={STATES[state].fill} width={(100 * found) / total} height="10" />
                  </svg>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Section>
  );
}

function HsmSection({ status }: { status: StatusResponse | null }): ReactNode {
  const token = status?.token;
  return (
    <Section title={{ zh: '密码机与令牌', en: 'HSM and token' }}>
      <Descriptions
        size="small"
        column={1}
        items={[
          { key: 'model', label: <Both zh="型号" en="Model" />, children: token?.model ?? '—' },
          { key: 'label', label: <Both zh="标签" en="Label" />, children: token?.label ?? '—' },
          { key: 'serial', label: <Both zh="序列号" en="Serial" />, children: <code>{token?.serial ?? '—'}</code> },
          { key: 'version', label: <Both zh="服务版本" en="Service version" />, children: status?.version ?? '—' },
        ]}
      />
      <h3 className="small-head">
        <Both zh="已知答案测试" en="Known-answer tests" />
      </h3>
      <div className="tools">
        {(token?.knownAnswers ?? []).map(({ name, passed }) => (
          <StatusTag key={name} state={passed ? 'good' : 'bad'}>
            {name}
          </StatusTag>
        ))}
      </div>
    </Section>
  );
}

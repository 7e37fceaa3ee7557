/** 审批: what waits for people, one request in full, what was decided, and who may decide. `#/approvals/ID` opens one. */
import { Both, both, call, EmptyHint, FaultNotice, goTo, Section, StatusTag, useLoad, When } from '@rhc/console-shell';
import { Skeleton, Table, Tabs } from 'antd';
import type { ReactNode } from 'react';
import type { ApprovalView } from '../../src/contract/index.ts';
import type { Principal } from '../sign-in/session.tsx';
import { ApprovalDetail } from './approval-detail.tsx';
import { APPROVAL_STATES, operationText } from './approval-words.ts';
import { RosterSection } from './roster-section.tsx';

const REFRESH_MS = 4_000;

interface Listed {
  readonly approvals: readonly ApprovalView[];
}

export function ApprovalsPage({ rest, me }: { rest: string; me: Principal }): ReactNode {
  const open = useLoad(
    'approvals open',
    (signal) => call<Listed>('GET', '/v1/approvals', { query: { state: 'open' }, signal }),
    REFRESH_MS,
  );
  const chosen = useLoad(
    rest === '' || rest === 'history' || rest === 'roster' ? null : `approval ${rest}`,
    (signal) => call<{ approval: ApprovalView }>('GET', `/v1/approvals/${rest}`, { signal }),
    REFRESH_MS,
  );
  const tab = rest === 'history' || rest === 'roster' ? rest : 'open';
  return (
    <Tabs
      activeKey={tab}
      onChange={(key) => goTo(key === 'open' ? 'approvals' : `approvals/${key}`)}
      items={[
        {
          key: 'open',
          label: both('待批准', `open (${open.value?.approvals.length ?? 0})`),
          children: (
            <div className="list-and-detail">
              <Section title={{ zh: '待批准的请求', en: 'Open requests' }}>
                <FaultNotice fault={open.fault} onRetry={open.reload} />
                {open.value === null ? (
                  open.fault === null && <Skeleton active />
                ) : (
                  <RequestList approvals={open.value.approvals} chosen={rest} />
                )}
              </Section>
              {rest === '' || chosen.value === null ? (
                <Section title={{ zh: '请求', en: 'Request' }}>
                  <FaultNotice fault={chosen.fault} onRetry={chosen.reload} />
                  <EmptyHint
                    text={{ zh: '还没有选择请求。', en: 'No request is chosen.' }}
                    next={{
                      zh: '在左侧选择一条,读完它要做的事再批准或拒绝。',
                      en: 'Choose one at the left and read what it would do.',
                    }}
                  />
                </Section>
              ) : (
                <ApprovalDetail
                  key={rest}
                  approval={chosen.value.approval}
                  me={me}
                  onChange={() => {
                    chosen.reload();
                    open.reload();
                  }}
                />
              )}
            </div>
          ),
        },
        { key: 'history', label: both('历史', 'history'), children: tab === 'history' && <History /> },
        { key: 'roster', label: both('批准人名册', 'roster'), children: tab === 'roster' && <RosterSection me={me} /> },
      ]}
    />
  );
}

function RequestList({ approvals, chosen }: { approvals: readonly ApprovalView[]; chosen: string }): ReactNode {
  if (approvals.length === 0) {
    return (
      <EmptyHint
        text={{ zh: '没有待批准的请求。', en: 'No request is open.' }}
        next={{
          zh: '请求由密钥树、轮换、SAM 等页面提出。',
          en: 'Requests are made from the key tree, rotation or SAM pages.',
        }}
      />
    );
  }
  return (
    <ul className="cards">
      {approvals.map((each) => (
        <li key={each.id}>
          <button
            type="button"
            className={each.id === chosen ? 'card-button card-button-chosen' : 'card-button'}
            aria-current={each.id === chosen}
            onClick={() => goTo(`approvals/${each.id}`)}
          >
            <strong>
              <Both {...titleOf(each)} />
            </strong>
            <span className="quiet">
              {each.requester}
              <br />
              <Both zh="有效至" en="valid until" /> <When at={each.expiresAt} />
            </span>
            <span className="tools">
              {each.requirements.map(({ role, text, count, approved }) => (
                <StatusTag key={role} state={approved >= count ? 'good' : 'busy'}>
                  {text.zh} {approved}/{count}
                </StatusTag>
              ))}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Its operation, and how many more there are. */
export function titleOf({ steps }: Pick<ApprovalView, 'steps'>): { zh: string; en: string } {
  const { zh, en } = operationText(steps[0]?.operation ?? '');
  return steps.length > 1
    ? { zh: `${zh} 等 ${steps.length} 项`, en: `${en} and ${steps.length - 1} more` }
    : { zh, en };
}

function History(): ReactNode {
  const past = useLoad('approvals history', (signal) => call<Listed>('GET', '/v1/approvals/history', { signal }));
  return (
    <Section title={{ zh: '历史', en: 'History' }} className="section-long">
      <FaultNotice fault={past.fault} onRetry={past.reload} />
      <Table
        size="small"
        rowKey="id"
        loading={past.loading}
        dataSource={[...(past.value?.approvals ?? [])]}
        pagination={{ pageSize: 15, hideOnSinglePage: true }}
        expandable={{ expandedRowRender: (row) => <Sentences approval={row} /> }}
        locale={{
          emptyText: (
            <EmptyHint
              text={{ zh: '还没有作出过决定。', en: 'Nothing has been decided yet.' }}
              next={{ zh: '到“待批准”看看有没有请求。', en: 'Look at the open requests.' }}
            />
          ),
        }}
        columns={[
          { title: both('请求', 'Request'), render: (_, row) => <Both {...titleOf(row)} /> },
          {
            title: both('状态', 'State'),
            render: (_, { state }) => (
              <StatusTag state={APPROVAL_STATES[state].light}>
                {APPROVAL_STATES[state].zh} {APPROVAL_STATES[state].en}
              </StatusTag>
            ),
          },
          { title: both('申请人', 'Requester'), dataIndex: 'requester' },
          {
            title: both('决定', 'Decisions'),
            render: (_, { decisions }) =>
              decisions.map(({ name, kind }) => `${name}${kind === 'refusal' ? ' ✕' : ' ✓'}`).join('、'),
          },
          { title: both('提出', 'Asked'), dataIndex: 'createdAt', render: (at: string) => <When at={at} /> },
          { title: both('执行', 'Executed'), dataIndex: 'executedAt', render: (at: string | null) => <When at={at} /> },
        ]}
      />
    </Section>
  );
}

export function Sentences({ approval }: { approval: ApprovalView }): ReactNode {
  return (
    <ol className="sentences">
      {approval.text.map((sentence) => (
        <li key={sentence.en}>
          <Both {...sentence} />
        </li>
      ))}
    </ol>
  );
}

/** What waits for a second person, and what became of the rest. Who asked never approves; the database says so too. */
import {
  Both,
  both,
  call,
  EmptyHint,
  FaultNotice,
  goTo,
  PageButtons,
  Section,
  StatusTag,
  useDo,
  useLoad,
  useNotices,
  usePages,
  When,
} from '@rhc/console-shell';
import { Button, Popconfirm, Table, Tabs } from 'antd';
import type { ReactNode } from 'react';
import type { ApprovalResponse, ApprovalsResponse } from '../../src/contract/index.ts';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';
import '../office.css';

const REFRESH_MS = 5_000;
const STATES = {
  open: { zh: '待批准', en: 'open', light: 'busy' },
  approved: { zh: '已批准', en: 'approved', light: 'good' },
  refused: { zh: '不批准', en: 'refused', light: 'bad' },
  withdrawn: { zh: '已撤回', en: 'withdrawn', light: 'idle' },
} as const;
type State = keyof typeof STATES;

export function ApprovalsPage({ me, rest }: PageProps): ReactNode {
  const state: State = rest in STATES ? (rest as State) : 'open';
  const pages = usePages();
  const { cursor } = pages;
  const page = useLoad(
    `approvals ${state} ${cursor ?? ''}`,
    (signal) => call<ApprovalsResponse>('GET', '/v1/approvals', { signal, query: { state, limit: 100, cursor } }),
    REFRESH_MS,
  );
  return (
    <Tabs
      activeKey={state}
      onChange={(key) => {
        pages.restart();
        goTo(key === 'open' ? 'approvals' : `approvals/${key}`);
      }}
      items={(Object.keys(STATES) as State[]).map((key) => ({
        key,
        label: both(STATES[key].zh, STATES[key].en),
        children: key === state && (
          <Section title={{ zh: STATES[key].zh, en: STATES[key].en }} className="section-long">
            <FaultNotice fault={page.fault} onRetry={page.reload} />
            <Requests me={me} approvals={page.value?.approvals ?? null} state={state} onChange={page.reload} />
            <div className="tools below">
              <PageButtons pages={pages} next={page.value?.next ?? null} />
            </div>
          </Section>
        ),
      }))}
    />
  );
}

function Requests({
  me,
  approvals,
  state,
  onChange,
}: {
  me: PageProps['me'];
  approvals: readonly ApprovalResponse[] | null;
  state: State;
  onChange: () => void;
}): ReactNode {
  return (
    <Table
      size="small"
      rowKey="id"
      loading={approvals === null}
      dataSource={[...(approvals ?? [])]}
      pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
      locale={{
        emptyText: (
          <EmptyHint
            text={{ zh: '这里没有请求。', en: 'There is no request here.' }}
            next={{
              zh: '作废、销毁、空白卡报废与样卡核准由各页提请。',
              en: 'Spoiled cards, destruction, waste and samples are asked for on their pages.',
            }}
          />
        ),
      }}
      columns={[
        { title: both('事项', 'What'), render: (_, { text }) => <Both {...text} /> },
        { title: both('对象', 'Subject'), render: (_, approval) => <Subject me={me} approval={approval} /> },
        { title: both('原因', 'Reason'), render: (_, { reason }) => reason ?? '—' },
        {
          title: both('提请', 'Asked by'),
          render: (_, { requestedBy, requestedAt }) => (
            <>
              {requestedBy} <When at={requestedAt} />
            </>
          ),
        },
        ...(state === 'open'
          ? []
          : [
              {
                title: both('决定', 'Decided by'),
                render: (_: unknown, { decidedBy, decidedAt, state: each }: ApprovalResponse) => (
                  <>
                    <StatusTag state={STATES[each].light}>{STATES[each].zh}</StatusTag> {decidedBy}{' '}
                    <When at={decidedAt} />
                  </>
                ),
              },
            ]),
        ...(state === 'open'
          ? [
              {
                title: '',
                render: (_: unknown, approval: ApprovalResponse) => (
                  <Decide me={me} approval={approval} onChange={onChange} />
                ),
              },
            ]
          : []),
      ]}
    />
  );
}

/** Where the thing itself is looked at before one decides; null where it has no page of its own. */
const PAGE_OF: Readonly<Record<ApprovalResponse['operation'], string | null>> = {
  'card-spoil': 'cards',
  'card-destroy': 'cards',
  'blank-write-off': null,
  'production-sample': 'jobs',
  'enrolment-review': 'residents',
  'bureau-registration': null,
  'bureau-write-off': 'bureau/order',
};

/** Whoever may decide may look; others may not have the page. */
function Subject({ me, approval }: { me: PageProps['me']; approval: ApprovalResponse }): ReactNode {
  const page = PAGE_OF[approval.operation];
  if (page === null || !hasRole(me, ...approval.approvers)) return <code>{approval.subject}</code>;
  return (
    <button type="button" className="link-button" onClick={() => goTo(`${page}/${approval.subject}`)}>
      <code>{approval.subject}</code>
    </button>
  );
}

function Decide({
  me,
  approval,
  onChange,
}: {
  me: PageProps['me'];
  approval: ApprovalResponse;
  onChange: () => void;
}): ReactNode {
  const notices = useNotices();
  const decide = useDo(async (how: 'approve' | 'refuse' | 'withdraw') => {
    await call('POST', `/v1/approvals/${approval.id}/${how}`, { body: {} });
    notices.done(DONE[how]);
    onChange();
  });
  const mine = approval.requestedBy === me.id;
  const may = hasRole(me, ...approval.approvers);
  return (
    <>
      <div className="tools-row">
        {mine ? (
          <Button size="small" loading={decide.busy} onClick={() => void decide.run('withdraw')}>
            <Both zh="撤回" en="Withdraw" />
          </Button>
        ) : may ? (
          <>
            <Popconfirm
              title={<Both zh={`批准“${approval.text.zh}”?随即执行。`} en="Approve? It is carried out at once." />}
              okText="批准 Approve"
              cancelText="取消 Cancel"
              onConfirm={() => void decide.run('approve')}
            >
              <Button size="small" type="primary" loading={decide.busy}>
                <Both zh="批准" en="Approve" />
              </Button>
            </Popconfirm>
            <Button size="small" danger loading={decide.busy} onClick={() => void decide.run('refuse')}>
              <Both zh="不批准" en="Refuse" />
            </Button>
          </>
        ) : (
          <StatusTag state="idle">由他人批准 others approve</StatusTag>
        )}
      </div>
      <FaultNotice fault={decide.fault} onClose={decide.clear} />
    </>
  );
}

const DONE = {
  approve: { zh: '已批准并执行。', en: 'Approved and carried out.' },
  refuse: { zh: '已不批准。', en: 'Refused.' },
  withdraw: { zh: '已撤回。', en: 'Withdrawn.' },
} as const;

/**
 * Pairs that may be one person. A reviewer says that they are two, or merges them: the record that is kept is chosen by
 * hand, for example the one with the identity number over a newborn's temporary one. A merge can be undone.
 */
import {
  Both,
  both,
  call,
  EmptyHint,
  FaultNotice,
  goTo,
  Section,
  StatusTag,
  useDo,
  useLoad,
  useNotices,
} from '@rhc/console-shell';
import { Button, Popconfirm, Table } from 'antd';
import type { ReactNode } from 'react';
import type { CandidatesResponse, ResidentResponse } from '../../src/contract/index.ts';

const AT_ONCE = 50;
type Pair = CandidatesResponse['candidates'][number];

interface Props {
  readonly mayDecide: boolean;
  /** Null: of all. */
  readonly residentId: string | null;
  onChange?(): void;
}

export function CandidatesSection({ mayDecide, residentId, onChange = () => undefined }: Props): ReactNode {
  const found = useLoad(`pairs ${residentId ?? ''}`, (signal) =>
    call<CandidatesResponse>('GET', '/v1/resident-candidates', {
      signal,
      query: { limit: AT_ONCE, residentId: residentId ?? undefined },
    }),
  );
  const changed = () => {
    found.reload();
    onChange();
  };
  if (residentId !== null && found.value?.candidates.length === 0) return null;
  return (
    <Section title={{ zh: '疑似重复', en: 'Possible duplicates' }} className="section-long">
      <FaultNotice fault={found.fault} onRetry={found.reload} />
      <Table
        size="small"
        rowKey={({ residentA, residentB }) => `${residentA} ${residentB}`}
        loading={found.loading}
        dataSource={[...(found.value?.candidates ?? [])]}
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        locale={{
          emptyText: (
            <EmptyHint
              text={{ zh: '没有待核对的记录。', en: 'No pair waits.' }}
              next={{ zh: '登记与导入时自动查找。', en: 'They are looked for at every enrolment and import.' }}
            />
          ),
        }}
        columns={[
          { title: both('记录甲', 'Record A'), render: (_, { residentA }) => <Person id={residentA} /> },
          { title: both('记录乙', 'Record B'), render: (_, { residentB }) => <Person id={residentB} /> },
          {
            title: both('理由', 'Reasons'),
            render: (_, { reasons, score }) => (
              <>
                <StatusTag state={score >= 80 ? 'bad' : 'warn'}>{score} / 100</StatusTag>{' '}
                {reasons.map(({ code, text }) => (
                  <span key={code} className="own-line">
                    <Both {...text} />
                  </span>
                ))}
              </>
            ),
          },
          ...(mayDecide
            ? [{ title: '', render: (_: unknown, pair: Pair) => <Decide pair={pair} onChange={changed} /> }]
            : []),
        ]}
      />
    </Section>
  );
}

function Person({ id }: { id: string }): ReactNode {
  const record = useLoad(`person ${id}`, (signal) => call<ResidentResponse>('GET', `/v1/residents/${id}`, { signal }));
  const resident = record.value?.resident;
  return (
    <>
      <button type="button" className="link-button" onClick={() => goTo(`residents/${id}`)}>
        {resident?.name ?? id}
      </button>
      <span className="own-line">{resident?.birthDate}</span>
      <code className="own-line">{resident?.documentNumber}</code>
    </>
  );
}

function Decide({ pair, onChange }: { pair: Pair; onChange: () => void }): ReactNode {
  const notices = useNotices();
  const { residentA, residentB } = pair;
  const apart = useDo(async () => {
    const body = { residentA, residentB, purpose: 'duplicate-review' };
    await call('POST', '/v1/resident-candidates/different', { body });
    notices.done({ zh: '已认定为两个人。', en: 'They are two people.' });
    onChange();
  });
  const merge = useDo(async (kept: string, merged: string) => {
    await call('POST', `/v1/residents/${kept}/merge`, { body: { merged, purpose: 'duplicate-review' } });
    notices.done({ zh: '已合并,可在原记录上撤销。', en: 'Merged; it can be undone on the other record.' });
    onChange();
  });
  return (
    <>
      <div className="tools">
        <Button size="small" loading={apart.busy} onClick={() => void apart.run()}>
          <Both zh="是两个人" en="Two people" />
        </Button>
        {(
          [
            ['合并,保留甲', 'Merge, keep A', residentA, residentB],
            ['合并,保留乙', 'Merge, keep B', residentB, residentA],
          ] as const
        ).map(([zh, en, kept, merged]) => (
          <Popconfirm
            key={kept}
            title={
              <Both zh="确认是同一人?另一条记录指向保留的记录。" en="One person? The other record points to it." />
            }
            okText="合并 Merge"
            cancelText="取消 Cancel"
            onConfirm={() => void merge.run(kept, merged)}
          >
            <Button size="small" loading={merge.busy}>
              <Both zh={zh} en={en} />
            </Button>
          </Popconfirm>
        ))}
      </div>
      <FaultNotice fault={apart.fault ?? merge.fault} />
    </>
  );
}

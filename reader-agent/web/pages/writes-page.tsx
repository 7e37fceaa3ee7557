/** Writes of this desk: what became of each. One whose card will not come back can be given up by a person. */
import { Both, both, call, FaultNotice, StatusTag, useDo, useLoad } from '@rhc/console-shell';
import { Button, Popconfirm, Space, Table } from 'antd';
import type { WriteRecord } from '../../src/contract/index.ts';
import { outcomeText } from '../desk/outcome.tsx';

export const listWrites = async (signal?: AbortSignal): Promise<readonly WriteRecord[]> =>
  (await call<{ writes: WriteRecord[] }>('GET', '/v1/writes', signal === undefined ? {} : { signal })).writes;

const KINDS: Readonly<Record<WriteRecord['kind'], string>> = {
  patch: '更正 patch',
  visit: '就诊 visit',
  rekey: '换密钥 re-key',
};
const REFRESH_MS = 3_000;
const HEADERS = { 'x-rhc-request': '1' };

function State({ record }: { record: WriteRecord }) {
  if (!record.settled) return <StatusTag state="warn">未确认 unknown</StatusTag>;
  if (record.settledBy === 'person') return <StatusTag state="idle">已作废 given up</StatusTag>;
  return record.complete ? (
    <StatusTag state="good">已写入 applied</StatusTag>
  ) : (
    <StatusTag state="bad">未全部写入 not all applied</StatusTag>
  );
}

export function WritesPage() {
  const writes = useLoad('writes', listWrites, REFRESH_MS);
  const dismiss = useDo((id: string) => call('POST', '/v1/writes/dismiss', { body: { id }, headers: HEADERS }));
  return (
    <Space orientation="vertical" size="middle" className="stretch">
      <FaultNotice fault={writes.fault ?? dismiss.fault} onRetry={writes.reload} onClose={dismiss.clear} />
      <Table
        id="writes"
        size="small"
        rowKey="id"
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        loading={writes.loading && writes.value === null}
        dataSource={[...(writes.value ?? [])]}
        columns={[
          {
            title: both('时间', 'Time'),
            dataIndex: 'begunAt',
            render: (at: string) => new Date(at).toLocaleString('zh-CN', { hour12: false }),
          },
          {
            title: both('种类', 'Kind'),
            dataIndex: 'kind',
            render: (kind: WriteRecord['kind']) => KINDS[kind],
          },
          {
            title: both('卡号尾码', 'Card'),
            dataIndex: 'cardFactor',
            render: (factor: string) => <code>…{factor.slice(-6)}</code>,
          },
          {
            title: both('结果', 'Outcome'),
            key: 'elements',
            render: (_: unknown, { elements }: WriteRecord) => (elements ?? []).map(outcomeText).join('；'),
          },
          {
            title: both('状态', 'State'),
            key: 'state',
            render: (_: unknown, record: WriteRecord) => <State record={record} />,
          },
          {
            key: 'act',
            render: (_: unknown, record: WriteRecord) =>
              record.settled ? null : (
                <Popconfirm
                  title={<Both zh="确认这张卡不会再回来？" en="Will this card not come back?" />}
                  onConfirm={async () => {
                    await dismiss.run(record.id);
                    writes.reload();
                  }}
                >
                  <Button size="small" danger disabled={dismiss.busy}>
                    <Both zh="作废" en="Give up" />
                  </Button>
                </Popconfirm>
              ),
          },
        ]}
      />
    </Space>
  );
}

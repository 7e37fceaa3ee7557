/** Token, known answers, slots with their versions. */
import { Both, both, call, FaultNotice, useLoad } from '@rhc/console-shell';
import { Card, Descriptions, Space, Table, Tag } from 'antd';
import type { SlotsResponse, StatusResponse } from '../src/contract/index.ts';

const STATES: Readonly<Record<string, readonly [string, string]>> = {
  'pre-active': ['预置 pre-active', 'processing'],
  active: ['启用 active', 'success'],
  suspended: ['挂起 suspended', 'warning'],
  deactivated: ['停用 deactivated', 'default'],
  compromised: ['泄露 compromised', 'error'],
  destroyed: ['销毁 destroyed', 'default'],
};

export function OverviewPage({ status }: { status: StatusResponse | null }) {
  const slots = useLoad('slots', (signal) => call<SlotsResponse>('GET', '/v1/slots', { signal }), 10_000);
  const rows = (slots.value?.slots ?? []).flatMap(({ slot, levels, versions }) =>
    versions.map((version) => ({ key: `${slot}#${version.version}`, slot, levels, ...version })),
  );
  return (
    <Space orientation="vertical" size="middle" style={{ width: '100%' }}>
      <FaultNotice fault={slots.fault} onRetry={slots.reload} />
      <Card title={<Both zh="令牌" en="Token" />} size="small">
        <Descriptions size="small" column={3}>
          <Descriptions.Item label={both('标签', 'Label')}>{status?.token?.label ?? '—'}</Descriptions.Item>
          <Descriptions.Item label={both('型号', 'Model')}>{status?.token?.model ?? '—'}</Descriptions.Item>
          <Descriptions.Item label={both('工作进程', 'Workers')}>{status?.workers ?? '—'}</Descriptions.Item>
        </Descriptions>
        {(status?.token?.knownAnswers ?? []).map(({ name, passed }) => (
          <Tag key={name} color={passed ? 'success' : 'error'}>
            {name}
          </Tag>
        ))}
      </Card>
      <Card title={<Both zh="槽位与密钥版本" en="Slots and key versions" />} size="small">
        <Table
          size="small"
          pagination={false}
          dataSource={rows}
          columns={[
            { title: both('槽位', 'Slot'), dataIndex: 'slot' },
            { title: both('级数', 'Levels'), dataIndex: 'levels' },
            { title: both('版本', 'Version'), dataIndex: 'version', render: (version: number) => `v${version}` },
            {
              title: both('状态', 'State'),
              dataIndex: 'state',
              render: (state: string) => (
                <Tag color={STATES[state]?.[1] ?? 'default'}>{STATES[state]?.[0] ?? state}</Tag>
              ),
            },
            { title: both('校验值', 'KCV'), dataIndex: 'kcv', className: 'kcv' },
          ]}
        />
      </Card>
    </Space>
  );
}

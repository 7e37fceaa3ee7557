/** 健康与配置: the HSM's passport, worker processes, figures of the running process, settings in force. */
import { Both, both, callText, FaultNotice, Figure, Section, StatusTag, useLoad } from '@rhc/console-shell';
import { Table } from 'antd';
import type { ReactNode } from 'react';
import type { StatusResponse } from '../../src/contract/index.ts';
import { type MetricLine, parseMetrics, sumOf } from './metrics.ts';

const REFRESH_MS = 5_000;

export function HealthPage({ status }: { status: StatusResponse | null }): ReactNode {
  const metrics = useLoad(
    'metrics',
    async (signal) => parseMetrics(await callText('/metrics', { signal })),
    REFRESH_MS,
  );
  const lines = metrics.value ?? [];
  const resident = sumOf(lines, 'process_resident_memory_bytes');
  const started = sumOf(lines, 'process_start_time_seconds');
  const uses = lines.filter(({ name }) => name === 'rhc_key_uses_total');
  return (
    <div className="stack">
      <FaultNotice fault={metrics.fault} onRetry={metrics.reload} />
      <div className="figures">
        <Figure
          label={{ zh: '服务', en: 'Service' }}
          value={status === null ? '…' : status.ready ? '就绪' : '未就绪'}
          note={status?.version}
          state={status === null ? 'idle' : status.ready ? 'good' : 'bad'}
        />
        <Figure
          label={{ zh: 'HSM 工作进程', en: 'HSM workers' }}
          value={status?.workers ?? '…'}
          state={(status?.workers ?? 0) > 0 ? 'good' : 'bad'}
        />
        <Figure
          label={{ zh: '内存', en: 'Memory' }}
          value={resident === null ? '…' : `${Math.round(resident / 1_048_576)} MiB`}
        />
        <Figure
          label={{ zh: '运行时长', en: 'Up for' }}
          value={started === null ? '…' : `${Math.floor((Date.now() / 1_000 - started) / 60)} 分钟 min`}
        />
        <Figure
          label={{ zh: '密钥使用', en: 'Key uses' }}
          value={uses.reduce((sum, { value }) => sum + value, 0)}
          note="本进程 this process"
        />
      </div>
      <Passport status={status} />
      <Section title={{ zh: '密钥使用(本进程)', en: 'Uses of keys in this process' }} className="section-long">
        <Table
          size="small"
          rowKey="key"
          dataSource={uses.map(({ labels, value }) => ({ key: JSON.stringify(labels), ...labels, value }))}
          pagination={{ pageSize: 10, hideOnSinglePage: true }}
          locale={{ emptyText: both('本进程启动以来还没有使用过密钥。', 'No key has been used since the start.') }}
          columns={[
            { title: both('密钥位', 'Slot'), dataIndex: 'slot' },
            { title: both('版本', 'Version'), dataIndex: 'version', render: (version: string) => `v${version}` },
            { title: both('运算', 'Operation'), dataIndex: 'operation' },
            { title: both('次数', 'Uses'), dataIndex: 'value', align: 'right' },
          ]}
        />
      </Section>
      <RequestFigures lines={lines} />
    </div>
  );
}

function Passport({ status }: { status: StatusResponse | null }): ReactNode {
  const token = status?.token;
  return (
    <Section title={{ zh: '密码机护照(接入时的已知答案测试)', en: "HSM's passport: known answers at attach" }}>
      <p>
        {token?.model ?? '—'} · {token?.label ?? '—'} · <code>{token?.serial ?? '—'}</code>
      </p>
      <div className="tools">
        {(token?.knownAnswers ?? []).map(({ name, passed }) => (
          <StatusTag key={name} state={passed ? 'good' : 'bad'}>
            {name}
          </StatusTag>
        ))}
      </div>
      <p className="quiet">
        <Both
          zh="没有通过的机制或密钥不被使用;请按 docs/operations.md 处理后重启服务。"
          en="What did not pass is not used; see docs/operations.md, then restart the service."
        />
      </p>
    </Section>
  );
}

interface Measured {
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly count: number;
  readonly meanMs: number;
}

/** Count and mean of a histogram of seconds, a row for each set of labels; the busiest first. */
function measured(lines: readonly MetricLine[], name: string): Measured[] {
  const sums = new Map(
    lines.filter((line) => line.name === `${name}_sum`).map(({ labels, value }) => [JSON.stringify(labels), value]),
  );
  return lines
    .filter((line) => line.name === `${name}_count`)
    .map(({ labels, value }) => {
      const key = JSON.stringify(labels);
      return { key, labels, count: value, meanMs: value === 0 ? 0 : (1_000 * (sums.get(key) ?? 0)) / value };
    })
    .sort((a, b) => b.count - a.count);
}

const FIGURES = [
  { title: both('次数', 'Count'), dataIndex: 'count', align: 'right' as const },
  {
    title: both('平均耗时(毫秒)', 'Mean, ms'),
    dataIndex: 'meanMs',
    align: 'right' as const,
    render: (ms: number) => ms.toFixed(1),
  },
];

/** What the service was asked and what it asked of the HSM, since it was started. */
function RequestFigures({ lines }: { lines: readonly MetricLine[] }): ReactNode {
  return (
    <div className="side-by-side">
      <Section title={{ zh: '请求(本进程)', en: 'Requests' }} className="section-long">
        <Table
          size="small"
          rowKey="key"
          dataSource={measured(lines, 'rhc_http_request_seconds')}
          pagination={{ pageSize: 10, hideOnSinglePage: true }}
          columns={[
            { title: both('接口', 'Endpoint'), render: (_, { labels }) => <code>{labels.endpoint}</code> },
            { title: both('状态', 'Status'), render: (_, { labels }) => labels.status },
            ...FIGURES,
          ]}
        />
      </Section>
      <Section title={{ zh: '密码机运算(本进程)', en: 'HSM operations' }} className="section-long">
        <Table
          size="small"
          rowKey="key"
          dataSource={measured(lines, 'rhc_hsm_operation_seconds')}
          pagination={{ pageSize: 10, hideOnSinglePage: true }}
          columns={[
            { title: both('运算', 'Operation'), render: (_, { labels }) => <code>{labels.operation}</code> },
            ...FIGURES,
          ]}
        />
      </Section>
    </div>
  );
}

/** The entries, newest first, a page at a time; each can be opened and proved against the signed root. */
import {
  Both,
  both,
  callText,
  EmptyHint,
  FaultNotice,
  goTo,
  type Loaded,
  Section,
  useDo,
  useLoad,
  When,
} from '@rhc/console-shell';
import { Button, InputNumber, Select, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import { actionText } from './audit-words.ts';
import type { JudgedCheckpoint } from './checkpoint-section.tsx';
import { exportLog } from './export-log.ts';
import { ProofDrawer } from './proof-drawer.tsx';

export interface Leaf {
  readonly index: number;
  readonly at: string;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly line: string;
}

const PAGE_SIZE = 50;

async function readLeaves(from: number, limit: number, signal: AbortSignal): Promise<Leaf[]> {
  const text = await callText('/v1/audit/leaves', { query: { from, limit }, signal });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ ...(JSON.parse(line) as Omit<Leaf, 'line'>), line }))
    .reverse();
}

/** A line of what stands in an entry; the whole is behind the row. */
export function detailsText(details: Leaf['details']): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' · ');
}

export function LeavesSection({
  size,
  checkpoint,
  rest,
}: {
  size: number;
  checkpoint: Loaded<JudgedCheckpoint | null>;
  rest: string;
}): ReactNode {
  const [end, setEnd] = useState<number | null>(null);
  const [action, setAction] = useState<string | null>(null);
  const to = Math.min(end ?? size, size);
  const from = Math.max(0, to - PAGE_SIZE);
  const leaves = useLoad(size === 0 ? null : `leaves ${from} ${to}`, (signal) => readLeaves(from, to - from, signal));
  const exportFiles = useDo(exportLog);
  const chosen = rest === '' ? null : Number(rest);
  const rows = (leaves.value ?? []).filter((leaf) => action === null || leaf.action === action);
  const actions = [...new Set((leaves.value ?? []).map((leaf) => leaf.action))].sort();
  return (
    <Section
      title={{ zh: '记录', en: 'Entries' }}
      className="section-long"
      tools={
        <div className="tools no-print">
          <Select
            size="small"
            allowClear
            className="filter-wide"
            placeholder={both('全部动作', 'all actions')}
            aria-label="动作 Action"
            value={action}
            onChange={(value: string | undefined) => setAction(value ?? null)}
            options={actions.map((value) => ({ value, label: both(actionText(value).zh, actionText(value).en) }))}
          />
          <Button
            size="small"
            disabled={to >= size}
            onClick={() => setEnd(to + PAGE_SIZE >= size ? null : to + PAGE_SIZE)}
          >
            <Both zh="较新" en="newer" />
          </Button>
          <Button size="small" disabled={from === 0} onClick={() => setEnd(from)}>
            <Both zh="较旧" en="older" />
          </Button>
          <InputNumber
            size="small"
            min={0}
            max={Math.max(0, size - 1)}
            placeholder={both('序号', 'index')}
            aria-label="跳到序号 Go to index"
            onPressEnter={(event) => {
              const index = Number((event.target as HTMLInputElement).value);
              if (Number.isSafeInteger(index) && index >= 0 && index < size) {
                setEnd(index + 1);
                goTo(`audit/${index}`);
              }
            }}
          />
          <Button size="small" loading={exportFiles.busy} onClick={() => void exportFiles.run()}>
            <Both zh="导出" en="Export" />
          </Button>
        </div>
      }
    >
      <FaultNotice fault={leaves.fault ?? exportFiles.fault} onRetry={leaves.reload} />
      <Table
        size="small"
        pagination={false}
        loading={leaves.loading && leaves.value === null}
        rowKey="index"
        dataSource={rows}
        expandable={{ expandedRowRender: ({ line }) => <pre className="leaf-line">{line}</pre> }}
        locale={{
          emptyText: (
            <EmptyHint
              text={{ zh: '这一页没有记录。', en: 'No entry on this page.' }}
              next={{ zh: '换一个动作,或看较旧的记录。', en: 'Choose another action, or older entries.' }}
            />
          ),
        }}
        columns={[
          { title: both('序号', 'Index'), dataIndex: 'index', width: 92 },
          { title: both('时间', 'Time'), dataIndex: 'at', width: 150, render: (at: string) => <When at={at} /> },
          {
            title: both('动作', 'Action'),
            dataIndex: 'action',
            width: 210,
            render: (name: string) => <Both {...actionText(name)} />,
          },
          {
            title: both('内容', 'What'),
            render: (_, { details }) => <span className="leaf-details">{detailsText(details)}</span>,
          },
          {
            title: both('证明', 'Proof'),
            width: 112,
            render: (_, { index }) => (
              <Button size="small" onClick={() => goTo(`audit/${index}`)}>
                <Both zh="核对" en="check" />
              </Button>
            ),
          },
        ]}
      />
      <ProofDrawer index={chosen} checkpoint={checkpoint} onClose={() => goTo('audit')} />
    </Section>
  );
}

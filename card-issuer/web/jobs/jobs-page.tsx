/** Bulk runs with their progress; one of them in full. */
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
  useLoad,
  usePages,
  When,
} from '@rhc/console-shell';
import { Button, Progress, Skeleton, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { BulkRunsResponse } from '../../src/contract/index.ts';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';
import { isOpen, paceText, RUN_STATES, type Run, totals } from './job-words.ts';
import { NewRun } from './new-run.tsx';
import { RenewalsSection } from './renewals-section.tsx';
import { RunDetail } from './run-detail.tsx';
import '../office.css';
import './jobs.css';

const REFRESH_MS = 3_000;

export function JobsPage({ me, rest }: PageProps): ReactNode {
  const pages = usePages();
  const { cursor } = pages;
  const runs = useLoad(
    `runs ${cursor ?? ''}`,
    (signal) => call<BulkRunsResponse>('GET', '/v1/bulk-runs', { signal, query: { cursor } }),
    REFRESH_MS,
  );
  /** By its address: it may stand on a page that is not shown. */
  const one = useLoad(
    rest === '' ? null : `run ${rest}`,
    (signal) => call<Run>('GET', `/v1/bulk-runs/${encodeURIComponent(rest)}`, { signal }),
    REFRESH_MS,
  );
  const [making, setMaking] = useState(false);
  const mayMake = hasRole(me, 'manager');
  const run = one.value ?? runs.value?.runs.find(({ id }) => id === rest);
  if (rest !== '' && run?.id === rest) {
    const changed = () => {
      one.reload();
      runs.reload();
    };
    return <RunDetail key={run.id} me={me} run={run} onChange={changed} />;
  }
  return (
    <div className="stack">
      <FaultNotice fault={runs.fault} onRetry={runs.reload} />
      <Section
        title={{ zh: '批量任务', en: 'Bulk runs' }}
        tools={
          mayMake && (
            <Button size="small" type="primary" onClick={() => setMaking(true)}>
              <Both zh="新建任务" en="New run" />
            </Button>
          )
        }
      >
        {runs.value === null ? (
          runs.fault === null && <Skeleton active />
        ) : (
          <Runs runs={runs.value.runs} onMake={mayMake ? () => setMaking(true) : null} />
        )}
        <div className="tools below">
          <PageButtons pages={pages} next={runs.value?.next ?? null} />
        </div>
      </Section>
      <RenewalsSection mayBegin={mayMake} />
      {mayMake && <NewRun open={making} onClose={() => setMaking(false)} onChange={runs.reload} />}
    </div>
  );
}

function Runs({ runs, onMake }: { runs: readonly Run[]; onMake: (() => void) | null }): ReactNode {
  return (
    <Table
      size="small"
      rowKey="id"
      dataSource={[...runs]}
      pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
      locale={{
        emptyText: (
          <EmptyHint
            text={{ zh: '还没有批量任务。', en: 'There is no bulk run yet.' }}
            next={{
              zh: '主管从尚无卡的居民新建任务,办事员把读卡器派给它。',
              en: 'A manager makes one of residents without a card; clerks assign readers to it.',
            }}
            {...(onMake === null ? {} : { action: { label: { zh: '新建任务', en: 'New run' }, run: onMake } })}
          />
        ),
      }}
      columns={[
        {
          title: both('任务', 'Run'),
          render: (_, { id, name }) => (
            <button type="button" className="link-button" onClick={() => goTo(`jobs/${id}`)}>
              {name}
            </button>
          ),
        },
        {
          title: both('状态', 'State'),
          render: (_, { state }) => (
            <StatusTag state={RUN_STATES[state].light}>
              {RUN_STATES[state].zh} {RUN_STATES[state].en}
            </StatusTag>
          ),
        },
        {
          title: both('进度', 'Progress'),
          width: 280,
          render: (_, run) => <RunProgress run={run} />,
        },
        { title: both('速度与剩余', 'Rate, time left'), render: (_, run) => (isOpen(run) ? paceText(run) : '—') },
        { title: both('读卡器', 'Readers'), align: 'right', render: (_, { stations }) => stations.length },
        {
          title: both('新建', 'Begun'),
          render: (_, { createdAt, createdBy }) => (
            <>
              <When at={createdAt} /> <small className="quiet">{createdBy}</small>
            </>
          ),
        },
      ]}
    />
  );
}

export function RunProgress({ run }: { run: Run }): ReactNode {
  const { done, failed, total, share } = totals(run);
  return (
    <Progress
      percent={Math.floor(share * 100)}
      success={{ percent: total === 0 ? 100 : Math.floor((done / total) * 100) }}
      status={run.state === 'running' ? 'active' : 'normal'}
      {...(failed > 0 ? { strokeColor: 'var(--bad)' } : {})}
      format={() => `${done}/${total}${failed > 0 ? ` ✕${failed}` : ''}`}
      aria-label={`${run.name}: ${done}/${total}`}
    />
  );
}

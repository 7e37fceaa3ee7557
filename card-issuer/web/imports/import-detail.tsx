/** One import: how far, how fast, how long; pause, resume, cancel; the report on screen and as a file. */
import {
  Both,
  call,
  download,
  EmptyHint,
  FaultNotice,
  Figure,
  goTo,
  Section,
  StatusTag,
  saveAs,
  useDo,
  useLoad,
} from '@rhc/console-shell';
import { Alert, Button, Popconfirm, Progress, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';
import { ImportReport } from './import-report.tsx';
import { IMPORT_STATES, type Import, leftText, runs } from './import-words.ts';

const REFRESH_MS = 1_000;
const counted = (value: number) => value.toLocaleString('zh-CN');

export function ImportDetail({ id, me }: { id: string; me: PageProps['me'] }): ReactNode {
  const job = useLoad(
    `import ${id}`,
    (signal) => call<Import>('GET', `/v1/roster-imports/${id}`, { signal }),
    REFRESH_MS,
  );
  const move = useDo(async (to: 'pause' | 'resume' | 'cancel') => {
    await call('POST', `/v1/roster-imports/${id}/${to}`, { body: {} });
    job.reload();
  });
  const save = useDo(async (format: 'csv' | 'xlsx') => {
    const file = await download(`/v1/roster-imports/${id}/report`, { query: { format } });
    saveAs(file, `import-report-${id}.${format}`);
  });
  const value = job.value;
  const mayMove = hasRole(me, 'clerk', 'manager');
  return (
    <div className="stack">
      <div className="tools">
        <Button size="small" onClick={() => goTo('imports')}>
          ← <Both zh="全部导入" en="All imports" />
        </Button>
        {value !== null && (
          <>
            <StatusTag state={IMPORT_STATES[value.state].light}>
              {IMPORT_STATES[value.state].zh} {IMPORT_STATES[value.state].en}
            </StatusTag>
            {value.dryRun && <StatusTag state="warn">试运行,不写入 rehearsal, enrols nobody</StatusTag>}
          </>
        )}
      </div>
      <FaultNotice fault={job.fault ?? move.fault ?? save.fault} onRetry={job.reload} />
      {value === null ? (
        job.fault === null && <Skeleton active />
      ) : (
        <>
          <Section
            title={{ zh: value.fileName, en: `${value.format.toUpperCase()} · ${value.encoding}` }}
            tools={mayMove && <Controls job={value} busy={move.busy} onMove={(to) => void move.run(to)} />}
          >
            <Progress
              percent={Math.floor(value.share * 100)}
              status={value.state === 'failed' ? 'exception' : runs(value) ? 'active' : 'normal'}
              format={() => `${counted(value.rowsDone)} / ${counted(value.rowsTotal)} 行 rows`}
              aria-label={`进度 progress ${Math.floor(value.share * 100)}%`}
            />
            <p className="quiet">{leftText(value)}</p>
            <div className="figures">
              <Figure label={{ zh: '收入', en: 'Taken' }} value={counted(value.taken)} state="good" />
              <Figure label={{ zh: '已有', en: 'Known already' }} value={counted(value.known)} />
              <Figure
                label={{ zh: '拒绝', en: 'Refused' }}
                value={counted(value.refused)}
                state={value.refused > 0 ? 'bad' : 'good'}
              />
              <Figure
                label={{ zh: '疑似重复', en: 'Possible duplicates' }}
                value={counted(value.candidates)}
                state={value.candidates > 0 ? 'warn' : 'good'}
              />
            </div>
            {value.error !== null && (
              <Alert
                type="error"
                showIcon
                title={<Both {...value.error.message} />}
                description={
                  <>
                    → <Both {...value.error.nextStep} />
                  </>
                }
              />
            )}
            <NextStep job={value} />
          </Section>
          <Section
            title={{ zh: '逐行报告', en: 'Report by row' }}
            className="section-long"
            tools={
              <div className="tools">
                <Button size="small" loading={save.busy} onClick={() => void save.run('xlsx')}>
                  <Both zh="下载 XLSX" en="Download" />
                </Button>
                <Button size="small" loading={save.busy} onClick={() => void save.run('csv')}>
                  CSV
                </Button>
              </div>
            }
          >
            {value.refused + value.known === 0 ? (
              <EmptyHint
                text={{ zh: '没有被拒绝或已有的行。', en: 'No row was refused or known already.' }}
                next={NOTHING_TOLD}
              />
            ) : (
              <ImportReport id={id} rowsDone={value.rowsDone} />
            )}
          </Section>
        </>
      )}
    </div>
  );
}

const NOTHING_TOLD = { zh: '收入的行只计数,不逐行列出。', en: 'Rows that were taken are only counted.' };

function Controls({
  job,
  busy,
  onMove,
}: {
  job: Import;
  busy: boolean;
  onMove: (to: 'pause' | 'resume' | 'cancel') => void;
}): ReactNode {
  const ended = job.state === 'done' || job.state === 'cancelled';
  if (ended) return null;
  return (
    <div className="tools">
      {runs(job) ? (
        <Button size="small" loading={busy} onClick={() => onMove('pause')}>
          <Both zh="暂停" en="Pause" />
        </Button>
      ) : (
        <Button size="small" type="primary" loading={busy} onClick={() => onMove('resume')}>
          <Both zh="继续" en="Resume" />
        </Button>
      )}
      <Popconfirm
        title={<Both zh="取消后不再继续;已收入的居民保留。" en="It does not go on; residents taken stay." />}
        okText="取消导入 Cancel it"
        cancelText="不取消 No"
        onConfirm={() => onMove('cancel')}
      >
        <Button size="small" danger loading={busy}>
          <Both zh="取消导入" en="Cancel" />
        </Button>
      </Popconfirm>
    </div>
  );
}

/** What to do now. */
function NextStep({ job }: { job: Import }): ReactNode {
  if (job.state !== 'done') return null;
  const step = job.dryRun
    ? job.refused > 0
      ? {
          zh: '按报告更正文件,再试运行;或正式导入,被拒绝的行以后补。',
          en: 'Correct the file, or import the sound rows.',
        }
      : { zh: '全部合格,可以正式导入同一文件。', en: 'Every row is sound: import the same file.' }
    : job.refused > 0
      ? { zh: '更正被拒绝的行后再导入一次;已收入的行不会重复。', en: 'Correct what was refused and import again.' }
      : { zh: '可以制卡:到批量页新建任务,或在柜台单独制作。', en: 'Cards can be made: begin a bulk run.' };
  return (
    <p>
      → <Both {...step} />{' '}
      {!job.dryRun && job.refused === 0 && (
        <Button size="small" onClick={() => goTo('jobs')}>
          <Both zh="批量" en="Jobs" />
        </Button>
      )}
    </p>
  );
}

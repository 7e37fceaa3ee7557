/** One run: progress with rate and time left, its sample card, the readers that work for it, its lines. */
import {
  Both,
  call,
  FaultNotice,
  Figure,
  goTo,
  Section,
  StatusTag,
  useDo,
  useNotices,
  whenText,
} from '@rhc/console-shell';
import { Button, Popconfirm } from 'antd';
import type { ReactNode } from 'react';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';
import { clockText, isOpen, RUN_STATES, type Run, totals } from './job-words.ts';
import { RunProgress } from './jobs-page.tsx';
import { RunItems } from './run-items.tsx';
import { SampleSection } from './sample-section.tsx';
import { StationsSection } from './stations-section.tsx';

export function RunDetail({ me, run, onChange }: { me: PageProps['me']; run: Run; onChange: () => void }): ReactNode {
  const notices = useNotices();
  const mayMove = hasRole(me, 'clerk', 'manager');
  const move = useDo(async (to: 'pause' | 'resume' | 'cancel') => {
    await call('POST', `/v1/bulk-runs/${run.id}/${to}`);
    if (to === 'pause') {
      notices.doneWithUndo({ zh: '已暂停,在制的卡做完为止。', en: 'Paused; cards being made are finished.' }, () =>
        move.run('resume'),
      );
    } else notices.done(to === 'resume' ? { zh: '已继续。', en: 'Goes on.' } : { zh: '已取消。', en: 'Cancelled.' });
    onChange();
  });
  const { queued, taken, done, failed } = totals(run);
  const { cardsPerHour, secondsLeft } = run.progress;
  return (
    <div className="stack">
      <div className="tools">
        <Button size="small" onClick={() => goTo('jobs')}>
          ← <Both zh="全部任务" en="All runs" />
        </Button>
        <StatusTag state={RUN_STATES[run.state].light}>
          {RUN_STATES[run.state].zh} {RUN_STATES[run.state].en}
        </StatusTag>
        <span className="quiet">
          {whenText(run.createdAt)} {run.createdBy}
        </span>
      </div>
      <FaultNotice fault={move.fault} onClose={move.clear} />
      <Section
        title={{ zh: run.name, en: 'progress' }}
        tools={
          mayMove &&
          isOpen(run) && (
            <div className="tools">
              {run.state === 'paused' ? (
                <Button size="small" type="primary" loading={move.busy} onClick={() => void move.run('resume')}>
                  <Both zh="继续" en="Resume" />
                </Button>
              ) : (
                <Button size="small" loading={move.busy} onClick={() => void move.run('pause')}>
                  <Both zh="暂停" en="Pause" />
                </Button>
              )}
              <Popconfirm
                title={<Both zh="取消后不再开始新的卡,确定?" en="Nothing new begins. Cancel the run?" />}
                okText="取消任务 Cancel the run"
                cancelText="不取消 No"
                onConfirm={() => void move.run('cancel')}
              >
                <Button size="small" danger loading={move.busy}>
                  <Both zh="取消任务" en="Cancel" />
                </Button>
              </Popconfirm>
            </div>
          )
        }
      >
        <RunProgress run={run} />
        <div className="figures run-figures">
          <Figure label={{ zh: '完成', en: 'Done' }} value={done} state="good" />
          <Figure label={{ zh: '在制', en: 'Being made' }} value={taken} state="busy" />
          <Figure label={{ zh: '排队', en: 'Queued' }} value={queued} />
          <Figure label={{ zh: '失败', en: 'Failed' }} value={failed} state={failed > 0 ? 'bad' : 'good'} />
          <Figure
            label={{ zh: '速度', en: 'Cards an hour' }}
            value={cardsPerHour === null || !isOpen(run) ? '—' : Math.round(cardsPerHour).toLocaleString('zh-CN')}
          />
          <Figure
            label={{ zh: '剩余时间', en: 'Time left' }}
            value={secondsLeft === null || !isOpen(run) ? '—' : clockText(secondsLeft)}
          />
        </div>
      </Section>
      {run.state === 'sample-review' && <SampleSection me={me} run={run} onChange={onChange} />}
      {isOpen(run) && (
        <StationsSection
          run={run}
          mayLook={hasRole(me, 'clerk', 'reviewer', 'manager')}
          mayAssign={mayMove}
          onChange={onChange}
        />
      )}
      <RunItems run={run} mayMove={mayMove && isOpen(run)} mayRetry={mayMove} onChange={onChange} />
    </div>
  );
}

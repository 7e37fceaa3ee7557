/** What was promised, how far it is, and when it is met if things go on as they have. */
import { Both, both, StatusTag } from '@rhc/console-shell';
import { Progress, Table } from 'antd';
import type { ReactNode } from 'react';
import { type Forecast, number, percent } from './steering-words.ts';

export function TargetsTable({ forecasts }: { forecasts: readonly Forecast[] }): ReactNode {
  return (
    <Table
      size="small"
      pagination={false}
      rowKey={({ target }) => target.id}
      dataSource={[...forecasts]}
      columns={[
        {
          title: both('目标', 'Target'),
          render: (_, { target }) => (
            <>
              <Both {...target.text} />
              {target.by !== null && <small className="quiet"> 至 by {target.by}</small>}
            </>
          ),
        },
        {
          title: both('完成', 'Done'),
          width: 260,
          render: (_, { done, target }) => (
            <div className="target-progress">
              <Progress
                percent={(100 * done) / target.cards}
                size="small"
                format={() => percent(done / target.cards)}
                aria-label={`${target.text.zh} ${percent(done / target.cards)}`}
              />
              <small className="quiet">
                {number(done)} / {number(target.cards)}
              </small>
            </div>
          ),
        },
        {
          title: both('每工作日', 'A working day'),
          render: (_, { perDay, neededPerDay }) => (
            <>
              {number(perDay, 1)}
              {neededPerDay !== null && <small className="quiet"> 需 needs {number(neededPerDay)}</small>}
            </>
          ),
        },
        {
          title: both('预计达成', 'Expected'),
          render: (_, { expected, earliest, latest }) =>
            expected === null ? (
              <span className="quiet">按现速 30 年内达不到 not within 30 years</span>
            ) : (
              <>
                {expected}{' '}
                <small className="quiet">
                  {earliest ?? '—'} … {latest ?? '—'}
                </small>
              </>
            ),
        },
        {
          title: both('判断', 'Verdict'),
          render: (_, { onTrack }) =>
            onTrack === null ? (
              <StatusTag state="idle">无期限 no day</StatusTag>
            ) : onTrack ? (
              <StatusTag state="good">可达 on track</StatusTag>
            ) : (
              <StatusTag state="bad">落后 behind</StatusTag>
            ),
        },
      ]}
    />
  );
}

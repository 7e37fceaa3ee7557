/** The funnel from collected to first used; where most wait, the step is marked. */
import { Both } from '@rhc/console-shell';
import type { ReactNode } from 'react';
import type { DashboardResponse } from '../../src/contract/index.ts';
import { number, percent, STAGES } from './steering-words.ts';

type Counts = DashboardResponse['total'];

export function Funnel({ counts, leak }: { counts: Counts; leak: DashboardResponse['leak'] }): ReactNode {
  const most = Math.max(1, ...STAGES.map(({ id }) => counts[id] ?? 0));
  return (
    <table className="funnel" aria-label="漏斗 Funnel">
      <tbody>
        {STAGES.map(({ id, zh, en }, at) => {
          const passed = counts[id] ?? 0;
          const before = counts[STAGES[at - 1]?.id ?? ''] ?? passed;
          const worst = leak?.to === id;
          return (
            <tr key={id} className={worst ? 'funnel-leak' : ''}>
              <th scope="row">
                <Both zh={zh} en={en} />
              </th>
              <td className="funnel-number">{number(passed)}</td>
              <td className="funnel-bar">
                <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                  <rect className="bars-ground" width="100" height="10" />
                  <rect
                    className={worst ? 'funnel-fill-leak' : 'funnel-fill'}
                    width={(100 * passed) / most}
                    height="10"
                  />
                </svg>
              </td>
              <td className="funnel-share">
                {at === 0 || before === 0 ? '' : percent(passed / before)}
                {worst && leak !== null && <small>滞留 waiting {number(leak.waiting)}</small>}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

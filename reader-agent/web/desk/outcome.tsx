/** What became of a write: each element as the chip itself showed it when it was read back. Nothing is guessed. */
import type { FaultBody } from '@rhc/console-shell';
import type { AgentWriteOutcome, WriteAnswer, WrittenElement } from '../../src/contract/index.ts';

const OUTCOMES: Readonly<Record<AgentWriteOutcome, readonly [string, string, string]>> = {
  applied: ['✓', '已写入，回读一致', 'written and read back'],
  'not applied': ['✗', '未写入，卡上没有', 'not written; the card does not hold it'],
  unknown: ['？', '未确认：请重新放入同一张卡', 'not known: insert the same card again'],
};
const NAMES: Readonly<Record<string, string>> = {
  phone1: '本人电话 phone',
  allergies: '过敏 allergies',
  visit: '就诊记录 visit',
  photo: '照片 photo',
};

const nameOf = ({ id, name }: WrittenElement): string => NAMES[id] ?? name;

export const outcomeText = (element: WrittenElement): string =>
  `${nameOf(element)} ${OUTCOMES[element.outcome][0]} ${OUTCOMES[element.outcome][1]}`;

export function Outcome({ answer, refusal }: { answer: WriteAnswer | null; refusal: FaultBody | null }) {
  return (
    <ul id="outcome" className="outcome" aria-live="assertive">
      {(answer?.elements ?? []).map((element) => {
        const [sign, zh, en] = OUTCOMES[element.outcome];
        return (
          <li key={element.name} data-outcome={element.outcome}>
            {sign} {nameOf(element)}：{zh} <small lang="en">{en}</small>
          </li>
        );
      })}
      {answer?.failure != null && (
        <li className="bad">
          {answer.failure.message.zh}
          {answer.failure.nextStep.zh}
        </li>
      )}
      {refusal !== null && (
        <li className="bad">
          ✗ {refusal.message.zh}
          {refusal.nextStep.zh}
        </li>
      )}
      {(refusal?.fields ?? []).map(({ field, rule }) => (
        <li key={field} className="bad">
          {NAMES[field] ?? field}：{rule.zh} {rule.en}
        </li>
      ))}
    </ul>
  );
}

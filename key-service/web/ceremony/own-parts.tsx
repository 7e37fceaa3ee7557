/** What a custodian has entered and may still take back: one's own parts only, each with its check value. */
import { Both, both } from '@rhc/console-shell';
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import type { EnterComponentResponse } from '../../src/contract/index.ts';
import type { Step } from './ceremony-words.ts';
import type { RoomActs } from './room.tsx';
import { ReasonDialogue } from './room-dialogues.tsx';

/** A part that this page has just entered, and for whom. */
export interface EnteredPart extends EnterComponentResponse {
  readonly person: string;
}

const isOpen = (step: Step, key: string): boolean =>
  step.keys.some((each) => each.key === key && each.state === 'waiting');

/** The part that completed its key, which `OwnParts` does not show any more; it may have ended the step. */
export function JustEntered({ part, step }: { part: EnteredPart | null; step: Step }): ReactNode {
  if (part === null || isOpen(step, part.key)) return null;
  return (
    <p className="part-answer" role="status">
      {part.person} · {part.key.replace('#', ' v')} · <b className="kcv">{part.kcv}</b> · {part.words.zh.join(' · ')}{' '}
      <small lang="en">{part.words.en.join(' · ')}</small>{' '}
      <span className="quiet">
        <Both zh="与信封上的校验值一致吗?" en="does the envelope say the same?" />
      </span>
    </p>
  );
}

/** Parts of keys that are not complete yet. @param mayPlay a rehearsal, where one principal plays everybody */
export function OwnParts({ step, mayPlay, acts }: { step: Step; mayPlay: boolean; acts: RoomActs }): ReactNode {
  const [wrong, setWrong] = useState<{ key: string; person: string } | null>(null);
  const own = step.keys
    .filter(({ state }) => state === 'waiting')
    .flatMap(({ key, parts }) => parts.filter(({ kcv }) => kcv !== null).map((part) => ({ key, ...part })));
  if (own.length === 0) return null;
  return (
    <>
      <ul className="own-parts" aria-live="polite">
        {own.map(({ key, index, person, kcv, words }) => (
          <li key={`${key} ${index}`}>
            {person} · {key.replace('#', ' v')} · <b className="kcv">{kcv}</b> · {words?.zh.join(' · ')}{' '}
            <small lang="en">{words?.en.join(' · ')}</small>{' '}
            <Button size="small" danger onClick={() => setWrong({ key, person })}>
              <Both zh="与信封不符,作废" en="discard" />
            </Button>
          </li>
        ))}
      </ul>
      {wrong !== null && (
        <ReasonDialogue
          title={both(`作废 ${wrong.person} 的分量`, 'Discard the part, to be entered again')}
          danger
          onClose={() => setWrong(null)}
          onSend={(reason) =>
            acts.post('components/discard', {
              ...{ step: step.id, key: wrong.key, reason },
              ...(mayPlay ? { as: wrong.person } : {}),
            })
          }
        />
      )}
    </>
  );
}

/** Who is in the room, what went otherwise than the script says, when it was interrupted. */
import { Both, Code, Section, When } from '@rhc/console-shell';
import type { ReactNode } from 'react';
import type { CeremonyResponse } from '../../src/contract/index.ts';

export function PeopleSection({ ceremony }: { ceremony: CeremonyResponse }): ReactNode {
  const { people, rolesNeeded, exceptions, interruptions } = ceremony;
  return (
    <div className="stack">
      <Section title={{ zh: '在场人员', en: 'People' }}>
        <ul className="people">
          {people.map(({ role, text, person }) => (
            <li key={`${role} ${person}`}>
              <strong>{person}</strong> <Both {...text} />
            </li>
          ))}
          {rolesNeeded
            .filter(({ count, taken }) => taken < count)
            .map(({ role, text, count, taken }) => (
              <li key={role} className="quiet">
                <Both zh={`缺 ${count - taken} 位${text.zh}`} en={`${count - taken} missing`} />
              </li>
            ))}
        </ul>
      </Section>
      <Section title={{ zh: `例外 ${exceptions.length}`, en: 'Exceptions' }}>
        {exceptions.length === 0 ? (
          <p className="quiet">
            <Both zh="没有例外。与脚本不符时请登记。" en="None. Enter one when anything departs from the script." />
          </p>
        ) : (
          <ul className="people">
            {exceptions.map(({ person, what, why, decision, at }) => (
              <li key={`${at} ${what}`}>
                <When at={at} /> {person}:{what}。{why} → {decision}
              </li>
            ))}
          </ul>
        )}
        {interruptions.map(({ at, reason, resumedAt }) => (
          <p key={at} className="quiet">
            <When at={at} /> <Both zh={`中断:${reason}`} en="interrupted" /> → <When at={resumedAt} />
          </p>
        ))}
      </Section>
      <Section title={{ zh: '脚本哈希', en: 'Hash of the script' }}>
        <p className="words-small">{ceremony.hashWords.zh.slice(0, 6).join(' · ')} …</p>
        <Code>{ceremony.hash.slice(0, 16)}</Code>…
      </Section>
    </div>
  );
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadHsmConfig } from '@rhc/hsm-config';
import { peopleNamed, requireTwoPeople } from './card-people.ts';

const { hierarchy } = loadHsmConfig(join(__dirname, '../../../hsm-config'), 'pilot', (path) =>
  readFileSync(path, 'utf8'),
);
const [declared] = hierarchy.issuers;
if (declared === undefined) throw new Error('the hierarchy has an issuer');
const by = (orderedBy: string | null, reviewedBy: string | null) => ({ orderedBy, reviewedBy });

describe('who answers for a card', () => {
  test('one person in both places is refused, whatever the issuer says', () => {
    for (const review of ['as-issuer-decides', 'every-card', undefined] as const) {
      const issuer = { ...declared, ...(review === undefined ? {} : { review }) };
      expect(() => requireTwoPeople(issuer, by('clerk:li', 'clerk:li'))).toThrow(/CARD_BY_ONE_PERSON/);
      expect(() => requireTwoPeople(issuer, by('clerk:li', 'reviewer:wang'))).not.toThrow();
    }
  });

  test('where every card is reviewed, a card without two people gets no keys', () => {
    const strict = { ...declared, review: 'every-card' } as const;
    for (const people of [undefined, by(null, null), by('clerk:li', null), by(null, 'reviewer:wang')]) {
      expect(() => requireTwoPeople(strict, people)).toThrow(/CARD_NOT_REVIEWED/);
      expect(() => requireTwoPeople(declared, people)).not.toThrow();
    }
  });

  test('the log names whoever was named', () => {
    expect(peopleNamed(by('clerk:li', null))).toEqual({ orderedBy: 'clerk:li' });
    expect(peopleNamed(undefined)).toEqual({});
  });
});

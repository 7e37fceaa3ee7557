/**
 * Every failure of FIELD.md's PC/SC part (`provoked-failures.ts`), provoked on a real pcscd: the code, sentence and next step that a
 * person gets, and after each row the desk works again. Two belong to Windows alone; `failures-by-code.test.ts` has them, and
 * every code besides.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { agentErrors } from '../../src/errors.ts';
import { Bench, CHALLENGE } from './bench-on-pcscd.ts';
import { FAILURES, FIELD, type FieldItem } from './provoked-failures.ts';
import { ROOM, until } from './stack.ts';

/** What pcscd cannot be brought to do, or another test does with more parts: file and words that stand in it. */
const ELSEWHERE: Readonly<Partial<Record<FieldItem, readonly [file: string, words: string]>>> = {
  'windows-idle': ['pcsc/failures-by-code.test.ts', 'Windows resets a card whose transaction idled for 5 s'],
  renumbering: ['terminal-keys/sam-desk.test.ts', 'renumber'],
};

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
  await bench.insert();
}, 30_000);
afterAll(() => bench?.close(), 30_000);

describe('provoked on pcscd', () => {
  test.each(FAILURES.map((failure) => [failure.code, failure.what, failure] as const))(
    '%s: %s',
    async (code, _what, { says, provoke, mend }) => {
      const told = await provoke(bench);
      await bench.closeOthers();
      const [zh, en, nextStep] = says;
      expect(told).toMatchObject({
        code,
        message: { zh: expect.stringContaining(zh), en: expect.stringContaining(en) },
        nextStep: { zh: expect.stringContaining(nextStep) },
      });
      expect(told.message).toEqual(agentErrors.table[code]?.message);
      await mend?.(bench);
      await works();
    },
    60_000,
  );
});

/** The card answers, whatever happened before. */
async function works(): Promise<void> {
  await until('the card', () => bench.desk.desk.readers().find(({ reader }) => reader === bench.reader)?.card);
  const card = bench.desk.desk.chooseHealthCard();
  const answer = await bench.desk.desk.withCard(card, 'after', (channel) => channel.transmit(CHALLENGE));
  expect(answer.at(-2)).toBe(0x90);
}

test.each(Object.entries(FIELD))('FIELD.md, %s: “%s” has its test', (item) => {
  const rows = FAILURES.filter(({ items }) => items.includes(item as FieldItem)).map(({ what }) => what);
  const other = ELSEWHERE[item as FieldItem];
  if (other !== undefined) expect(readFileSync(join(ROOM, 'test', other[0]), 'utf8')).toContain(other[1]);
  expect([...rows, ...(other ?? [])]).not.toEqual([]);
});

/**
 * Answers that no card should give, into the terminal: it never hangs, every failure is one of our errors with a sentence,
 * and what it returns as good is what the card holds. A read is not MACed, so a changed byte *inside* a value is the value
 * for any terminal; damaged here is everything around it: lengths, status words, lost and foreign answers.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { isRhcError } from '@rhc/card/errors';
import { applyPatch, type CardPatch } from '@rhc/card/patch';
import type { CardSession, Transport } from '@rhc/card/session';
import fc from 'fast-check';
import type { ChipContent } from '../../virtual-card/src/index.ts';
import { CutCard, openSession, personalizedContent } from '../card-writing/personalized-card.ts';
import { FUZZ_FACTOR, FUZZ_SEED, FUZZ_TIMEOUT_MS } from './fuzz-size.ts';

/** More exchanges than any dialogue needs; a terminal that goes on has lost its way. */
const MAX_EXCHANGES = 3000;
class Endless extends Error {}

let content: ChipContent;
beforeAll(async () => {
  content = await personalizedContent();
});

interface Fault {
  /** Which answer, counted from the first of the session. */
  readonly at: number;
  readonly how: 'cut' | 'grow' | 'status' | 'no-data' | 'empty' | 'foreign' | 'more' | 'right-length';
  readonly value: number;
}
/** Where a card may end a list by saying so: what it says is then its answer. */
const NO_SUCH_RECORD = 0x6a83;

const fault: fc.Arbitrary<Fault> = fc.record({
  at: fc.nat(110),
  how: fc.constantFrom('cut', 'grow', 'status', 'no-data', 'empty', 'foreign', 'more', 'right-length'),
  value: fc.nat(0xffff),
});
const faults = fc.array(fc.noBias(fault), { minLength: 1, maxLength: 3 });

function damaged(answer: Uint8Array, { how, value }: Fault): Uint8Array {
  const data = answer.slice(0, -2);
  const [sw1, sw2] = [answer.at(-2) ?? 0, answer.at(-1) ?? 0];
  const withData = (bytes: Uint8Array, high = sw1, low = sw2) => Uint8Array.of(...bytes, high, low);
  switch (how) {
    case 'cut':
      return withData(data.slice(0, data.length === 0 ? 0 : value % data.length));
    case 'grow':
      return withData(Uint8Array.of(...data, ...new Uint8Array(1 + (value % 12)).fill(value & 0xff)));
    case 'status':
      return (value & 0xffff) === NO_SUCH_RECORD ? withData(data, 0x6f, 0) : withData(data, value >> 8, value & 0xff);
    case 'no-data':
      return Uint8Array.of(sw1, sw2);
    case 'empty':
      return answer.slice(0, value % 2);
    case 'foreign':
      // A tag that no record has.
      return Uint8Array.of(0xee, ...data.slice(1), sw1, sw2);
    case 'more':
      return withData(data, 0x61, value & 0xff);
    case 'right-length':
      return Uint8Array.of(0x6c, value & 0xff);
  }
}

function faultyTransport(card: Transport, list: readonly Fault[]): Transport & { readonly exchanges: number } {
  let exchanges = 0;
  return {
    get exchanges() {
      return exchanges;
    },
    async transmit(command) {
      const number = exchanges;
      exchanges += 1;
      if (exchanges > MAX_EXCHANGES) throw new Endless(`${MAX_EXCHANGES} exchanges`);
      const answer = await card.transmit(command);
      const found = list.find(({ at }) => at === number);
      // A photo and a cyclic record have no tag: any byte of theirs is a value.
      const formless = command[1] === 0xb0 || (command[1] === 0xb2 && answer[1] !== answer.length - 4);
      if (found === undefined || (found.how === 'foreign' && formless)) return answer;
      return damaged(answer, found);
    },
  };
}

async function outcome<T>(work: () => Promise<T>): Promise<{ readonly value: T } | { readonly code: string }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!isRhcError(error)) throw error;
    return { code: error.code };
  }
}

const READS: readonly { readonly name: string; readonly run: (session: CardSession) => Promise<unknown> }[] = [
  { name: 'identity', run: (session) => session.readIdentity() },
  { name: 'summary', run: (session) => session.readSummary({ photo: true, psychiatric: true }) },
  { name: 'genuineness', run: (session) => session.internalAuthenticate() },
];

describe.each(READS)('$name under damaged answers', ({ run }) => {
  test(
    'the truth, or an error with a sentence',
    async () => {
      const truth = await run(await openSession(new CutCard(content)));
      const codes = new Map<string, number>();
      await fc.assert(
        fc.asyncProperty(faults, async (list) => {
          const card = new CutCard(content);
          const transport = faultyTransport(card, list);
          const result = await outcome(async () => run(await openSession(card, undefined, transport)));
          const code = 'code' in result ? result.code : 'good';
          codes.set(code, (codes.get(code) ?? 0) + 1);
          // A damaged proof is no proof; everything else that is returned is true.
          if ('value' in result && result.value !== false) expect(result.value).toEqual(truth);
        }),
        { seed: FUZZ_SEED, numRuns: 250 * FUZZ_FACTOR },
      );
      expect(codes.size).toBeGreaterThan(2);
    },
    FUZZ_TIMEOUT_MS,
  );
});

test(
  'arbitrary answers from the first byte on: nothing but errors with a sentence',
  async () => {
    const answer = fc.oneof(
      fc.uint8Array({ maxLength: 258 }),
      fc.uint8Array({ maxLength: 256 }).map((data) => Uint8Array.of(...data, 0x90, 0x00)),
      fc.tuple(fc.constantFrom(0x61, 0x6c, 0x63, 0x69, 0x6a), fc.nat(0xff)).map((sw) => Uint8Array.from(sw)),
    );
    const codes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 40 }), fc.nat(60), async (answers, from) => {
        const card = new CutCard(content);
        let count = 0;
        const transport: Transport = {
          async transmit(command) {
            count += 1;
            if (count > MAX_EXCHANGES) throw new Endless(`${MAX_EXCHANGES} exchanges`);
            const genuine = await card.transmit(command);
            return count <= from ? genuine : (answers[count % answers.length] ?? genuine);
          },
        };
        const result = await outcome(async () =>
          (await openSession(card, undefined, transport)).readSummary({ photo: true }),
        );
        codes.add('code' in result ? result.code : 'good');
      }),
      { seed: FUZZ_SEED, numRuns: 250 * FUZZ_FACTOR },
    );
    expect(codes.size).toBeGreaterThan(2);
  },
  FUZZ_TIMEOUT_MS,
);

describe('a patch under damaged answers', () => {
  const PATCH: CardPatch = {
    phone1: '13900000009',
    asthma: true,
    allergies: [{ substance: '花粉', reaction: '哮喘' }],
    expiryDate: '2037-01-01',
  };
  test(
    'nothing is called written or unchanged that the chip does not hold',
    async () => {
      const seen = new Map<string, number>();
      await fc.assert(
        fc.asyncProperty(faults, async (list) => {
          const card = new CutCard(content);
          const result = await outcome(async () =>
            applyPatch(await openSession(card, undefined, faultyTransport(card, list)), PATCH),
          );
          if ('code' in result) return;
          expect(result.value.failure === null || isRhcError(result.value.failure)).toBe(true);
          card.reset();
          const clean = await openSession(card);
          const held = await clean.readElements(['phone1', 'asthma', 'expiryDate']);
          const { allergies } = await clean.readSummary();
          for (const { name, outcome: claimed } of result.value.elements) {
            seen.set(claimed, (seen.get(claimed) ?? 0) + 1);
            if (claimed !== 'written' && claimed !== 'unchanged') continue;
            if (name === 'allergies') expect(allergies[0]).toEqual({ substance: '花粉', reaction: '哮喘' });
            else expect([name, held.find(({ id }) => id === name)?.value]).toEqual([name, PATCH[name]]);
          }
        }),
        { seed: FUZZ_SEED, numRuns: 200 * FUZZ_FACTOR },
      );
      expect(seen.get('written')).toBeGreaterThan(0);
      expect(seen.size).toBeGreaterThan(1);
    },
    FUZZ_TIMEOUT_MS,
  );
});

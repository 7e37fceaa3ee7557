/**
 * The card is pulled at random APDUs and commits of patch and visit writes, and sometimes the agent dies with it. Never is
 * `applied` said of what the chip does not hold, nor `not applied` of what it holds; after the card came back nothing is
 * unknown.
 */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Visit } from '@rhc/card/visits';
import { personalizedContent } from '../../../test/card-writing/personalized-card.ts';
import type { ChipContent } from '../../../virtual-card/src/index.ts';
import type { PatchWish, WrittenElement } from '../../src/contract/index.ts';
import { DeskWithCard, type JsonAnswer, type Pull } from './desk-with-card.ts';
import { elementsHeld, visitHeld } from './what-the-chip-holds.ts';

/** 10,000 in all with 6,667, which `npm run soak -- pulls` asks for. */
const PULLS = Number(process.env.RHC_SOAK_PULLS ?? 400);
const LIMIT_MS = 300_000 * Math.ceil(PULLS / 400);
let content: ChipContent;
/** With all five outpatient slots in use, so that the oldest has to give way. */
let full: ChipContent;

const visitOf = (day: number): Visit => ({
  kind: 'outpatient',
  institutionName: '石家庄市第一医院',
  visitTime: `2026-11-${String(day).padStart(2, '0')}T08:30:00`,
  diagnoses: [{ name: '上呼吸道感染', code: 'J06.9' }],
});

beforeAll(async () => {
  content = await personalizedContent();
  const desk = new DeskWithCard(content);
  desk.insert();
  for (const day of [5, 4, 1, 3, 2]) {
    expect((await desk.visit(visitOf(day))).body).toMatchObject({ complete: true, settled: true });
  }
  full = desk.content;
}, 60_000);

/** A number from 0 up to below `limit`, the same for the same seed and name. */
function draw(seed: number, name: string, limit: number): number {
  return createHash('sha256').update(`${seed} ${name}`).digest().readUInt32BE(0) % limit;
}

const PHOTO = Buffer.concat([Buffer.from('FFD8', 'hex'), Buffer.alloc(600, 0x33)]).toString('base64');
const ELEMENTS: readonly (readonly [string, PatchWish[string]])[] = [
  ['phone1', '13922223333'],
  ['本人电话2', '13922224444'],
  ['address1', '河北省石家庄市长安区'],
  ['asthma', true],
  ['psychiatric', true],
  [
    'allergies',
    [
      { substance: '海鲜', reaction: '荨麻疹' },
      { substance: '花粉', reaction: '' },
    ],
  ],
  ['photo', PHOTO],
];
const wishOf = (seed: number): PatchWish => {
  const chosen = ELEMENTS.filter((_, i) => draw(seed, `element ${i}`, 2) === 1);
  return Object.fromEntries(chosen.length === 0 ? ELEMENTS.slice(0, 1) : chosen);
};

interface Span {
  /** APDUs and commits of the undisturbed write. */
  readonly apdus: number;
  readonly commits: number;
}

/** Half of the pulls fall on the last five, where the flag of a visit is set. */
function pullOf(seed: number, { apdus, commits }: Span): Pull {
  const how = (['before', 'after', 'power-before', 'power-after'] as const)[draw(seed, 'how', 4)] ?? 'before';
  const last = how.startsWith('power') ? commits : apdus;
  const at = draw(seed, 'late', 2) === 0 ? 1 + draw(seed, 'at', last) : last - draw(seed, 'at', Math.min(5, last));
  return { how, at };
}

function check(elements: readonly WrittenElement[], held: Readonly<Record<string, boolean>>, unknownAllowed: boolean) {
  for (const { id, outcome, oldestErased } of elements) {
    if (oldestErased != null && !(oldestErased === 'unknown' && unknownAllowed)) {
      expect(oldestErased).toBe(held.oldest ? 'not applied' : 'applied');
    }
    if (outcome === 'unknown' && unknownAllowed) continue;
    expect([id, outcome]).toEqual([id, held[id] ? 'applied' : 'not applied']);
  }
}

interface Tally {
  unknown: number;
  errors: number;
  killed: number;
}

async function pullOnce(
  start: ChipContent,
  seed: number,
  span: Span,
  write: (desk: DeskWithCard) => Promise<JsonAnswer<{ elements: WrittenElement[] | null; settled: boolean }>>,
  held: (chip: ChipContent) => Readonly<Record<string, boolean>>,
  tally: Tally,
) {
  const desk = new DeskWithCard(start);
  desk.insert();
  desk.pullAt(pullOf(seed, span));
  const { status, body } = await write(desk);
  if (status !== 200) {
    // An error means: nothing was written, and nothing is open.
    expect([seed, body.error.code]).toEqual([seed, 'CARD_REMOVED']);
    expect(Object.values(held(desk.content)).filter(Boolean)).toEqual(Object.values(held(start)).filter(Boolean));
    expect(await desk.writes()).toEqual([]);
    tally.errors += 1;
    return;
  }
  check(body.elements ?? [], held(desk.content), true);
  if (body.elements?.some(({ outcome }) => outcome === 'unknown')) tally.unknown += 1;
  expect(body.settled).toBe(
    !body.elements?.some((each) => each.outcome === 'unknown' || each.oldestErased === 'unknown'),
  );
  if (draw(seed, 'kill', 3) === 0) {
    desk.restart();
    tally.killed += 1;
  }
  desk.remove();
  desk.insert();
  const [record] = await desk.untilSettled();
  check(record?.elements ?? [], held(desk.content), false);
  expect(record?.elements).not.toBeNull();
  if (!body.settled) {
    expect(record?.settledBy).toBe('card');
    expect(desk.events.filter(({ event }) => event === 'write-settled')).toHaveLength(1);
  }
}

describe('random pulls', () => {
  test(
    `${PULLS} patches`,
    async () => {
      const tally: Tally = { unknown: 0, errors: 0, killed: 0 };
      for (let seed = 0; seed < PULLS; seed += 1) {
        const wish = wishOf(seed);
        const quiet = new DeskWithCard(content);
        quiet.insert();
        expect((await quiet.patch(wish)).body).toMatchObject({ complete: true, settled: true });
        await pullOnce(
          content,
          seed,
          { apdus: quiet.apdus, commits: quiet.content.commits - content.commits },
          (desk) => desk.patch(wish),
          (chip) => elementsHeld(chip, wish),
          tally,
        );
      }
      // Every kind of end was met.
      expect(Math.min(...Object.values(tally))).toBeGreaterThan(10);
    },
    LIMIT_MS,
  );

  test.each([
    ['a free slot', () => content],
    ['no free slot', () => full],
  ] as const)(
    `${PULLS / 4} visits, %s`,
    async (_name, start) => {
      const visit = visitOf(20);
      const quiet = new DeskWithCard(start());
      quiet.insert();
      expect((await quiet.visit(visit)).body).toMatchObject({ complete: true, settled: true });
      const span: Span = { apdus: quiet.apdus, commits: quiet.content.commits - start().commits };
      const tally: Tally = { unknown: 0, errors: 0, killed: 0 };
      const held = (chip: ChipContent) => ({ visit: visitHeld(chip, visit), oldest: visitHeld(chip, visitOf(1)) });
      for (let seed = 0; seed < PULLS / 4; seed += 1) {
        await pullOnce(start(), 1000 + seed, span, (desk) => desk.visit(visit), held, tally);
      }
      expect(tally.errors).toBeGreaterThan(0);
      expect(tally.killed).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );
});

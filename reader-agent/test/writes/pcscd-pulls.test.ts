/**
 * The same promise on real parts: pcscd, the child process, key-service over HTTP and its token. The card is torn at each
 * commit of a write, ejected at random moments, and the agent is killed under it; the chip's image is the judge.
 */
import { randomBytes } from 'node:crypto';
import fs, { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Visit } from '@rhc/card/visits';
import { type Answer, RunningHouse } from '../../../test/first-light/running-house.ts';
import { type ChipContent, ImageFileMemory } from '../../../virtual-card/src/index.ts';
import type { PatchWish, WriteRecord, WrittenElement } from '../../src/contract/index.ts';
import { elementsHeld, visitHeld } from './what-the-chip-holds.ts';

const LONG_MS = 300_000;
const LIMIT_MS = 30_000;
const folder = mkdtempSync(join(tmpdir(), 'rhc-pulls-'));
const house = new RunningHouse(join(folder, 'state'));
let count = 0;
const seen = { applied: 0, 'not applied': 0, unknown: 0, refused: 0 };

beforeAll(async () => {
  await house.untilRunning();
  await house.hand(2, 'eject');
}, LONG_MS);
afterAll(async () => {
  await house.stop();
  rmSync(folder, { recursive: true, force: true });
}, LONG_MS);

/** The chip as its image says; written whole or not at all. */
function chip(): ChipContent {
  const path = join(house.state, 'virtual-card/card-0001.json');
  const content = new ImageFileMemory({
    path,
    fileSystem: fs,
    random: (length) => new Uint8Array(randomBytes(length)),
  }).read();
  if (content === null) throw new Error('no chip');
  return content;
}

async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  for (const deadline = Date.now() + LIMIT_MS; ; ) {
    const found = await look().catch(() => null);
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`not within ${LIMIT_MS} ms: ${what}`);
    await pause(20);
  }
}

/** Insertion of the only card; null: none. */
async function present(): Promise<number | null> {
  const { readers } = (await house.ask('reader-agent', 'GET', '/v1/readers')).body;
  const cards = readers.flatMap(({ card }: { card: { insertion: number; atr: string } | null }) => card ?? []);
  return cards.length === 1 && cards[0].atr !== '' ? cards[0].insertion : null;
}

async function putBack(): Promise<void> {
  await house.hand(1, 'eject');
  await until('the reader is empty', async () => ((await present()) === null ? true : null));
  await house.hand(1, 'insert');
  await until('the card is seen', present);
}

interface Job {
  readonly path: string;
  readonly body: object;
  readonly held: () => Readonly<Record<string, boolean>>;
}

/** Other values each time, so that nothing is held already. */
function patchJob(): Job {
  count += 1;
  const wish: PatchWish = {
    phone1: `1390000${String(count).padStart(4, '0')}`,
    phone2: `1380000${String(count).padStart(4, '0')}`,
    address2: `河北省石家庄市第${count}号`,
    allergies: [{ substance: `物质${count}`, reaction: '皮疹' }],
  };
  return { path: '/v1/card/patch', body: { patch: wish, expected: {} }, held: () => elementsHeld(chip(), wish) };
}

function visitJob(): Job {
  count += 1;
  const visit: Visit = {
    kind: 'outpatient',
    visitTime: `2026-11-24T08:${String(Math.floor(count / 60)).padStart(2, '0')}:${String(count % 60).padStart(2, '0')}`,
    institutionName: '石家庄市第一医院',
  };
  return { path: '/v1/card/visits', body: { visit }, held: () => ({ visit: visitHeld(chip(), visit) }) };
}

function agree(elements: readonly WrittenElement[], held: Readonly<Record<string, boolean>>, unknownAllowed: boolean) {
  for (const { id, outcome } of elements) {
    if (outcome === 'unknown' && unknownAllowed) continue;
    expect([id, outcome]).toEqual([id, held[id] ? 'applied' : 'not applied']);
  }
}

async function settled(id: string): Promise<WriteRecord> {
  return until(`${id} is settled`, async () => {
    const { status, body } = await house.ask('reader-agent', 'GET', `/v1/writes/${id}`);
    return status === 200 && body.settled ? body : null;
  });
}

async function disturbed(job: Job, disturb: () => Promise<unknown>): Promise<Answer> {
  const id = `pull-${count}`;
  const insertion = await until('a card', present);
  const before = job.held();
  expect(Object.values(before).some(Boolean)).toBe(false);
  const [answer] = await Promise.all([
    house.ask('reader-agent', 'POST', job.path, { ...job.body, id, insertion }),
    disturb(),
  ]);
  if (answer.status !== 200) {
    // An error means: nothing was written.
    expect(job.held()).toEqual(before);
    seen.refused += 1;
    await putBack();
    return answer;
  }
  agree(answer.body.elements, job.held(), true);
  for (const { outcome } of answer.body.elements as WrittenElement[]) seen[outcome] += 1;
  await putBack();
  const record = await settled(id);
  agree(record.elements ?? [], job.held(), false);
  if (!answer.body.settled) expect(record.settledBy).toBe('card');
  return answer;
}

test('undisturbed, over HTTP to the key service: every element is applied', async () => {
  const job = patchJob();
  const insertion = await until('a card', present);
  const { status, body } = await house.ask('reader-agent', 'POST', job.path, { ...job.body, insertion });
  expect([status, body.complete]).toEqual([200, true]);
  expect(Object.values(job.held()).every(Boolean)).toBe(true);
  const visit = visitJob();
  expect((await house.ask('reader-agent', 'POST', visit.path, { ...visit.body, insertion })).body.complete).toBe(true);
  expect(visit.held()).toEqual({ visit: true });
});

describe('the power fails at a commit', () => {
  // A patch has four: three records and one appended. A visit has a commit for each block of 128 bytes, and its flag.
  const cuts = [1, 2, 3, 4].flatMap((commit) => [
    { job: 'patch', commit, when: 'before' },
    { job: 'patch', commit, when: 'after' },
  ]);
  const flag = Math.ceil(3267 / 128) + 1;
  const visitCuts = [1, flag - 1, flag].flatMap((commit) => [
    { job: 'visit', commit, when: 'before' },
    { job: 'visit', commit, when: 'after' },
  ]);
  test.each([...cuts, ...visitCuts])(
    '$job: $when commit $commit',
    async ({ job, commit, when }) => {
      expect((await house.hand(1, `tear ${commit} ${when}`)).ok).toBe(true);
      const { body } = await disturbed(job === 'patch' ? patchJob() : visitJob(), async () => undefined);
      expect(body.failure).not.toBeNull();
    },
    LONG_MS,
  );
});

test(
  'ejected at random moments',
  async () => {
    for (let i = 0; i < 16; i += 1) {
      const delayMs = Math.round((i % 8) * 25 + Math.random() * 25);
      await disturbed(i % 2 === 0 ? patchJob() : visitJob(), async () => {
        await pause(delayMs);
        await house.hand(1, 'eject');
      });
    }
    expect(seen.applied).toBeGreaterThan(0);
    expect(seen['not applied']).toBeGreaterThan(0);
    expect(seen.unknown).toBeGreaterThan(0);
  },
  LONG_MS,
);

test(
  'the agent is killed in the middle: its successor finds the journal and asks the card',
  async () => {
    let found = 0;
    // From before the journal has it (its standing is being read) to after the last write.
    // Later and later on a slow machine, until one kill falls after the journal has it.
    for (let i = 0; i < 6 || (found === 0 && i < 24); i += 1) {
      const job = patchJob();
      const id = `kill-${i}`;
      const insertion = await until('a card', present);
      const asked = house.ask('reader-agent', 'POST', job.path, { ...job.body, id, insertion }).catch(() => null);
      await pause(40 + i * 60);
      expect(house.kill('reader-agent/dist/main.js')).toBeGreaterThan(0);
      await asked;
      await until('the agent is back and sees the card', present);
      const { status } = await house.ask('reader-agent', 'GET', `/v1/writes/${id}`);
      // 404: killed before the journal had it, so nothing was written.
      if (status === 404) expect(Object.values(job.held()).some(Boolean)).toBe(false);
      else {
        found += 1;
        agree((await settled(id)).elements ?? [], job.held(), false);
      }
    }
    expect(found).toBeGreaterThan(0);
  },
  LONG_MS,
);

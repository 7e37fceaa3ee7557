/** What is written down of chips in readers: all that came together at once, each insertion once, nothing lost to a failure. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLogger } from '../../../service-shell/src/index.ts';
import type { Clock } from '../../src/clock.ts';
import { SeenChips } from '../../src/personalize/seen-chips.ts';
import { blanks, type Database } from '../../src/store/index.ts';
import { openOn } from '../store/both-engines.ts';

let open: Awaited<ReturnType<typeof openOn>>;
let inserts = 0;
beforeAll(async () => {
  open = await openOn('sqlite');
  open.database.on('query', ({ sql }: { sql: string }) => {
    if (sql.startsWith('insert into `blanks`')) inserts += 1;
  });
});
afterAll(() => open.close());

/** Readers with these chips; the wait ends when the test says so. */
function readersWith(database: Database) {
  const chips = new Map<string, { factor: string; insertion: number }>();
  const waits: (() => void)[] = [];
  const clock: Clock = {
    nowMs: () => Date.parse('2026-11-28T01:00:00Z'),
    monotonicMs: () => 0,
    after: (_, call) => {
      waits.push(call);
      return () => void waits.splice(waits.indexOf(call), 1);
    },
  };
  const readers = () =>
    [...chips].map(([reader, { factor, insertion }]) => ({
      reader,
      state: 'free' as const,
      card: { insertion, atr: '3B00', cardFactor: factor },
    }));
  const hub = {
    agents: () => [{ agentId: 'desk', version: 't', connection: 1, readers: readers(), hotlistVersion: null }],
  };
  const seen = new SeenChips({ database, hub, clock, logger: createLogger('card-issuer', 'silent') });
  const passTime = async () => {
    for (const call of waits.splice(0)) call();
    await seen.stop();
  };
  return { chips, seen, waits, passTime };
}

test('chips that come together are one statement, an insertion is noted once, and another one again', async () => {
  const { chips, seen, waits, passTime } = readersWith(open.database);
  inserts = 0;
  chips.set('r1', { factor: 'A1', insertion: 1 });
  seen.look();
  chips.set('r2', { factor: 'A2', insertion: 1 });
  seen.look();
  expect(waits).toHaveLength(1);
  expect(inserts).toBe(0);
  await passTime();
  expect(inserts).toBe(1);
  expect((await blanks.findBlank(open.database, 'A1'))?.atr).toBe('3B00');
  expect((await blanks.findBlank(open.database, 'A2'))?.atr).toBe('3B00');
  seen.look();
  expect(waits).toHaveLength(0);
  chips.set('r1', { factor: 'A1', insertion: 2 });
  seen.look();
  expect(waits).toHaveLength(1);
});

test('what waits is written when the service stops', async () => {
  const { chips, seen } = readersWith(open.database);
  chips.set('r1', { factor: 'B1', insertion: 1 });
  seen.look();
  await seen.stop();
  expect(await blanks.findBlank(open.database, 'B1')).not.toBeNull();
});

test('what could not be written waits, with what comes meanwhile', async () => {
  const { chips, seen, passTime } = readersWith(open.database);
  await open.database.schema.renameTable('blanks', 'blanks_away');
  chips.set('r1', { factor: 'C1', insertion: 1 });
  seen.look();
  await passTime();
  await open.database.schema.renameTable('blanks_away', 'blanks');
  chips.set('r2', { factor: 'C2', insertion: 1 });
  seen.look();
  await passTime();
  expect(await blanks.findBlank(open.database, 'C1')).not.toBeNull();
  expect(await blanks.findBlank(open.database, 'C2')).not.toBeNull();
});

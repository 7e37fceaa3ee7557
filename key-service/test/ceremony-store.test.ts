/** Events of ceremonies on both databases: nodes that write at the same moment leave no gap, no half batch and nothing twice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Knex } from 'knex';
import { type PostgresCluster, startPostgresCluster } from '../../scripts/postgres-cluster/postgres-cluster.mjs';
import type { CeremonyEvent, WrittenEvent } from '../src/domain/ceremony/events.ts';
import type { CeremonyRecord, CeremonyStore } from '../src/domain/ceremony/ports.ts';
import { ceremonyStore } from '../src/store/ceremony-store.ts';
import { openDatabase } from '../src/store/database.ts';

const AT = '2026-11-27T08:00:00.000Z';
const BATCH = 3;
const ROUNDS = 8;
/** SQLite is one node's database. */
const NODES = { sqlite: 1, postgres: 3 } as const;

const event = (sequence: number, what: CeremonyEvent): WrittenEvent => ({
  ...{ sequence, at: AT, event: what },
  log: { id: `leaf-${sequence}`, index: sequence % 2 === 0 ? sequence : null },
});
const exception = (what: string): CeremonyEvent => ({
  ...{ kind: 'exception', person: '甲', what, why: '演练', decision: '继续' },
});
const begun: CeremonyEvent = {
  ...{ kind: 'begun', person: '甲', mode: 'rehearsal', script: 'pilot', scriptVersion: 1, scriptHash: 'ab' },
  versions: [{ version: 1, state: 'active' }],
};
const record = (id: string): CeremonyRecord => ({
  ...{ id, mode: 'rehearsal', scriptId: 'pilot', scriptHash: 'ab'.repeat(32), scriptText: '{"步骤":1}' },
});

let postgres: PostgresCluster;
beforeAll(async () => {
  postgres = await startPostgresCluster({ parentDir: '/tmp' });
});
afterAll(() => postgres?.stop());

describe.each(['sqlite', 'postgres'] as const)('on %s', (kind) => {
  let nodes: Knex[];
  let folder: string;
  let stores: CeremonyStore[];
  const store = (node: number) => stores[node % stores.length] as CeremonyStore;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rhc-ceremonies-'));
    const location = kind === 'sqlite' ? join(folder, 'key-service.sqlite') : postgres.url;
    nodes = [];
    // One after the other: the first one migrates.
    for (let node = 0; node < NODES[kind]; node++) nodes.push(await openDatabase(location));
    stores = nodes.map(ceremonyStore);
  });
  afterEach(async () => {
    for (const node of nodes) await node.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  test('what was written is read back by every node as it was', async () => {
    await store(0).begin(record('c-read'), event(0, begun));
    const more = [event(1, exception('灯灭')), event(2, exception('灯亮'))];
    expect(await store(1).append('c-read', 1, more)).toBe(2);
    expect(await store(2).events('c-read')).toEqual([event(0, begun), ...more]);
    expect(await store(1).find('c-read')).toEqual(record('c-read'));
    expect(await store(1).find('c-unknown')).toBeNull();
    expect((await store(2).all()).map(({ id }) => id)).toContain('c-read');
  });

  test('a ceremony is begun once, however many begin it', async () => {
    const tries = await Promise.allSettled(
      [0, 1, 2].map((node) => store(node).begin(record('c-once'), event(0, begun))),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await store(0).events('c-once')).toEqual([event(0, begun)]);
  });

  test('of batches written at the same moment one stands whole; the others are told and leave nothing', async () => {
    await store(0).begin(record('c-race'), event(0, begun));
    for (let round = 0; round < ROUNDS; round++) {
      const from = 1 + round * BATCH;
      const tries = await Promise.allSettled(
        [0, 1, 2].map((node) =>
          store(node).append(
            'c-race',
            from,
            Array.from({ length: BATCH }, (_, i) => event(from + i, exception(`${round}/${node}/${i}`))),
          ),
        ),
      );
      const refusals = tries.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
      expect(refusals).toEqual(['CEREMONY_MOVED_MEANWHILE', 'CEREMONY_MOVED_MEANWHILE']);
    }
    const events = await store(0).events('c-race');
    expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 1 + ROUNDS * BATCH }, (_, i) => i));
    const names = events.slice(1).map(({ event: each }) => (each.kind === 'exception' ? each.what : each.kind));
    // The events of one batch are one node's.
    const batches = new Set(names.map((name, at) => `${Math.floor(at / BATCH)} ${name.split('/', 2).join('/')}`));
    expect(batches.size).toBe(ROUNDS);
    expect(new Set(names).size).toBe(ROUNDS * BATCH);
  });

  test('an event that stands already takes its whole batch with it', async () => {
    await store(0).begin(record('c-twice'), event(0, begun));
    await store(0).append('c-twice', 1, [event(1, exception('一'))]);
    const again = store(1).append('c-twice', 2, [event(2, exception('二')), event(3, exception('一'))]);
    await expect(again).rejects.toMatchObject({ code: 'CEREMONY_MOVED_MEANWHILE' });
    // Nor is a number left out.
    const ahead = store(1).append('c-twice', 3, [event(3, exception('三'))]);
    await expect(ahead).rejects.toMatchObject({ code: 'CEREMONY_MOVED_MEANWHILE' });
    expect(await store(1).events('c-twice')).toHaveLength(2);
    expect(await store(1).append('c-twice', 2, [event(2, exception('二'))])).toBe(1);
  });

  test('an edition of the minutes is never written over; the latest is given', async () => {
    await store(0).begin(record('c-minutes'), event(0, begun));
    expect(await store(0).minutes('c-minutes')).toBeNull();
    const edition = (number: number, text: string) => ({ edition: number, text, at: AT });
    await Promise.all([0, 1, 2].map((node) => store(node).addMinutes('c-minutes', edition(9, '记录九'))));
    await store(1).addMinutes('c-minutes', edition(9, '改过的'));
    expect(await store(0).minutes('c-minutes')).toEqual(edition(9, '记录九'));
    await store(1).addMinutes('c-minutes', edition(10, '记录十'));
    expect(await store(2).minutes('c-minutes')).toEqual(edition(10, '记录十'));
  });
});

/** Orders of SAMs on both databases: nodes that order at the same moment get serials of their own, and the right refusal. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Knex } from 'knex';
import { type PostgresCluster, startPostgresCluster } from '../../scripts/postgres-cluster/postgres-cluster.mjs';
import { placeOrder, type SamOrderRoom } from '../src/domain/sam-orders.ts';
import { openDatabase } from '../src/store/database.ts';
import { samStore } from '../src/store/sam-store.ts';

const ORDERS = 12;
const SAMS_EACH = 5;
/** SQLite is one node's database. */
const NODES = { sqlite: 1, postgres: 3 } as const;

let postgres: PostgresCluster;
beforeAll(async () => {
  postgres = await startPostgresCluster({ parentDir: '/tmp' });
});
afterAll(() => postgres?.stop());

describe.each(['sqlite', 'postgres'] as const)('on %s', (kind) => {
  let nodes: Knex[];
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rhc-sams-'));
    const location = kind === 'sqlite' ? join(folder, 'key-service.sqlite') : postgres.url;
    nodes = [];
    // One after the other: the first one migrates.
    for (let node = 0; node < NODES[kind]; node++) nodes.push(await openDatabase(location));
  });
  afterEach(async () => {
    for (const node of nodes) await node.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  const order = (node: number, id: string, firstTerminal: number, count = SAMS_EACH) => {
    const room: SamOrderRoom = {
      book: { hierarchy: { suite: 'intl-128' } } as SamOrderRoom['book'],
      store: samStore(nodes[node % nodes.length] as Knex),
      audit: { record: async () => ({ id: 'leaf', index: 0 }) } as unknown as SamOrderRoom['audit'],
      now: () => new Date('2026-11-26T08:00:00Z'),
    };
    const request = {
      institution: '石家庄市第一医院',
      provinceCode: '13',
      firstTerminalNumber: String(firstTerminal),
      count,
    };
    return placeOrder(room, request, { orderId: id, actor: 'operator:a' });
  };

  test('orders placed at the same moment by several nodes all stand, each with serials of its own', async () => {
    const placed = await Promise.all(
      Array.from({ length: ORDERS }, (_, index) => order(index, `o-${index}`, 130101000001 + index * SAMS_EACH)),
    );
    expect(placed.map(({ total }) => total)).toEqual(Array.from({ length: ORDERS }, () => SAMS_EACH));
    const rows = await (nodes[0] as Knex)('sams').orderBy('sam_serial').select('sam_serial', 'order_id');
    const first = 13010000000000000001n;
    expect(rows.map((row) => row.sam_serial)).toEqual(
      Array.from({ length: ORDERS * SAMS_EACH }, (_, index) => String(first + BigInt(index))),
    );
    // The SAMs of one order lie together.
    expect(new Set(rows.map((row, index) => `${row.order_id} ${Math.floor(index / SAMS_EACH)}`)).size).toBe(ORDERS);
  });

  test('a terminal number that is in use refuses the whole order', async () => {
    await expect(order(0, 'p-0', 130101009001)).resolves.toMatchObject({ total: SAMS_EACH });
    await expect(order(1, 'p-1', 130101009003)).rejects.toMatchObject({ code: 'SAM_TERMINAL_TAKEN' });
    expect(await (nodes[0] as Knex)('sams').where({ order_id: 'p-1' })).toEqual([]);
    expect(await (nodes[0] as Knex)('sam_orders').where({ order_id: 'p-1' })).toEqual([]);
  });
});

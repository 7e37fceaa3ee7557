import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import knex, { type Knex } from 'knex';
import { keepStatements } from './kept-statements.ts';
import { syncCommits } from './synced-commits.ts';

type Connection = Parameters<typeof syncCommits>[0];

let folder: string;
let database: Knex;
/** Bytes of the log go to the disk when a test lets them. */
let waiting: { readonly let: () => void; readonly refuse: (error: Error) => void }[];
let asked: number;
let held: boolean;

const sync = () => {
  asked += 1;
  if (!held) return Promise.resolve();
  return new Promise<void>((resolve, reject) => waiting.push({ let: resolve, refuse: reject }));
};

function open(filename: string): Knex {
  return knex({
    client: 'better-sqlite3',
    connection: { filename },
    useNullAsDefault: true,
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: Connection & Parameters<typeof keepStatements>[0], done: (error: null) => void) => {
        connection.pragma('journal_mode = WAL');
        syncCommits(connection, sync);
        keepStatements(connection);
        done(null);
      },
    },
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'synced-'));
  waiting = [];
  held = false;
  database = open(join(folder, 'a.sqlite'));
  await database.schema.createTable('cards', (table) => {
    table.integer('number').primary();
  });
  asked = 0;
});
afterEach(async () => {
  held = false;
  for (const each of waiting) each.let();
  await database.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** Until what was begun has gone as far as it can without the disk. */
const settle = () => new Promise((resume) => setTimeout(resume, 20));

test('a transaction is told as done, and its rows read, only once its log is on the disk', async () => {
  held = true;
  const seen: string[] = [];
  const written = database
    .transaction(async (transaction) => {
      await transaction('cards').insert({ number: 1 });
      await transaction('cards').insert({ number: 2 });
      seen.push('work');
    })
    .then(() => seen.push('committed'));
  await settle();
  const read = database('cards')
    .count({ total: '*' })
    .first()
    .then((row) => seen.push(`read ${row?.total}`));
  await settle();
  expect(seen).toEqual(['work']);
  expect(asked).toBe(1);
  waiting[0]?.let();
  await Promise.all([written, read]);
  expect(seen).toEqual(['work', 'committed', 'read 2']);
});

test('a statement of its own waits for the disk, a question or a transaction taken back does not', async () => {
  await database('cards').insert({ number: 1 });
  expect(asked).toBe(1);
  expect(await database('cards').insert({ number: 2 }).returning('number')).toEqual([{ number: 2 }]);
  expect(asked).toBe(2);
  await database('cards').select();
  const refused = database.transaction(async (transaction) => {
    await transaction('cards').insert({ number: 3 });
    throw new Error('taken back');
  });
  await expect(refused).rejects.toThrow('taken back');
  expect(asked).toBe(2);
  expect(await database('cards').pluck('number')).toEqual([1, 2]);
});

test('what was told as done is in the log of another connection, and errors keep their codes', async () => {
  await database('cards').insert({ number: 7 });
  const other = open(join(folder, 'a.sqlite'));
  expect(await other('cards').pluck('number')).toEqual([7]);
  await other.destroy();
  await expect(database('cards').insert({ number: 7 })).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' });
});

test('a disk that refuses: the writer is told, and nothing is written, read or told as done after it', async () => {
  held = true;
  const written = database('cards').insert({ number: 1 });
  const told = expect(written).rejects.toThrow('EIO');
  await settle();
  waiting[0]?.refuse(new Error('EIO'));
  await told;
  held = false;
  await expect(database('cards').insert({ number: 2 })).rejects.toThrow('EIO');
  await expect(database('cards').select()).rejects.toThrow('EIO');
  const later = database.transaction((transaction) => transaction('cards').insert({ number: 3 }));
  await expect(later).rejects.toThrow('EIO');
  expect(asked).toBe(1);
  const anew = open(join(folder, 'a.sqlite'));
  expect(await anew('cards').whereIn('number', [2, 3])).toEqual([]);
  await anew.destroy();
});

test('a database in memory has no log and waits for nothing', async () => {
  const memory = open(':memory:');
  await memory.schema.createTable('cards', (table) => {
    table.integer('number');
  });
  await memory('cards').insert({ number: 1 });
  expect(asked).toBe(0);
  await memory.destroy();
});

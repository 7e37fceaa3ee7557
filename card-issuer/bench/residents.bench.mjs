/**
 * Import of rosters with validation and search for doubles, at two sizes: `node card-issuer/bench/residents.bench.mjs [ROWS]
 * [TIMES]`, 20,000 and 10× by default; `1000000 1` is the size that must be through in 15 minutes. The import is set beside a
 * bare loop that parses the same file and inserts its rows as they are, because only ratios travel between machines.
 * `run()` gives rows for the root's `npm run bench`.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse';
import knex from 'knex';
import { systemClock } from '../dist/clock.js';
import { timeOrderedIds } from '../dist/new-id.js';
import { openVault, softDataKeys } from '../dist/personal-data/index.js';
import { Residents } from '../dist/residents.js';
import { RosterImports } from '../dist/roster/roster-imports.js';
import { migrate, openDatabase } from '../dist/store/index.js';
import { inventedFile, inventedResident } from './invented-residents.mjs';

const LOOK_UPS = 2000;
/** 1 M rows in 15 minutes. */
const TARGET_ROWS_PER_SECOND = 1_000_000 / 900;
/** @type {any} */
const quiet = { info() {}, warn() {}, error: (line) => process.stderr.write(`${JSON.stringify(line)}\n`) };
const random = (length) => new Uint8Array(randomBytes(length));
const newId = timeOrderedIds(systemClock, random);

/** The least that any import does. @param {string} folder @param {number} count */
async function bareLoop(folder, count) {
  const database = knex({
    client: 'better-sqlite3',
    connection: { filename: join(folder, 'bare.sqlite') },
    useNullAsDefault: true,
  });
  await database.raw('PRAGMA journal_mode = WAL');
  await database.raw('PRAGMA synchronous = FULL');
  await database.schema.createTable('rows', (table) => {
    table.text('id').primary();
    table.text('number').unique();
    table.text('record');
  });
  const started = performance.now();
  let batch = [];
  const flush = async () => {
    const taken = batch;
    batch = [];
    if (taken.length > 0) await database.transaction((t) => t('rows').insert(taken));
  };
  for await (const cells of Readable.from(inventedFile(count)).pipe(parse({ from_line: 2 }))) {
    batch.push({ id: newId('r'), number: cells[5], record: JSON.stringify(cells) });
    if (batch.length === 500) await flush();
  }
  await flush();
  const perSecond = (count * 1000) / (performance.now() - started);
  await database.destroy();
  return perSecond;
}

async function ours(folder, count) {
  const path = join(folder, 'issuer.sqlite');
  const database = openDatabase(path);
  const port = softDataKeys();
  await migrate(database, (opened) => openVault(opened, port, random, new Date().toISOString()));
  const parts = { database, clock: systemClock, newId };
  const register = new Residents({ ...parts, archiveYears: 30 });
  const imports = new RosterImports({ ...parts, register, logger: quiet });
  const mapping = await imports.mapping('rhc');
  const columns = Object.entries(mapping.columns);
  if (columns.length === 0) throw new Error('no mapping');
  const started = performance.now();
  const given = { source: 'rhc', dryRun: false, fileName: 'bench.csv', actor: 'bench' };
  const { id } = await imports.begin(inventedFile(count), given);
  const done = await imports.settled(id);
  const perSecond = (count * 1000) / (performance.now() - started);
  if (done.taken !== count) throw new Error(`${done.taken} of ${count} taken: ${JSON.stringify(done)}`);
  const tookMs = [];
  for (let i = 0; i < LOOK_UPS; i++) {
    const { documentNumber, phone, name } = inventedResident(Math.floor(Math.random() * count));
    const search = i % 3 === 0 ? documentNumber : i % 3 === 1 ? phone : name;
    const from = performance.now();
    const { residents } = await register.list({ limit: 20, search });
    tookMs.push(performance.now() - from);
    if (residents.length === 0) throw new Error('a resident was not found');
  }
  tookMs.sort((a, b) => a - b);
  await database.destroy();
  return {
    perSecond,
    lookUpMs: { p50: tookMs[LOOK_UPS / 2], p99: tookMs[Math.floor(LOOK_UPS * 0.99)] },
    bytesPerResident: Math.round(statSync(path).size / count),
    candidates: done.candidates,
  };
}

/** @param {{ rows?: number, times?: number }} sizes */
async function atSizes({ rows = 20_000, times = 10 }) {
  const found = [];
  for (const count of times > 1 ? [rows, rows * times] : [rows]) {
    const folder = mkdtempSync(join(process.env.RHC_BENCH_TMP ?? tmpdir(), 'rhc-import-bench-'));
    try {
      const bare = await bareLoop(folder, count);
      const measured = await ours(folder, count);
      found.push({ rows: count, bareRowsPerSecond: Math.round(bare), ratio: measured.perSecond / bare, ...measured });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return found;
}

/** @param {{ rows?: number, times?: number }} sizes */
export async function run(sizes = {}) {
  const found = await atSizes(sizes);
  const [first, last] = [found[0], found.at(-1)];
  if (first === undefined || last === undefined) throw new Error('nothing was measured');
  const imported = found.map(({ rows, perSecond, bareRowsPerSecond, ratio }) => ({
    name: `import of ${rows.toLocaleString('en')} rows, validated and compared`,
    value: perSecond,
    unit: 'rows/s',
    baseline: bareRowsPerSecond,
    ratio,
    target: {
      text: `≥ ${Math.ceil(TARGET_ROWS_PER_SECOND).toLocaleString('en')}/s (1 M rows in 15 min)`,
      met: perSecond >= TARGET_ROWS_PER_SECOND,
    },
  }));
  if (first === last) return imported;
  const grown = {
    name: `cost of a row, ${last.rows.toLocaleString('en')} rows against ${first.rows.toLocaleString('en')}`,
    value: 1000 / last.perSecond,
    unit: 'ms',
    baseline: 1000 / first.perSecond,
    ratio: first.perSecond / last.perSecond,
  };
  return [...imported, grown];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [rows, times] = process.argv.slice(2).map(Number);
  process.stdout.write(`${JSON.stringify(await atSizes({ rows, times }), null, 2)}\n`);
}

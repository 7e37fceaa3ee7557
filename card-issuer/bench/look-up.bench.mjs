/**
 * Look-up in a whole province: `node card-issuer/bench/look-up.bench.mjs [RESIDENTS] [TIMES]`, 1,000,000 and 10× by default;
 * `run()` gives rows for the root's `npm run bench`.
 * The residents are put in as the import stores them, but without its checks and with the indexes made afterwards; the look-ups
 * go through `Residents.list`, by number, telephone, name and initials in turn. Beside them a bare read of one row by its key.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../dist/clock.js';
import { validateResident } from '../dist/domain/validate-resident.js';
import { timeOrderedIds } from '../dist/new-id.js';
import { openVault, softDataKeys } from '../dist/personal-data/index.js';
import { Residents } from '../dist/residents.js';
import { migrate, openDatabase, residents } from '../dist/store/index.js';
import { inventedResident } from './invented-residents.mjs';

const LOOK_UPS = 4000;
const TARGET_MS = 20;
const BATCH = 500;
const PROGRESS_ROWS = 500_000;
const random = (length) => new Uint8Array(randomBytes(length));
const newId = timeOrderedIds(systemClock, random);
const say = (line) => process.stderr.write(`${line}\n`);

/** @param {import('../dist/store/index.js').Database} database @param {number} people */
async function fill(database, people) {
  const indexes = await database('sqlite_master')
    .where({ type: 'index', tbl_name: 'residents' })
    .whereNotNull('sql')
    .select('name', 'sql');
  for (const { name } of indexes) await database.raw(`DROP INDEX ${name}`);
  for (let at = 0; at < people; at += BATCH) {
    const entries = [];
    for (let index = at; index < Math.min(at + BATCH, people); index++) {
      const { address, ...person } = inventedResident(index);
      const input = { ...person, householdAddress: address, ethnicGroup: '汉族', documentType: '居民身份证' };
      const checked = validateResident(input, '2026-11-27');
      if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
      entries.push({ id: newId('r'), resident: checked.resident, enrolledAt: new Date().toISOString() });
    }
    await database.transaction((transaction) => residents.insertResidents(transaction, entries));
    if (at % PROGRESS_ROWS === 0) say(`${at.toLocaleString('en')} of ${people.toLocaleString('en')}`);
  }
  for (const { sql } of indexes) await database.raw(sql);
}

const at = (/** @type {number[]} */ sorted, /** @type {number} */ share) => sorted[Math.floor(sorted.length * share)];

async function measured(database, people) {
  const register = new Residents({ database, clock: systemClock, newId, archiveYears: 30 });
  const kinds = {
    number: ({ documentNumber }) => documentNumber,
    phone: ({ phone }) => phone,
    name: ({ name }) => name,
  };
  const found = {};
  for (const [kind, searchOf] of Object.entries(kinds)) {
    const tookMs = [];
    for (let index = 0; index < LOOK_UPS; index++) {
      const search = searchOf(inventedResident(Math.floor(Math.random() * people)));
      const from = performance.now();
      const { residents: page } = await register.list({ limit: 20, search });
      tookMs.push(performance.now() - from);
      if (page.length === 0) throw new Error(`nobody was found by ${kind}`);
    }
    tookMs.sort((a, b) => a - b);
    found[kind] = { p50: at(tookMs, 0.5), p99: at(tookMs, 0.99), longest: tookMs.at(-1) };
  }
  const bareMs = [];
  const [{ rows }] = await database.raw('SELECT max(rowid) AS rows FROM residents');
  for (let index = 0; index < LOOK_UPS; index++) {
    const from = performance.now();
    await database.raw('SELECT * FROM residents WHERE rowid = ?', [1 + Math.floor(Math.random() * rows)]);
    bareMs.push(performance.now() - from);
  }
  bareMs.sort((a, b) => a - b);
  return { residents: people, ms: found, bareMs: { p50: at(bareMs, 0.5), p99: at(bareMs, 0.99) } };
}

/** @param {{ residents?: number, times?: number }} sizes */
async function atSizes({ residents: count = 1_000_000, times = 10 }) {
  const results = [];
  for (const people of times > 1 ? [count, count * times] : [count]) results.push(await atSize(people));
  return results;
}

async function atSize(/** @type {number} */ people) {
  const folder = mkdtempSync(join(process.env.RHC_BENCH_TMP ?? tmpdir(), 'rhc-look-up-bench-'));
  const path = join(folder, 'issuer.sqlite');
  const database = openDatabase(path);
  try {
    await migrate(database, (opened) => openVault(opened, softDataKeys(), random, new Date().toISOString()));
    await database.raw('PRAGMA synchronous = OFF');
    const started = performance.now();
    await fill(database, people);
    await database.raw('PRAGMA wal_checkpoint(TRUNCATE)');
    say(`filled in ${Math.round((performance.now() - started) / 1000)} s`);
    return { ...(await measured(database, people)), gib: statSync(path).size / 2 ** 30 };
  } finally {
    await database.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {{ residents?: number, times?: number }} sizes */
export async function run(sizes = {}) {
  const results = await atSizes(sizes);
  const [first] = results;
  return results.flatMap(({ residents: people, ms, bareMs }) =>
    Object.entries(ms).map(([kind, { p99 }]) => ({
      name: `look-up by ${kind}, p99, ${people.toLocaleString('en')} residents${people === first?.residents ? '' : `: × ${(p99 / (first?.ms[kind]?.p99 ?? p99)).toFixed(2)} of the smaller`}`,
      value: p99,
      unit: 'ms',
      baseline: bareMs.p99,
      ratio: p99 / bareMs.p99,
      target: { text: `≤ ${TARGET_MS} ms`, met: p99 <= TARGET_MS },
    })),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [residents, times] = process.argv.slice(2).map(Number);
  process.stdout.write(`${JSON.stringify(await atSizes({ residents, times }), null, 2)}\n`);
}

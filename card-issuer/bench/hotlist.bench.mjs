/**
 * The hotlist at Hebei's size (FIELD.md, "Numbers to plan for"): 55 M cards issued, 3 % listed, 4,500 changes a day; and
 * at a tenth of it. Sizes stand beside the information bound, look-ups beside a binary search in the bare array. Needs
 * `dist`. `run()` gives rows for the root's `npm run bench`; called directly it prints them.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyDelta, encodeBody, encodeDelta, openHotlist, withSignature } from '../../card/dist/hotlist/index.js';

const ISSUED = 55_000_000;
const LISTED_SHARE = 0.03;
const CHANGES = 4_500;
const LOOK_UPS = 200_000;
const SIGNATURE = { keyId: 'bench', signature: new Uint8Array(64) };
const MADE_AT = 1_795_000_000;

/** Uniform numbers below 1, the same in every run (mulberry32). */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Each counter listed by chance: a first set, and one in which `changes` of them changed sides. */
function sets(issued, changes) {
  const random = seeded(2026);
  const listed = new Uint8Array(issued + 1);
  let count = 0;
  while (count < Math.round(issued * LISTED_SHARE)) {
    const counter = 1 + Math.floor(random() * issued);
    if (listed[counter] === 0) {
      listed[counter] = 1;
      count += 1;
    }
  }
  const all = () => {
    const counters = [];
    for (let counter = 1; counter <= issued; counter++) if (listed[counter] === 1) counters.push(counter);
    return Float64Array.from(counters);
  };
  const before = all();
  // Two thirds put on, one third taken off; every change on a counter of its own.
  const changed = new Set();
  while (changed.size < changes) {
    const taken = changed.size % 3 === 2;
    const counter = taken ? before[Math.floor(random() * before.length)] : 1 + Math.floor(random() * issued);
    if (changed.has(counter) || (listed[counter] === 1) !== taken) continue;
    changed.add(counter);
    listed[counter] = taken ? 0 : 1;
  }
  return { before, after: all() };
}

function timed(work) {
  const started = performance.now();
  const result = work();
  return { result, ms: performance.now() - started };
}

function found(sorted, counter) {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] === counter) return true;
    if (sorted[middle] < counter) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

const row = (name, value, unit, /** @type {number | null} */ baseline = null) => ({
  name,
  value,
  unit,
  baseline,
  ratio: baseline === null ? null : Math.round((value / baseline) * 1000) / 1000,
});

/** A row with the issue's bound on it. */
const bounded = (measured, most, text) => ({ ...measured, target: { text, met: measured.value <= most } });

function measure(issued, label) {
  const { before, after } = sets(issued, CHANGES);
  const header = { kind: /** @type {const} */ ('full'), provinceCode: '13', baseVersion: 0, madeAt: MADE_AT };
  const built = timed(() => withSignature(encodeBody({ ...header, version: 1 }, before), SIGNATURE));
  const opened = timed(() => openHotlist(built.result, () => true));
  const next = { provinceCode: '13', version: 2, madeAt: MADE_AT, counters: after };
  const delta = timed(() => encodeDelta({ version: 1, counters: before }, next, SIGNATURE));
  const applied = timed(() => applyDelta(opened.result, delta.result));
  const renewed = withSignature(encodeBody({ ...header, version: 2 }, after), SIGNATURE);
  if (Buffer.compare(applied.result, renewed) !== 0) throw new Error('the delta does not lead to the next list');
  for (const counter of before) if (!opened.result.has(counter)) throw new Error(`${counter} is listed and not found`);

  const random = seeded(7);
  const asked = Float64Array.from({ length: LOOK_UPS }, () => 1 + Math.floor(random() * issued));
  let hits = 0;
  const all = timed(() => {
    for (const counter of asked) if (opened.result.has(counter)) hits += 1;
  });
  let wanted = 0;
  const bare = timed(() => {
    for (const counter of asked) if (found(before, counter)) wanted += 1;
  });
  if (hits !== wanted) throw new Error('look-ups differ from the array');
  // Each by itself: the longest ones are the machine's pauses, which the bare array meets as well.
  const sortedMs = (ask) => Float64Array.from(asked, (counter) => timed(() => ask(counter)).ms).sort();
  const each = sortedMs((counter) => opened.result.has(counter));
  const bareEach = sortedMs((counter) => found(before, counter));
  const late = Math.floor(LOOK_UPS * 0.999);
  const p = before.length / issued;
  const bound = (-issued * (p * Math.log2(p) + (1 - p) * Math.log2(1 - p))) / 8;
  const per = (ms) => (ms * 1000) / LOOK_UPS;
  return [
    bounded(
      row(`hotlist full, ${label}`, built.result.length, 'bytes', Math.round(bound)),
      2_000_000,
      '≤ 2,000,000 bytes',
    ),
    bounded(row(`hotlist delta, ${CHANGES} changes, ${label}`, delta.result.length, 'bytes'), 20_000, '≤ 20,000 bytes'),
    row(`hotlist build, ${label}`, built.ms, 'ms'),
    row(`hotlist open, ${label}`, opened.ms, 'ms'),
    row(`hotlist delta build, ${label}`, delta.ms, 'ms'),
    row(`hotlist delta apply, ${label}`, applied.ms, 'ms'),
    row(`hotlist look-up mean, ${label}`, per(all.ms), 'µs', per(bare.ms)),
    bounded(
      row(`hotlist look-up 99.9 %, ${label}`, each[late] * 1000, 'µs', bareEach[late] * 1000),
      1_000,
      '≤ 1,000 µs',
    ),
    row(
      `hotlist look-up longest of ${LOOK_UPS}, ${label}`,
      each[LOOK_UPS - 1] * 1000,
      'µs',
      bareEach[LOOK_UPS - 1] * 1000,
    ),
  ];
}

export function run() {
  return [...measure(ISSUED / 10, '5.5 M issued'), ...measure(ISSUED, '55 M issued')];
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(run(), null, 2)}\n`);
}

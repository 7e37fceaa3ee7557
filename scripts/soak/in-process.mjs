/**
 * The same without pcscd: the supervised port over a child that is scripted. Statuses are repeated, come late, are swallowed
 * by restarts of child or service; whoever listens must see each insertion and each removal exactly once.
 */
import { createHash } from 'node:crypto';
import { DEFAULT_LIMITS, SupervisedPort } from '../../reader-agent/dist/pcsc/index.js';
import { EventWitness } from './event-witness.mjs';

const ATR = [
  Buffer.from('3B8B8001000101000000002A01000021', 'hex'),
  Buffer.from('3B8B8001000101000000002B01000020', 'hex'),
];
const NOTHING = new Uint8Array(0);
const SCARD_E_NO_SERVICE = 0x8010001d;

/** @param {string} seed @returns {() => number} 0 ≤ n < 1, the same for the same seed */
function drawer(seed) {
  let count = 0;
  return () => createHash('sha256').update(`${seed} ${count++}`).digest().readUInt32BE(0) / 2 ** 32;
}

/** Time that moves when told. */
class Clock {
  #now = 1;
  /** @type {{ at: number, action: () => void }[]} */
  #due = [];
  now = () => this.#now;
  /** @param {number} delayMs @param {() => void} action */
  after = (delayMs, action) => {
    const entry = { at: this.#now + delayMs, action };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  };
  /** @param {number} ms */
  advance(ms) {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter((entry) => entry !== next);
      this.#now = next.at;
      next.action();
    }
    this.#now = end;
  }
}

/** @param {{ insertions: number, seed?: string }} wish */
export function soakInProcess({ insertions, seed = 'soak' }) {
  const draw = drawer(seed);
  const clock = new Clock();
  const readers = ['R 00', 'R 01', 'R 02'];
  /** What lies there really, and PC/SC's own counter. @type {Map<string, { count: number, atr: Uint8Array | null }>} */
  const truth = new Map(readers.map((reader) => [reader, { count: 0, atr: null }]));
  /** @type {{ tell: (message: any) => void, end: (reason: string) => void, dead: boolean }[]} */
  const children = [];
  const port = new SupervisedPort({
    spawn: () => {
      const child = { tell: (/** @type {any} */ _m) => {}, end: (/** @type {string} */ _r) => {}, dead: false };
      children.push(child);
      return {
        pid: 1,
        send: (message) => {
          if (!child.dead) child.tell({ kind: 'answer', id: message.id, response: null });
        },
        onMessage: (listener) => {
          child.tell = listener;
        },
        onExit: (listener) => {
          child.end = listener;
        },
        kill: () => {
          child.dead = true;
        },
      };
    },
    timers: clock,
    limits: DEFAULT_LIMITS,
    readerReturnMs: 5_000,
  });
  const witness = new EventWitness();
  port.subscribe((event) => witness.see(event));
  const report = (/** @type {string} */ reader) => {
    const { count, atr } = truth.get(reader) ?? { count: 0, atr: null };
    children.at(-1)?.tell({
      kind: 'status',
      reader,
      present: atr !== null,
      mute: false,
      eventCount: count & 0xffff,
      atr: atr ?? NOTHING,
    });
  };
  const appear = () => {
    children.at(-1)?.tell({ kind: 'ready' });
    for (const reader of readers) {
      children.at(-1)?.tell({ kind: 'reader', reader });
      report(reader);
    }
  };
  appear();
  let expected = 0;
  let deaths = 0;
  let restarts = 0;
  let swaps = 0;
  for (let round = 0; round < insertions; round += 1) {
    const reader = readers[Math.floor(draw() * readers.length)] ?? 'R 00';
    const place = truth.get(reader);
    if (place === undefined) continue;
    if (place.atr !== null) {
      // Taken out, or swapped so quickly that only the counter tells.
      place.count += 1;
      place.atr = null;
      if (draw() < 0.3) swaps += 1;
      else report(reader);
    }
    place.count += 1;
    place.atr = ATR[draw() < 0.5 ? 0 : 1] ?? NOTHING;
    expected += 1;
    // PC/SC reports a card before its ATR, and the same status more than once.
    if (draw() < 0.3)
      children
        .at(-1)
        ?.tell({ kind: 'status', reader, present: true, mute: false, eventCount: place.count & 0xffff, atr: NOTHING });
    report(reader);
    if (draw() < 0.3) report(reader);
    if (draw() < 0.02) {
      // The process dies: cards that nobody held keep their insertion.
      deaths += 1;
      children.at(-1)?.end('killed');
      clock.advance(DEFAULT_LIMITS.respawnDelayMs);
      appear();
    }
    if (draw() < 0.02) {
      // The service restarts: every card that lies there counts as inserted anew.
      restarts += 1;
      children.at(-1)?.tell({ kind: 'service-lost', code: SCARD_E_NO_SERVICE, text: '' });
      for (const each of truth.values()) if (each.atr !== null) expected += 1;
      clock.advance(DEFAULT_LIMITS.respawnDelayMs);
      appear();
    }
    clock.advance(draw() * 50);
    const lying = witness.lying(reader);
    if (
      lying?.atr !==
      Buffer.from(place.atr ?? NOTHING)
        .toString('hex')
        .toUpperCase()
    ) {
      witness.faults.push(`round ${round}: ${reader} shows ${lying?.atr ?? 'nothing'}`);
      break;
    }
  }
  void port.close();
  return {
    insertions,
    expected,
    inserted: witness.inserted,
    removed: witness.removed,
    swaps,
    deaths,
    restarts,
    faults: witness.faults,
  };
}

/**
 * A bulk run of thousands on many readers at once, on SoftHSM2 and a real database: `node card-issuer/bench/bulk.bench.mjs
 * [CARDS] [READERS] [sqlite|postgres]`, 2,000 on 8 and PostgreSQL by default. Two people look at the sample, one blank in fifty has another
 * transport key, the run is paused in the middle and goes on in another node. At the end every line has its card or its fault,
 * no number or chip stands twice, and the last quarter is set beside the first. Needs `dist`.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgresCluster } from '../../scripts/postgres-cluster/postgres-cluster.mjs';
import { openDatabase } from '../dist/store/index.js';
import { openDesks } from './desks-in-process.mjs';
import { blank, issuerOn, person, withKeyService } from './issuer-on-softhsm.mjs';

const [cards = 2000, readers = 8] = process.argv.slice(2, 4).map(Number);
const engine = process.argv[4] === 'sqlite' ? 'sqlite' : 'postgres';
/** One blank in so many is another supplier's. */
const FOREIGN_EVERY = 50;
const LOOK_MS = 5;
const VIEW_MS = 500;

const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);
const pause = (/** @type {number} */ ms) => new Promise((resume) => setTimeout(resume, ms));
let retried = 0;
const WASTE = { actor: 'clerk:li', witness: 'clerk:wang', reason: '发卡方密钥不符' };
const pulled = { foreign: 0, other: 0, untouched: 0 };
/** When each card was made, ms from the start of its half. @type {number[]} */
const madeAt = [];

/** @typedef {import('../dist/app.js').Issuer} Issuer */

/**
 * The hands at the readers: a card that is made gives way to the next blank, one that cannot be written is waste.
 * @param {Issuer} issuer @param {() => boolean} ended
 */
async function feed(issuer, ended) {
  const { desks, close } = openDesks(readers, issuer.hub);
  const fates = new Fates(issuer);
  let blanks = 0;
  try {
    await Promise.all(
      desks.map(async (desk) => {
        while (!ended()) {
          blanks += 1;
          const isForeign = blanks % FOREIGN_EVERY === 0;
          const chip = blank();
          await desk.put(isForeign ? { ...chip, transportKey: 'AB'.repeat(16) } : chip);
          const fate = await fates.of(desk.card?.cardFactor ?? '', ended);
          desk.remove();
          if (fate === 'made') madeAt.push(performance.now());
          else if (fate === null) pulled.untouched += 1;
          else {
            pulled[isForeign ? 'foreign' : 'other'] += 1;
            await waste(issuer, fate);
          }
        }
      }),
    );
  } finally {
    fates.end();
    await close();
  }
}

/** What the feed of events says of chips. */
class Fates {
  /** Chip → its card, card → how it ended. @type {Map<string, string>} */
  #cards = new Map();
  /** @type {Map<string, 'made' | 'waste'>} */
  #ends = new Map();

  constructor(/** @type {Issuer} */ issuer) {
    this.end = issuer.feed.subscribe(({ type, cardId, detail }) => {
      if (cardId === null) return;
      if (type === 'chip-bound') this.#cards.set(String(detail.cardFactor), cardId);
      if (type === 'personalized') this.#ends.set(cardId, 'made');
      // Tried twice, the runner waits for a person.
      if (type === 'rejected' || (type === 'interrupted' && Number(detail.attempt) >= 2))
        this.#ends.set(cardId, 'waste');
    });
  }

  /**
   * Of a card that is being written nobody takes the chip away.
   * @param {string} factor @param {() => boolean} ended
   * @returns {Promise<string | null>} `made`; the id of a card that cannot be written; null: nobody wanted the chip
   */
  async of(factor, ended) {
    for (;;) {
      const cardId = this.#cards.get(factor);
      const end = cardId === undefined ? undefined : this.#ends.get(cardId);
      if (end === 'made') return 'made';
      if (end === 'waste' && cardId !== undefined) return cardId;
      if (cardId === undefined && ended()) return null;
      await pause(LOOK_MS);
    }
  }
}

/** As soon as its last run has let go of the reader. @param {Issuer} issuer @param {string} cardId */
async function waste(issuer, cardId) {
  for (;;) {
    try {
      await issuer.service.spoil(cardId, WASTE);
      return;
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code !== 'READER_BUSY') throw error;
      await pause(LOOK_MS);
    }
  }
}

/** @param {Issuer} issuer @param {string} runId@param {(done: number, state: string) => boolean} enough */
async function work(issuer, runId, enough) {
  for (let index = 0; index < readers; index++) {
    await issuer.bulk.assign({ agentId: `desk-${index}`, reader: 'reader-1', runId }, 'manager:li');
  }
  let ended = false;
  const fed = feed(issuer, () => ended);
  for (let told = 0; !ended; ) {
    const { state, progress } = await issuer.bulk.view(runId);
    const { done } = progress.counts;
    if (state === 'sample-review') await approveSample(issuer);
    // Their chips were waste: the lines wait for another one.
    const failed =
      progress.counts.failed === 0 ? [] : await issuer.bulk.items(runId, { state: 'failed', after: 0, limit: 100 });
    for (const { id } of failed) await issuer.bulk.retry(id, 'manager:li');
    retried += failed.length;
    if (done >= told + 250) {
      told = done;
      say(`${done} of ${cards}, ${progress.cardsPerHour ?? '?'} an hour, ${JSON.stringify(progress.counts)}`);
    }
    // A line that is tried again opens its run again.
    ended = failed.length === 0 && enough(done, state);
    if (!ended) await pause(VIEW_MS);
  }
  await fed;
}

async function approveSample(/** @type {Issuer} */ issuer) {
  const { entries } = await issuer.approvals.list({ state: 'open', limit: 10 });
  for (const { id } of entries)
    await issuer.approvals.approve(id, { id: 'manager:wang', roles: ['reviewer', 'manager'] });
}

async function main() {
  const cluster = engine === 'postgres' ? await startPostgresCluster({ parentDir: tmpdir() }) : null;
  try {
    return await withKeyService(async (house) => {
      const database = openDatabase(cluster?.url ?? join(house.state.dirs.cardIssuer, 'bulk.sqlite'));
      const first = await issuerOn(house, database, { node: 'node-a' });
      const residentIds = [];
      for (let index = 0; index < cards; index++) {
        residentIds.push((await first.residents.enrol(person(index), null)).id);
      }
      const wish = { name: 'bench', residentIds, actor: 'manager:li' };
      const run = await first.bulk.create(wish, null);
      const started = performance.now();
      await work(first, run.id, (done) => done >= cards / 2);
      await first.bulk.pause(run.id);
      while ((await first.bulk.view(run.id)).progress.counts.taken > 0) await pause(LOOK_MS);
      await first.stop();
      const second = await issuerOn(house, database, { node: 'node-b' });
      await second.bulk.resume(run.id);
      await work(second, run.id, (_done, state) => state === 'done');
      const seconds = (performance.now() - started) / 1000;
      const { progress } = await second.bulk.view(run.id);
      const failed = await second.bulk.items(run.id, { state: 'failed', after: 0, limit: 100 });
      const ofFailed = await Promise.all(
        failed.map(async ({ error, cardId, residentId }) => ({
          error: error?.code,
          card: cardId === null ? null : (await second.service.card(cardId)).state,
          cards: (await second.service.cards({ residentId, limit: 9 })).map(({ state }) => state),
        })),
      );
      await second.stop();
      const made = await database('cards').where({ state: 'personalized' });
      const distinct = (/** @type {string} */ column) => new Set(made.map((card) => card[column])).size;
      await database.destroy();
      const quarter = Math.floor(madeAt.length / 4);
      const rate = (/** @type {number[]} */ some) => ((some.length - 1) * 1000) / ((some.at(-1) ?? 0) - (some[0] ?? 0));
      return {
        engine,
        readers,
        counts: progress.counts,
        seconds: Math.round(seconds),
        cardsPerSecond: Number((made.length / seconds).toFixed(1)),
        firstQuarter: Number(rate(madeAt.slice(0, quarter)).toFixed(1)),
        lastQuarter: Number(rate(madeAt.slice(-quarter)).toFixed(1)),
        pulled,
        retried,
        failed: ofFailed,
        made: made.length,
        distinct: {
          residents: distinct('resident_id'),
          serials: distinct('issue_serial'),
          chips: distinct('card_factor'),
        },
      };
    });
  } finally {
    await cluster?.stop();
  }
}

const result = await main();
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
const { residents, serials, chips } = result.distinct;
const whole = [result.made, residents, serials, chips, result.counts.done].every((count) => count === cards);
process.exitCode = whole ? 0 : 1;

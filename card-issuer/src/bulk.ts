/**
 * Carries bulk runs out: looks at the stations, gives each free blank the next resident, follows the cards to their end.
 * Nothing of it lives in memory only: what a crash leaves is settled from the cards' own states at the next look, and an
 * order is placed under a key of its item, so that it exists once however often it is asked for. (Over 300 lines: what a person
 * asks for and what a look carries out move the same lines, and each move must know the others.)
 */
import { type ErrorBody, isRhcError } from '@rhc/card/errors';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import type { Logger } from '@rhc/service-shell';
import type { Approvals } from './approvals.ts';
import { type Clock, timestamp } from './clock.ts';
import {
  type BulkItem,
  type BulkProgress,
  type BulkRun,
  type BulkRunState,
  bulkProgress,
  canPause,
  positionBetween,
  productionFingerprint,
  WORKING,
} from './domain/bulk.ts';
import { CHIP_HOLDING_STATES } from './domain/card-state.ts';
import { issuerErrors } from './errors.ts';
import { idempotentCall } from './idempotent-call.ts';
import type { IssuerService } from './issuer-service.ts';
import { type Page, type PageWish, readPage } from './page-cursor.ts';
import type { AgentHub } from './personalize/agent-hub.ts';
import type { EventFeed } from './personalize/event-feed.ts';
import { bulk, cards, type Database, type ListPage, once, residents } from './store/index.ts';

export interface BulkParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hub: AgentHub;
  readonly feed: EventFeed;
  readonly service: IssuerService;
  readonly approvals: Pick<Approvals, 'ask'>;
  readonly newId: (prefix: string) => string;
  /** Name of this node. */
  readonly node: string;
}

export interface BulkRunView extends BulkRun {
  readonly progress: BulkProgress;
  readonly stations: readonly bulk.Station[];
}

interface FreeChip {
  readonly agentId: string;
  readonly reader: string;
  readonly factor: string;
  /** Connection and insertion too: another one is another chance. */
  readonly place: string;
}

const HOUR_MS = 3_600_000;
/** After this time an item that another node took and did not begin to write waits again. */
const ABANDONED_MS = 120_000;
/** States of a card that say: made and proven. */
const MADE = [
  'personalized',
  'in-delivery',
  'active',
  'suspended',
  'replacing',
  'lost',
  'expired',
  'cancelled',
  'returned',
  'destroyed',
];
/** States of a card whose successor a run makes; `replacing`: ordered already, before a crash. */
const RENEWABLE = ['active', 'replacing'];
/** The chip, not the line, is at fault: the line waits for the next blank. */
const CHIP_FAULTS = [
  'BLANK_NOT_BLANK',
  'BLANK_NOT_LISTED',
  'BLANK_BOUND_ELSEWHERE',
  'BLANK_EXPECTED_OTHER',
  'READER_BUSY',
  'CARD_NOT_IN_READER',
  'AGENT_NOT_CONNECTED',
  'AGENT_UNKNOWN',
  'READER_NOT_FOUND',
];

export class Bulk {
  readonly #parts: BulkParts;
  /** Chips that were refused where they lie: agent/reader/insertion. */
  #refused = new Set<string>();
  #looking: Promise<void> = Promise.resolve();
  #again = false;
  #stopped = false;

  constructor(parts: BulkParts) {
    this.#parts = parts;
  }

  /** @throws RESIDENT_UNKNOWN naming nobody: the lines at fault stand in `fields` by their place in the list */
  async create(
    request: {
      readonly name: string;
      readonly residentIds: readonly string[];
      /** Resident → card to be renewed; whoever is not named gets a first card. */
      readonly replaces?: Readonly<Record<string, string>>;
      readonly actor: string;
    },
    key: string | null,
  ): Promise<BulkRun> {
    const { database, newId } = this.#parts;
    const at = this.#now();
    const known = await residents.enrolledAmong(database, request.residentIds);
    const unknown = request.residentIds.flatMap((id, index) => (known.has(id) ? [] : [index]));
    if (unknown.length > 0) {
      throw issuerErrors.make('RESIDENT_UNKNOWN', {
        fields: unknown.map((index) => ({
          field: `residentIds[${index}]`,
          rule: { zh: '没有这位居民', en: 'there is no such resident' },
        })),
      });
    }
    const id = await once(database, idempotentCall('bulk-run', key, request, at), async (transaction) => {
      const runId = newId('b');
      const run = {
        id: runId,
        name: request.name,
        state: 'awaiting-sample' as const,
        createdBy: request.actor,
        createdAt: at,
      };
      const distinct = [...new Set(request.residentIds)];
      await bulk.insertRun(
        transaction,
        run,
        distinct.map((residentId) => ({
          id: newId('bi'),
          residentId,
          replaces: request.replaces?.[residentId] ?? null,
        })),
      );
      return runId;
    });
    await this.#parts.feed.record('bulk-created', null, { run: id });
    return this.#run(id);
  }

  async view(id: string): Promise<BulkRunView> {
    const { database, clock } = this.#parts;
    const run = await this.#run(id);
    const nowMs = clock.nowMs();
    const done = await bulk.doneSince(database, id, timestamp(nowMs - HOUR_MS));
    return {
      ...run,
      progress: bulkProgress(await bulk.countItems(database, id), done, nowMs),
      stations: await bulk.listStations(database, id),
    };
  }

  /** Newest first. @throws CURSOR_WRONG */
  async page(wish: PageWish): Promise<Page<BulkRunView>> {
    const list = (page: ListPage) => bulk.listRuns(this.#parts.database, page);
    const { entries, next } = await readPage(wish, ['string', 'string'], list, ({ createdAt, id }) => [createdAt, id]);
    return { entries: await Promise.all(entries.map(({ id }) => this.view(id))), next };
  }

  /** Whom a new run could be made of. */
  candidates(filter: Parameters<typeof bulk.listCandidates>[1]): ReturnType<typeof bulk.listCandidates> {
    return bulk.listCandidates(this.#parts.database, filter);
  }

  /** Lines that are not made yet, of all runs that go on or may go on. */
  openLines(): Promise<number> {
    return bulk.countOpenItems(this.#parts.database);
  }

  /** @param showsPeople whether names are opened; else, and of the erased, `resident` is null */
  async items(runId: string, page: Parameters<typeof bulk.listItems>[2], showsPeople = false) {
    const { database } = this.#parts;
    const items = await bulk.listItems(database, runId, page);
    const ids = showsPeople ? items.map(({ residentId }) => residentId) : [];
    const people = await residents.identitiesOf(database, ids);
    return items.map((item) => ({ ...item, resident: people.get(item.residentId) ?? null }));
  }

  async pause(id: string): Promise<BulkRun> {
    const run = await this.#run(id);
    if (run.state === 'paused') return run;
    if (!canPause(run.state)) throw issuerErrors.make('BULK_STATE_FORBIDS', { detail: `pause from ${run.state}` });
    return this.#move(run, 'paused', { paused_from: run.state });
  }

  async resume(id: string): Promise<BulkRun> {
    const run = await this.#run(id);
    if (run.state !== 'paused' || run.pausedFrom === null) {
      throw issuerErrors.make('BULK_STATE_FORBIDS', { detail: `resume from ${run.state}` });
    }
    const resumed = await this.#move(run, run.pausedFrom);
    void this.look();
    return resumed;
  }

  /** What is being made is finished; nothing new is begun. */
  async cancel(id: string): Promise<BulkRun> {
    const run = await this.#run(id);
    if (run.state === 'cancelled') return run;
    if (run.state === 'done') throw issuerErrors.make('BULK_STATE_FORBIDS', { detail: 'cancel a run that is done' });
    return this.#move(run, 'cancelled', { ended_at: this.#now() });
  }

  async assign(station: bulk.Station, actor: string): Promise<void> {
    await this.#run(station.runId);
    await bulk.assignStation(this.#parts.database, station, { actor, at: this.#now() });
    void this.look();
  }

  async release(station: Omit<bulk.Station, 'runId'>): Promise<void> {
    await bulk.releaseStation(this.#parts.database, station);
  }

  /** A failed line once more: a rejected card on its chip, a refused line from the beginning. */
  async retry(itemId: string, actor: string): Promise<BulkItem> {
    const { database, service } = this.#parts;
    const item = await this.#item(itemId);
    if (item.state !== 'failed')
      throw issuerErrors.make('BULK_STATE_FORBIDS', { detail: `retry an item that is ${item.state}` });
    const card = item.cardId === null ? null : await cards.findCard(database, item.cardId);
    if (card?.state === 'failed') await service.start(card.id, {}, actor);
    // A card that was begun is followed to its end; an order and a waste chip wait for the next blank.
    const holdsChip = card !== null && (CHIP_HOLDING_STATES as readonly string[]).includes(card.state);
    const to = holdsChip ? 'taken' : 'queued';
    await bulk.moveItem(database, item.id, ['failed'], to, { error: null, endedAt: null });
    await this.#reopen(item.runId);
    void this.look();
    return this.#item(itemId);
  }

  async remove(itemId: string): Promise<BulkItem> {
    const item = await this.#item(itemId);
    const moved = await bulk.moveItem(this.#parts.database, itemId, ['queued', 'failed'], 'removed', {
      endedAt: this.#now(),
    });
    if (!moved) throw issuerErrors.make('BULK_STATE_FORBIDS', { detail: `remove an item that is ${item.state}` });
    void this.look();
    return this.#item(itemId);
  }

  /** Puts a queued line before another one, or last. */
  async reorder(itemId: string, beforeId: string | null): Promise<BulkItem> {
    const { database } = this.#parts;
    const item = await this.#item(itemId);
    const queued = (
      await bulk.listItems(database, item.runId, { state: 'queued', after: -Number.MAX_VALUE, limit: 1_000_000 })
    ).filter(({ id }) => id !== itemId);
    const at = beforeId === null ? queued.length : queued.findIndex(({ id }) => id === beforeId);
    if (at < 0) throw issuerErrors.make('BULK_ITEM_UNKNOWN', { detail: beforeId ?? '' });
    const position = positionBetween(queued[at - 1]?.position ?? null, queued[at]?.position ?? null);
    if (!(await bulk.setPosition(database, itemId, position))) {
      throw issuerErrors.make('BULK_STATE_FORBIDS', { detail: `reorder an item that is ${item.state}` });
    }
    return this.#item(itemId);
  }

  /** Two people looked at the sample card: runs that wait for it go on. */
  async approveSample(runId: string, signed: { readonly actor: string; readonly witness: string }): Promise<void> {
    const { database } = this.#parts;
    const run = await this.#run(runId);
    if (run.sampleCardId === null) throw issuerErrors.make('BULK_STATE_FORBIDS', { detail: 'no sample card yet' });
    const fingerprint = await this.#fingerprint(run.sampleCardId);
    if (fingerprint === null)
      throw issuerErrors.make('BULK_STATE_FORBIDS', { detail: 'the sample card has no verdict' });
    const at = this.#now();
    await database.transaction(async (transaction) => {
      await bulk.insertSample(transaction, { fingerprint, cardId: run.sampleCardId as string, ...signed, at });
      await bulk.moveRun(transaction, runId, ['sample-review'], 'running');
    });
    void this.look();
  }

  /** The sample was refused: the next card is a sample again. */
  async newSample(id: string): Promise<BulkRun> {
    const run = await this.#run(id);
    if (run.state !== 'sample-review') throw issuerErrors.make('BULK_STATE_FORBIDS', { detail: `${run.state}` });
    const moved = await this.#move(run, 'awaiting-sample', { sample_card_id: null });
    void this.look();
    return moved;
  }

  /** Looks at every station and every taken item. Calls during a look are one more look after it. */
  look(): Promise<void> {
    if (this.#again) return this.#looking;
    this.#again = true;
    this.#looking = this.#looking.then(async () => {
      this.#again = false;
      if (this.#stopped) return;
      try {
        await this.#lookOnce();
      } catch (error) {
        this.#parts.logger.error({ err: error }, 'looking at bulk runs failed');
      }
    });
    return this.#looking;
  }

  /** What waits for time alone, as the lines of a node that died, is seen without anything else happening. */
  tick(): Promise<void> {
    return this.look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const { database } = this.#parts;
    const stations = await bulk.listStations(database);
    const runIds = [...new Set(stations.map(({ runId }) => runId))];
    for (const runId of runIds) {
      const own = stations.filter((station) => station.runId === runId);
      // What is wrong with one run holds up no other.
      await this.#lookAtRun(runId, own).catch((error: unknown) => {
        this.#parts.logger.error({ err: error, run: runId }, 'looking at a bulk run failed');
      });
    }
  }

  async #lookAtRun(runId: string, stations: readonly bulk.Station[]): Promise<void> {
    await this.#settle(runId);
    const run = await this.#run(runId);
    await this.#askForSample(run);
    if (!WORKING.includes(run.state)) return;
    const chips = this.#freeChips(stations);
    const owners = await cards.ownersOfChips(
      this.#parts.database,
      chips.map(({ factor }) => factor),
    );
    for (const chip of chips) if (!owners.has(chip.factor)) await this.#feed(run, chip);
    await this.#endWhenEmpty(runId);
  }

  /** Chips that lie free in the stations' readers and were not refused there. */
  #freeChips(stations: readonly bulk.Station[]): FreeChip[] {
    const { hub } = this.#parts;
    const agents = new Map(hub.agents().map((agent) => [agent.agentId, agent]));
    return stations.flatMap(({ agentId, reader: name }) => {
      const reader = agents.get(agentId)?.readers.find((each) => each.reader === name);
      if (reader?.state !== 'free' || reader.card?.cardFactor == null) return [];
      const place = `${agentId}/${hub.agent(agentId)?.connection ?? 0}/${name}/${reader.card.insertion}`;
      return this.#refused.has(place) ? [] : [{ agentId, reader: name, factor: reader.card.cardFactor, place }];
    });
  }

  /** One free blank gets the next line. */
  async #feed(run: BulkRun, chip: FreeChip): Promise<void> {
    const { database, service, node } = this.#parts;
    const present = await this.#run(run.id);
    if (!WORKING.includes(present.state)) return;
    // The sample is one card: nobody else begins before it was looked at.
    if (present.state === 'awaiting-sample' && (await bulk.countItems(database, run.id)).taken > 0) return;
    const item = await bulk.takeNext(database, run.id, { by: node, at: this.#now() });
    if (item === null) return;
    try {
      const cardId = await this.#cardOf(run, item);
      await bulk.moveItem(database, item.id, ['taken'], 'taken', { cardId });
      await service.start(cardId, { agent: chip.agentId, reader: chip.reader }, run.createdBy);
    } catch (error) {
      const body = errorBodyOf(error);
      if (CHIP_FAULTS.includes(body.code)) {
        this.#refused.add(chip.place);
        await bulk.moveItem(database, item.id, ['taken'], 'queued', { error: body });
        return;
      }
      // A card that was begun meanwhile ends its line at the next look.
      if (item.cardId === null || body.code !== 'CARD_STATE_FORBIDS') {
        await bulk.moveItem(database, item.id, ['taken'], 'failed', { error: body, endedAt: this.#now() });
        const told = { run: run.id, item: item.id, error: body.code };
        await this.#parts.feed.record('bulk-item-failed', item.cardId, told);
      }
      // A bad line stops nothing: the blank takes the next one.
      await this.#feed(run, chip);
    }
  }

  /** Ordered under the line's own key, so that a crash after it finds the same order again; anew when the chip was waste. */
  async #cardOf(run: BulkRun, item: BulkItem): Promise<string> {
    if (item.cardId === null) return this.#order(run, item, `bulk:${item.id}`);
    const card = await cards.findCard(this.#parts.database, item.cardId);
    return card?.state === 'spoiled' ? this.#order(run, item, `bulk:${item.id}:${item.cardId}`) : item.cardId;
  }

  async #order({ createdBy }: BulkRun, { residentId, replaces }: BulkItem, key: string): Promise<string> {
    const { database, service } = this.#parts;
    if (replaces === null) return (await service.orderCard(residentId, key, createdBy)).id;
    const before = await cards.findCard(database, replaces);
    // Lost or suspended meanwhile: that is the counter's business, and its fee is another one.
    if (before === null || !RENEWABLE.includes(before.state)) {
      throw issuerErrors.make('CARD_STATE_FORBIDS', { detail: `renew a card that is ${before?.state ?? 'unknown'}` });
    }
    const renewal = { actor: createdBy, reason: 'renewal' } as const;
    return (await service.lifeCycle.replace(replaces, renewal, key)).cardId;
  }

  /** Taken items end as their cards did; what was taken and not begun waits again, with its order if it has one. */
  async #settle(runId: string): Promise<void> {
    const { database } = this.#parts;
    for (const taken of await bulk.takenWithCards(database, runId)) {
      const { item, cardState } = taken;
      const at = this.#now();
      if (cardState !== null && MADE.includes(cardState)) {
        await this.#sampleOrDone(runId, item, at);
      } else if (cardState === 'failed') {
        await bulk.endTaken(database, item, {
          state: 'failed',
          error: issuerErrors.make('CARD_REJECTED').toBody(),
          at,
        });
      } else if (cardState === 'spoiled') {
        // The chip was waste; the resident still needs a card, under a new order.
        await bulk.endTaken(database, item, {
          state: 'failed',
          error: issuerErrors.make('BLANK_NOT_BLANK').toBody(),
          at,
        });
      } else if ((cardState === null || cardState === 'ordered') && this.#isAbandoned(taken)) {
        await bulk.requeueUnbegun(database, item, at);
      }
    }
  }

  /** Nothing is written yet and nobody is about to: its node is gone, or the chip that it chose is. */
  #isAbandoned({ takenBy, takenAt, cardFactor, claimedUntil }: bulk.TakenItem): boolean {
    const { clock, hub, node } = this.#parts;
    const patienceMs = takenBy === node ? 0 : ABANDONED_MS;
    if (clock.nowMs() - Date.parse(takenAt) < patienceMs) return false;
    if (claimedUntil !== null && claimedUntil >= this.#now()) return false;
    if (cardFactor === null) return true;
    // The runner takes it up where the chip lies.
    return !hub.agents().some(({ readers }) => readers.some(({ card }) => card?.cardFactor === cardFactor));
  }

  /** The line is done, and the run knows whether it may go on, in one transaction. */
  async #sampleOrDone(runId: string, item: BulkItem, at: string): Promise<void> {
    const { database } = this.#parts;
    const cardId = item.cardId as string;
    const fingerprint = await this.#fingerprint(cardId);
    await database.transaction(async (transaction) => {
      const approved = fingerprint !== null && (await bulk.isApprovedSample(transaction, fingerprint));
      if (approved) await bulk.moveRun(transaction, runId, ['awaiting-sample'], 'running');
      // Also in the middle of a run: another key version makes another card.
      else await bulk.moveRun(transaction, runId, WORKING, 'sample-review', { sample_card_id: cardId });
      await bulk.endTaken(transaction, item, { state: 'done', error: null, at });
    });
  }

  /** Asked for at every look under one key, so that a crash between the card and the question leaves none unasked. */
  async #askForSample(run: BulkRun): Promise<void> {
    const cardId = run.sampleCardId;
    if (run.state !== 'sample-review' || cardId === null) return;
    await this.#parts.approvals.ask(
      { operation: 'production-sample', subject: run.id, reason: null, request: { cardId }, by: run.createdBy },
      `sample:${run.id}:${cardId}`,
    );
  }

  async #endWhenEmpty(runId: string): Promise<void> {
    const counts = await bulk.countItems(this.#parts.database, runId);
    if (counts.queued + counts.taken > 0) return;
    const moved = await bulk.moveRun(this.#parts.database, runId, ['running', 'awaiting-sample'], 'done', {
      ended_at: this.#now(),
    });
    if (moved) await this.#parts.feed.record('bulk-done', null, { run: runId, ...counts });
  }

  async #reopen(runId: string): Promise<void> {
    await bulk.moveRun(this.#parts.database, runId, ['done'], 'running', { ended_at: null });
  }

  async #fingerprint(cardId: string): Promise<string | null> {
    const card = await cards.findCard(this.#parts.database, cardId);
    if (card?.verdict == null) return null;
    return productionFingerprint({
      product: rhcBlank1.id,
      profileVersion: nationalProfile.version,
      keys: card.verdict.keys,
    });
  }

  async #move(run: BulkRun, to: BulkRunState, changes: Readonly<Record<string, string | null>> = {}): Promise<BulkRun> {
    if (!(await bulk.moveRun(this.#parts.database, run.id, [run.state], to, changes))) {
      throw issuerErrors.make('BULK_STATE_FORBIDS', { detail: `${run.id} was moved meanwhile` });
    }
    await this.#parts.feed.record('bulk-moved', null, { run: run.id, from: run.state, to });
    return this.#run(run.id);
  }

  async #run(id: string): Promise<BulkRun> {
    const run = await bulk.findRun(this.#parts.database, id);
    if (run === null) throw issuerErrors.make('BULK_RUN_UNKNOWN');
    return run;
  }

  async #item(id: string): Promise<BulkItem> {
    const item = await bulk.findItem(this.#parts.database, id);
    if (item === null) throw issuerErrors.make('BULK_ITEM_UNKNOWN');
    return item;
  }

  #now(): string {
    return timestamp(this.#parts.clock.nowMs());
  }
}

function errorBodyOf(error: unknown): ErrorBody {
  return (isRhcError(error) ? error : issuerErrors.make('UNEXPECTED', { cause: error })).toBody();
}

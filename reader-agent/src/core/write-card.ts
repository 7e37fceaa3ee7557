/**
 * Writing on a card (FIELD.md, "Clinic"): the insertion that the form was filled from, journal first, compare-and-set,
 * read-back; each element's outcome is what the chip showed. What stayed unknown is taken up when the same card is there
 * again: it is read, never written once more behind anybody's back.
 */
import { createHash } from 'node:crypto';
import { bytesToHex } from '@rhc/card/bytes';
import { isRhcError } from '@rhc/card/errors';
import type { SignatureVerifier } from '@rhc/card/secure-messaging';
import type { CardSession } from '@rhc/card/session';
import type { VisitSigner } from '@rhc/card/visits';
import type { Logger } from '@rhc/service-shell';
import type { PatchRequest, VisitRequest, WriteAnswer, WriteRecord, WrittenElement } from '../contract/writes.ts';
import type { Desk } from '../desk/desk.ts';
import { agentErrors } from '../errors.ts';
import { isOpen, type JournalEntry, type WriteJournal } from '../journal/index.ts';
import type { Timers } from '../pcsc/supervisor.ts';
import { wireError } from '../wire-error.ts';
import { requireWritable, type StandingJudge } from './card-standing.ts';
import type { CardWork, HealthCardFact, OpenCard } from './card-work.ts';
import { patchJob, visitJob, type WriteJob } from './write-jobs.ts';
import { isSettled, settleByCard } from './written-elements.ts';

/** Which card, and under which id; the fields of both requests. */
type CardMeant = Pick<PatchRequest, 'id' | 'reader' | 'insertion'>;

export interface CardWriterOptions {
  readonly desk: Desk;
  readonly work: CardWork;
  readonly standing: StandingJudge;
  readonly journal: WriteJournal;
  readonly timers: Timers;
  readonly now: () => Date;
  readonly newId: () => string;
  /** null: visits are written without a signature. */
  readonly signer: () => { readonly keys: VisitSigner; readonly verifier: SignatureVerifier } | null;
  readonly logger: Logger;
  /** Told of each outcome, and again when one that was unknown is settled. */
  readonly onOutcome?: (entry: JournalEntry, failure: WriteAnswer['failure']) => void;
}

/** A card that stays in the reader while the key service is away is asked again after these waits. */
const SETTLE_WAITS_MS = [1000, 2000, 5000, 10_000, 30_000];

export class CardWriter {
  readonly #options: CardWriterOptions;
  readonly #unsubscribe: () => void;
  readonly #running = new Map<string, { readonly requestDigest: string; readonly answer: Promise<WriteAnswer> }>();

  constructor(options: CardWriterOptions) {
    this.#options = options;
    this.#unsubscribe = options.desk.subscribe((event) => {
      if (event.event === 'card-inserted') void this.#takeUp(event.reader, event.card.insertion, 0);
    });
  }

  close(): void {
    this.#unsubscribe();
  }

  /** @throws CARD_PATCH_REFUSED, CARD_PATCH_CONFLICT, CARD_CHANGED, CARD_LISTED, CARD_EXPIRED, HOTLIST_*, WRITE_* …; after any error nothing was written */
  patch(request: PatchRequest, by: string | null = null): Promise<WriteAnswer> {
    return this.run(request, patchJob(request, by));
  }

  /** @throws VISIT_INVALID, VISIT_SIGNATURE_UNUSABLE, CARD_CHANGED, CARD_LISTED, CARD_EXPIRED, HOTLIST_*, WRITE_* …; after any error nothing was written */
  visit(request: VisitRequest, by: string | null = null): Promise<WriteAnswer> {
    return this.run(request, visitJob(request, this.#options.signer(), by));
  }

  /** Reads a card for the contact with card-issuer; what was open on it is settled first. */
  look<T>(card: HealthCardFact, read: (open: OpenCard) => Promise<T>): Promise<T> {
    return this.#options.work.write(card, async (open) => {
      await this.#settleOpen(open.session, card);
      return read(open);
    });
  }

  /** Open ones and the latest settled ones, oldest first. */
  writes(): WriteRecord[] {
    return this.#options.journal.entries().map(recordOf);
  }

  /** A page sees its own writes, the desk (null) all. @throws WRITE_UNKNOWN */
  find(id: string, by: string | null = null): WriteRecord {
    const entry = this.#entry(id);
    if (by !== null && entry.by !== by) throw agentErrors.make('WRITE_UNKNOWN');
    return recordOf(entry);
  }

  /** Gives up an open entry whose card will not come back; what was unknown stays unknown. */
  dismiss(id: string): WriteRecord {
    const entry = this.#entry(id);
    if (isOpen(entry)) this.#close(entry, entry.elements, 'person');
    return this.find(id);
  }

  #entry(id: string): JournalEntry {
    const entry = this.#options.journal.find(id);
    if (entry === null) throw agentErrors.make('WRITE_UNKNOWN');
    return entry;
  }

  /** The same request with the same id is one write, whether the first one runs, ended, or ended before a restart. */
  async run(request: CardMeant, job: WriteJob): Promise<WriteAnswer> {
    const { journal, newId } = this.#options;
    const id = request.id ?? newId();
    const requestDigest = digestOf(job.by === null ? [job.kind, job.asked] : [job.kind, job.asked, job.by]);
    const earlier = journal.find(id);
    const running = this.#running.get(id);
    const known = running ?? earlier;
    if (known !== null && known.requestDigest !== requestDigest) throw agentErrors.make('WRITE_ID_REUSED');
    if (running !== undefined) return running.answer;
    if (earlier !== null) {
      return { ...recordOf(earlier), insertion: request.insertion, failure: null, timings: null };
    }
    const answer = this.#writeOnce(id, requestDigest, request, job);
    this.#running.set(id, { requestDigest, answer });
    return answer.finally(() => this.#running.delete(id));
  }

  async #writeOnce(id: string, requestDigest: string, request: CardMeant, job: WriteJob): Promise<WriteAnswer> {
    const { desk, journal, standing, work } = this.#options;
    const card = desk.chooseHealthCard(request.reader);
    desk.assertSameCard({ ...card, insertion: request.insertion });
    const answer = await work.write(card, async ({ session, source, watch, timings }) => {
      await watch.stage('settle', () => this.#settleOpen(session, card));
      // Before the journal: a card that may not be written on leaves no entry and is only read.
      requireWritable(await watch.stage('standing', () => standing.ofCard(session)), source);
      const entry = this.#begin(id, card, job, requestDigest);
      let outcome: Awaited<ReturnType<WriteJob['write']>>;
      try {
        outcome = await watch.stage('write', () => job.write(session));
      } catch (error) {
        // Thrown before anything that could change the card was sent.
        this.#quietly(() => journal.withdraw(id));
        throw error;
      }
      const failure = failureBody(outcome.failure);
      const closed = this.#close(entry, outcome.elements, isSettled(outcome.elements) ? 'write' : null, failure);
      return { ...recordOf(closed), insertion: card.insertion, failure, timings: timings() };
    });
    if (!answer.settled) this.#later(card.reader, card.insertion, 0);
    return answer;
  }

  #begin(id: string, card: HealthCardFact, { kind, wish, by, mailbox }: WriteJob, requestDigest: string): JournalEntry {
    const entry: JournalEntry = {
      format: 1,
      id,
      cardFactor: bytesToHex(card.cardFactor),
      kind,
      requestDigest,
      begunAt: this.#options.now().toISOString(),
      wish,
      elements: null,
      settledAt: null,
      settledBy: null,
      ...(by === null ? {} : { by }),
      ...(mailbox === undefined ? {} : { mailbox }),
    };
    this.#options.journal.begin(entry);
    return entry;
  }

  #close(
    entry: JournalEntry,
    elements: WrittenElement[] | null,
    settledBy: JournalEntry['settledBy'],
    failure: WriteAnswer['failure'] = null,
  ): JournalEntry {
    const settled = settledBy !== null;
    const closed: JournalEntry = {
      ...entry,
      elements,
      wish: settled ? null : entry.wish,
      settledAt: settled ? this.#options.now().toISOString() : null,
      settledBy,
    };
    // Told first: a process that dies here finds the entry open and tells the same once more, which changes nothing.
    this.#options.onOutcome?.(closed, failure);
    this.#quietly(() => this.#options.journal.update(closed));
    return closed;
  }

  /** The outcome is known whether or not the disk takes it; unwritten, the card is asked again after the next start. */
  #quietly(save: () => void): void {
    try {
      save();
    } catch (error) {
      this.#options.logger.error({ err: error }, 'the write journal could not be saved');
    }
  }

  async #settleOpen(session: CardSession, card: HealthCardFact): Promise<void> {
    const { desk, journal } = this.#options;
    for (const entry of journal.openOf(bytesToHex(card.cardFactor))) {
      const { elements, failure } = await settleByCard(session, entry);
      const closed = this.#close(entry, elements, 'card', failureBody(failure));
      desk.announce({
        event: 'write-settled',
        reader: card.reader,
        insertion: card.insertion,
        write: recordOf(closed),
      });
    }
  }

  /** Never rejects: what cannot be settled now stays in the journal. */
  async #takeUp(reader: string, insertion: number, attempt: number): Promise<void> {
    const { desk, journal, logger, work } = this.#options;
    const place = desk.readers().find((each) => each.reader === reader);
    const cardFactor = place?.card?.cardFactor ?? null;
    if (place?.card?.insertion !== insertion || cardFactor === null || journal.openOf(cardFactor).length === 0) return;
    try {
      const card = desk.chooseHealthCard(reader);
      await work.write(card, ({ session }) => this.#settleOpen(session, card));
    } catch (error) {
      logger.info({ err: error }, 'an unsettled write could not be taken up yet');
      this.#later(reader, insertion, attempt);
    }
  }

  #later(reader: string, insertion: number, attempt: number): void {
    const wait = SETTLE_WAITS_MS[attempt];
    if (wait !== undefined) this.#options.timers.after(wait, () => void this.#takeUp(reader, insertion, attempt + 1));
  }
}

function recordOf(entry: JournalEntry): WriteRecord {
  const { id, kind, cardFactor, begunAt, elements, settledBy } = entry;
  const complete = elements?.every(({ outcome }) => outcome === 'applied') ?? false;
  return { id, kind, cardFactor, begunAt, elements, complete, settled: !isOpen(entry), settledBy };
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function failureBody(failure: unknown): WriteAnswer['failure'] {
  if (failure === null) return null;
  return wireError((isRhcError(failure) ? failure : agentErrors.make('READER_REPLUG', { cause: failure })).toBody());
}

/**
 * A card's mailbox at this desk: when a genuine card lies in a reader, card-issuer is asked what waits for it. What it
 * leases is written like any other write (journal, compare-and-set, read-back) and what became of it goes into the event
 * queue, at once or when the card came back. Whoever reads at the desk comes first; without network nothing is lost but time.
 */
import { createHash } from 'node:crypto';
import { bytesToHex } from '@rhc/card/bytes';
import { isRhcError } from '@rhc/card/errors';
import type { Logger } from '@rhc/service-shell';
import type { MailboxDelivery, MailboxReport, MailboxResult, MailboxState } from '../contract/mailbox.ts';
import type { WriteAnswer } from '../contract/writes.ts';
import { requireWritable, type StandingJudge } from '../core/card-standing.ts';
import type { HealthCardFact } from '../core/card-work.ts';
import type { CardWriter } from '../core/write-card.ts';
import { deliveredPatchJob, rekeyJob } from '../core/write-jobs.ts';
import type { Desk } from '../desk/desk.ts';
import type { EventQueue, QueueSender } from '../event-queue/index.ts';
import type { JournalEntry, WriteJournal } from '../journal/index.ts';
import type { Timers } from '../pcsc/supervisor.ts';
import type { IssuerMailbox } from './issuer-mailbox.ts';
import { type Outcome, outcomeOfEntry, outcomeOfRefusal } from './outcome-of-delivery.ts';

export interface MailboxDeskOptions {
  readonly agentId: string;
  readonly issuer: IssuerMailbox;
  readonly desk: Desk;
  readonly writer: CardWriter;
  readonly standing: StandingJudge;
  readonly journal: WriteJournal;
  readonly queue: EventQueue;
  readonly sender: QueueSender;
  readonly timers: Timers;
  readonly now: () => Date;
  readonly onReport: (reader: string, insertion: number, report: MailboxReport) => void;
  readonly logger: Logger;
}

/** After the pages and programs that read at once. */
const SOON_MS = 1_500;
/** While the card lies there and card-issuer, key-service or the reader were busy or away. */
const WAITS_MS = [5_000, 30_000, 120_000];

type Updates = MailboxReport['updates'];

export class MailboxDesk {
  readonly #options: MailboxDeskOptions;
  readonly #unsubscribe: () => void;
  readonly #running = new Set<string>();
  #latest: Omit<MailboxState, 'on'> = { reader: null, insertion: null, report: null };
  #closed = false;

  constructor(options: MailboxDeskOptions) {
    this.#options = options;
    this.#unsubscribe = options.desk.subscribe((event) => {
      if (event.event !== 'card-inserted' || event.card.cardFactor === null) return;
      this.#later(event.reader, event.card.insertion, SOON_MS, 0);
    });
  }

  get state(): MailboxState {
    return { on: true, ...this.#latest };
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
  }

  /** Of the write journal: told before the journal closes the entry. */
  onOutcome({ mailbox, ...entry }: JournalEntry, failure: WriteAnswer['failure']): void {
    // Given up by a person: "unknown" was told when it happened.
    if (mailbox === undefined || entry.settledBy === 'person') return;
    this.#tell(mailbox, outcomeOfEntry(entry, failure));
  }

  #later(reader: string, insertion: number, waitMs: number, attempt: number): void {
    this.#options.timers.after(waitMs, () => void this.#contact(reader, insertion, attempt));
  }

  /** Never rejects. */
  async #contact(reader: string, insertion: number, attempt: number): Promise<void> {
    const { desk, logger } = this.#options;
    const present = desk.readers().find((place) => place.reader === reader)?.card;
    const name = `${reader} ${insertion}`;
    if (this.#closed || present?.insertion !== insertion || this.#running.has(name)) return;
    this.#running.add(name);
    let again: boolean;
    try {
      again = await this.#deliver(desk.chooseHealthCard(reader));
    } catch (error) {
      again = isRhcError(error) && error.retriable;
      logger.info({ err: error }, 'the mailbox of a card could not be asked for');
    } finally {
      this.#running.delete(name);
    }
    const wait = WAITS_MS[attempt];
    if (again && wait !== undefined) this.#later(reader, insertion, wait, attempt + 1);
  }

  /** True: what is left may go better in a while. @throws what keeps the card from being read */
  async #deliver(card: HealthCardFact): Promise<boolean> {
    const { agentId, issuer, journal, sender, standing, writer } = this.#options;
    const seen = await writer.look(card, async ({ session, source, genuine }) => {
      const looked = await standing.lookAt(session);
      return { ...looked, genuine, mayWrite: mayWrite(() => requireWritable(looked.standing, source)) };
    });
    // Keys that cannot tell a genuine card (a SAM's, offline) give no card a mailbox.
    if (!seen.genuine) return false;
    const cardFactor = bytesToHex(card.cardFactor);
    // In order: what this card came to before is told before more is asked for.
    if (sender.state().waiting > 0) await sender.run();
    const contact = { agentId, cardFactor, issueSerial: seen.issueSerial, mayWrite: seen.mayWrite };
    const inHand = journal.openOf(cardFactor).flatMap(({ mailbox }) => mailbox?.updateId ?? []);
    let answer: Awaited<ReturnType<IssuerMailbox['contact']>>;
    try {
      answer = await issuer.contact({ ...contact, inHand, results: [] });
    } catch (error) {
      if (!isRhcError(error) || error.code !== 'ISSUER_UNREACHABLE') throw error;
      this.#seen(card, cardFactor, seen.issueSerial);
      this.#report(card, { state: 'unreachable', updates: [], notices: [] });
      return true;
    }
    const delivered = await this.#carryOut(card, answer.updates, answer.notices);
    if (answer.updates.length > 0) await sender.run();
    return delivered.some(({ retriable }) => retriable);
  }

  /** One after the other; what one cannot do now, those after it do not try. */
  async #carryOut(
    card: HealthCardFact,
    deliveries: readonly MailboxDelivery[],
    fromState: MailboxReport['notices'],
  ): Promise<readonly Outcome[]> {
    const notices = [...fromState];
    const updates: Updates = [];
    const outcomes: Outcome[] = [];
    if (deliveries.some(({ content }) => content.kind !== 'notice'))
      this.#report(card, { state: 'working', updates: [], notices });
    for (const { id, lease, content } of deliveries) {
      const told = { updateId: id, lease };
      if (content.kind === 'notice') {
        notices.push(content.notice);
        this.#tell(told, { outcome: 'applied', code: null, retriable: false });
        continue;
      }
      const stopped = outcomes.find(({ retriable }) => retriable);
      const outcome = stopped ?? (await this.#write(card, told, content));
      // A write that reached the card was told from its journal entry.
      if (stopped !== undefined) this.#tell(told, { ...stopped, outcome: 'not applied' });
      outcomes.push(outcome);
      const subjects = content.kind === 'patch' ? Object.keys(content.patch) : content.slots.map(({ slot }) => slot);
      updates.push({ kind: content.kind, subjects, outcome: outcome.outcome, code: outcome.code });
    }
    if (updates.length + notices.length > 0) this.#report(card, { state: 'done', updates, notices });
    return outcomes;
  }

  async #write(
    { reader, insertion }: HealthCardFact,
    told: { readonly updateId: string; readonly lease: number },
    content: Exclude<MailboxDelivery['content'], { kind: 'notice' }>,
  ): Promise<Outcome> {
    const { issuer, writer } = this.#options;
    try {
      const job =
        content.kind === 'patch' ? deliveredPatchJob(content, told) : rekeyJob(content, issuer.rekeyKeys(told), told);
      const answer = await writer.run({ id: writeIdOf(told), reader, insertion }, job);
      return outcomeOfEntry(answer, answer.failure);
    } catch (error) {
      const outcome = outcomeOfRefusal(error);
      this.#tell(told, outcome);
      return outcome;
    }
  }

  #tell(told: { readonly updateId: string; readonly lease: number }, outcome: Outcome): void {
    const at = this.#options.now().toISOString();
    const result: MailboxResult = { ...told, ...outcome, at };
    // One outcome is told once; "unknown" and what the card showed later are two.
    const key = `${writeIdOf(told)}.${outcome.outcome.replace(' ', '-')}`;
    this.#options.queue.put({ key, at, kind: 'mailbox-result', result });
  }

  #seen({ insertion }: HealthCardFact, cardFactor: string, issueSerial: string | null): void {
    const at = this.#options.now().toISOString();
    const key = `seen.${digestOf(`${cardFactor} ${at.slice(0, 10)} ${insertion}`)}`;
    this.#options.queue.put({ key, at, kind: 'card-seen', cardFactor, issueSerial });
  }

  #report({ reader, insertion }: HealthCardFact, report: Omit<MailboxReport, 'at'>): void {
    const full = { at: this.#options.now().toISOString(), ...report };
    this.#latest = { reader, insertion, report: full };
    this.#options.onReport(reader, insertion, full);
  }
}

/** Within the 64 characters of a write's id, whatever id card-issuer chose. */
function writeIdOf({ updateId, lease }: { readonly updateId: string; readonly lease: number }): string {
  return `mailbox.${updateId}.${lease}`;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function mayWrite(require: () => void): boolean {
  try {
    require();
    return true;
  } catch {
    return false;
  }
}

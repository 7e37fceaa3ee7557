/**
 * What the desk page knows, apart from how it looks. It holds what a card says only while the card lies in the reader: on
 * removal everything is wiped. A form is filled from one reading and says with its insertion and its expected values which
 * card and which content it means. Longer than most files: one state machine, whose transitions must be read together.
 */
import { Fault, type FaultBody, type Text } from '@rhc/console-shell';
import type { LocalEvent, MailboxReport, WriteAnswer, WriteRecord } from '../../src/contract/index.ts';
import type { Reading } from './agent-streams.ts';
import { type ReaderView, readerToShow } from './reader-choice.ts';
import { barOf, hasAlerts, outcomeWords } from './reading-words.ts';
import type { Sound } from './sounds.ts';

export interface LogEntry {
  readonly at: number;
  readonly kind: 'good' | 'warn' | 'bad' | 'idle';
  readonly text: Text;
  readonly reader: string | null;
}

export interface DeskState {
  readonly light: 'idle' | 'busy' | 'good' | 'bad';
  readonly headline: Text;
  readonly subline: Text | null;
  readonly reading: Reading | null;
  /** Every stage of `reading` has come. */
  readonly complete: boolean;
  readonly busy: 'reading' | 'writing' | null;
  readonly reader: string | null;
  readonly readers: readonly ReaderView[];
  readonly outcome: WriteAnswer | null;
  readonly refusal: FaultBody | null;
  /** Writes of cards that are away, whose outcome nobody knows. */
  readonly openWrites: number;
  readonly settled: WriteRecord | null;
  /** What card-issuer had for the card that lies in the reader shown. */
  readonly mailbox: MailboxReport | null;
  readonly log: readonly LogEntry[];
  /** Grows whenever the form must be emptied. */
  readonly formRound: number;
  /** Grows when a page asks to be paired, is paired or loses its grant. */
  readonly pairingRound: number;
  /** Grows when a SAM is put in, taken out, opened, or its PIN tried. */
  readonly keysRound: number;
  /** The reader in which a card was put or from which one was taken last. */
  readonly touched: string | null;
}

export interface DeskParts {
  readCard(reader: string, signal: AbortSignal): AsyncIterable<Partial<Reading>>;
  events(): AsyncIterable<LocalEvent | { readonly event: 'connected' }>;
  write(kind: 'patch' | 'visit', request: object): Promise<WriteAnswer>;
  openWrites(): Promise<number>;
  play(sound: Sound): void;
  now(): number;
  newId(): string;
  after(delayMs: number, action: () => void): void;
}

const INSERT: Text = { zh: '请放入居民健康卡', en: 'Please insert the card' };
const LOG_LIMIT = 300;
const RECONNECT_MS = 1000;
/** The readers' present cards come in one burst; judged together, no card is read in vain. */
const CHOICE_MS = 25;
const SETTLED_SHOWN_MS = 15_000;
const NO_RESIDENT_DATA = new Map<string, ReaderView['card']>([
  ['CARD_NOT_PERSONALIZED', 'blank'],
  ['CARD_FOREIGN', 'other'],
]);

export class DeskStore {
  readonly #parts: DeskParts;
  readonly #listeners = new Set<() => void>();
  #state: DeskState = {
    light: 'idle',
    headline: { zh: '正在连接…', en: 'Connecting…' },
    subline: null,
    reading: null,
    complete: false,
    busy: null,
    reader: null,
    readers: [],
    outcome: null,
    refusal: null,
    openWrites: 0,
    settled: null,
    mailbox: null,
    log: [],
    formRound: 0,
    pairingRound: 0,
    keysRound: 0,
    touched: null,
  };
  #turn = 0;
  #arrivals = 0;
  #chosen: string | null = null;
  #roles: Readonly<Record<string, ReaderView['role']>> = {};
  #abort = new AbortController();
  #choicePlanned = false;
  #formDirty = false;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly snapshot = (): DeskState => this.#state;

  /** Never ends while the page lives; a refused token ends it. */
  async listen(): Promise<void> {
    for (;;) {
      try {
        for await (const event of this.#parts.events()) this.#onEvent(event);
      } catch (failure) {
        if (failure instanceof Fault && (failure.status === 401 || failure.status === 403)) {
          this.#showFault(failure.body);
          return;
        }
      }
      this.#wipe();
      this.#set({ readers: [], reader: null });
      this.#show('bad', {
        zh: '与读卡程序的连接中断，正在重连…',
        en: 'Connection to the reader agent lost, trying again…',
      });
      await new Promise<void>((resolve) => this.#parts.after(RECONNECT_MS, resolve));
    }
  }

  /** Of the desk profile: which reader is the card slot, which the SAM's. */
  assignRoles(roles: Readonly<Record<string, ReaderView['role']>>): void {
    this.#roles = roles;
    this.#set({
      readers: this.#state.readers.map((view) => ({ ...view, role: roles[view.reader] ?? null })),
    });
    this.#planChoice();
  }

  choose(reader: string): void {
    this.#chosen = reader;
    this.#formDirty = false;
    this.#planChoice();
  }

  formTouched(dirty: boolean): void {
    this.#formDirty = dirty;
  }

  /** Begins anew to look which reader is touched ("press to identify"). */
  forgetTouched(): void {
    this.#set({ touched: null });
  }

  async read(): Promise<void> {
    const { reader } = this.#state;
    if (reader === null) return;
    this.#wipe();
    const mine = this.#turn;
    this.#set({ busy: 'reading', refusal: null });
    this.#show('busy', { zh: '正在读卡，请勿取出', en: 'Reading, please leave the card' });
    try {
      let alarmed = false;
      let warned = false;
      for await (const part of this.#parts.readCard(reader, this.#abort.signal)) {
        // The card was taken out or changed meanwhile: what came is not shown.
        if (mine !== this.#turn) return;
        const reading = { ...(this.#state.reading ?? {}), ...part } as Reading;
        this.#set({ reading });
        // Before anything else of the card is there: whoever holds it may not be its holder.
        const bar = warned ? null : barOf(reading);
        if (bar !== null) {
          warned = true;
          this.#parts.play('error');
          this.#set({ light: 'bad', ...bar });
        }
        if (!alarmed && reading.alerts !== undefined) {
          alarmed = true;
          if (hasAlerts(reading)) this.#parts.play('alert');
        }
      }
      if (mine !== this.#turn) return;
      this.#set({ complete: true, busy: null });
      this.#finished();
    } catch (failure) {
      if (mine !== this.#turn) return;
      this.#wipe();
      const body = failure instanceof Fault ? failure.body : null;
      const found = NO_RESIDENT_DATA.get(body?.code ?? '');
      if (found !== undefined) this.#view(reader, { card: found });
      const better = readerToShow(this.#state.readers, this.#chosen);
      if (found !== undefined && better !== null && better !== reader) return this.#planChoice();
      if (body !== null) this.#showFault(body, reader);
      else
        this.#show('bad', {
          zh: '读卡程序没有应答，请确认它在运行。',
          en: 'The reader agent does not answer; check that it runs.',
        });
    }
  }

  /** @param wish `patch` with `expected`, or `visit`; true when it went to an outcome */
  async write(kind: 'patch' | 'visit', wish: object): Promise<void> {
    const { reading, complete, busy, reader } = this.#state;
    if (!complete || busy !== null || reading === null) return;
    const mine = this.#turn;
    this.#set({ busy: 'writing', outcome: null, refusal: null });
    this.#show('busy', { zh: '正在写卡，请勿取出', en: 'Writing, please leave the card' });
    try {
      const { insertion } = reading;
      const answer = await this.#parts.write(kind, { id: this.#parts.newId(), reader, insertion, ...wish });
      this.#note(answer.complete ? 'good' : 'warn', outcomeWords(answer), reader);
      await this.#countOpenWrites();
      if (mine !== this.#turn) return;
      this.#emptyForm();
      this.#set({ busy: null, outcome: answer });
      if (answer.settled) {
        this.#parts.play(answer.complete ? 'written' : 'error');
        await this.read();
        return;
      }
      // What the card holds now nobody knows: nothing of it stays on the screen.
      this.#parts.play('error');
      this.#wipe();
      this.#set({ outcome: answer });
      this.#show('bad', {
        zh: '写卡结果未确认，请重新放入同一张卡。',
        en: 'The outcome is not known; insert the same card again.',
      });
    } catch (failure) {
      if (mine !== this.#turn) return;
      this.#parts.play('error');
      const refusal = failure instanceof Fault ? failure.body : null;
      this.#set({ busy: null, refusal });
      this.#show('bad', { zh: '没有写卡', en: 'Nothing was written' });
      this.#note('bad', refusal?.message ?? { zh: '没有写卡', en: 'Nothing was written' }, reader);
    }
  }

  #onEvent(event: LocalEvent | { readonly event: 'connected' }): void {
    switch (event.event) {
      case 'connected':
        this.#show('idle', INSERT);
        void this.#countOpenWrites();
        break;
      case 'reader-added':
        this.#view(event.reader, {});
        this.#note('idle', { zh: '读卡器接入', en: 'Reader plugged in' }, event.reader);
        break;
      case 'card-inserted': {
        this.#arrivals += 1;
        const card = event.card.cardFactor === null ? 'other' : 'resident';
        this.#view(event.reader, { card, arrival: this.#arrivals });
        this.#set({ touched: event.reader });
        this.#note('good', { zh: '放入卡片', en: 'Card inserted' }, event.reader);
        if (this.#chosen === event.reader) this.#chosen = null;
        // Put in again in the reader that is shown: another insertion, whatever card it is.
        if (this.#state.reader === event.reader) this.#leave();
        this.#planChoice();
        break;
      }
      case 'card-removed':
        this.#view(event.reader, { card: 'none' });
        this.#set({ touched: event.reader });
        this.#gone(event.reader, { zh: '取出卡片', en: 'Card removed' });
        break;
      case 'reader-removed':
        this.#set({ readers: this.#state.readers.filter(({ reader }) => reader !== event.reader) });
        this.#gone(event.reader, { zh: '读卡器拔出', en: 'Reader unplugged' });
        break;
      case 'write-settled':
        this.#set({ settled: event.write });
        this.#note('good', { zh: '上次写卡已确认', en: 'The last write is settled' }, event.reader);
        // The card was there all the time: what it holds now has not been shown yet.
        if (this.#state.reading === null && this.#state.busy === null) void this.read();
        this.#parts.after(SETTLED_SHOWN_MS, () => {
          this.#set({ settled: null });
          void this.#countOpenWrites();
        });
        break;
      case 'mailbox':
        this.#onMailbox(event.reader, event.report);
        break;
      case 'pairing-changed':
        this.#set({ pairingRound: this.#state.pairingRound + 1 });
        break;
      case 'keys-changed':
        this.#set({ keysRound: this.#state.keysRound + 1 });
        break;
      case 'error':
        this.#showFault(event.error as FaultBody);
        break;
    }
  }

  #onMailbox(reader: string, report: MailboxReport): void {
    if (this.#state.reader === reader) this.#set({ mailbox: report });
    if (report.state !== 'done') return;
    const applied = report.updates.some(({ outcome }) => outcome === 'applied');
    const words = applied
      ? { zh: '发卡系统的更新已写入卡中', en: 'Updates of the card issuer are on the card' }
      : { zh: '发卡系统有此卡的消息', en: 'The card issuer has word for this card' };
    this.#note(applied ? 'good' : 'warn', words, reader);
    // What is shown was read before; a form that somebody fills is left alone: it says what it expects.
    if (applied && this.#state.reader === reader && this.#state.complete && !this.#formDirty) void this.read();
  }

  #gone(reader: string, text: Text): void {
    this.#note('idle', text, reader);
    if (this.#chosen === reader) this.#chosen = null;
    if (this.#state.reader === reader) {
      this.#leave();
      this.#parts.play('removed');
      this.#show('idle', INSERT);
    }
    this.#planChoice();
  }

  #planChoice(): void {
    if (this.#choicePlanned) return;
    this.#choicePlanned = true;
    this.#parts.after(CHOICE_MS, () => {
      this.#choicePlanned = false;
      const wanted = readerToShow(this.#state.readers, this.#chosen);
      const { reader, reading, busy } = this.#state;
      if (wanted === reader) return;
      // Who is in the middle of a form is not moved to another patient's card.
      if (reader !== null && reading !== null && (this.#formDirty || busy === 'writing') && this.#chosen === null)
        return;
      this.#leave();
      this.#set({ reader: wanted });
      if (wanted === null) return this.#show('idle', INSERT);
      this.#parts.play('inserted');
      void this.read();
    });
  }

  /** Nothing of the card that was shown is kept. */
  #leave(): void {
    this.#wipe();
    this.#emptyForm();
    this.#set({ reader: null, outcome: null, refusal: null, mailbox: null });
  }

  #emptyForm(): void {
    this.#formDirty = false;
    this.#set({ formRound: this.#state.formRound + 1 });
  }

  #wipe(): void {
    this.#turn += 1;
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#set({ reading: null, complete: false, busy: null });
  }

  #finished(): void {
    const { reading, reader } = this.#state;
    const bar = reading === null ? null : barOf(reading);
    if (bar !== null) {
      this.#parts.play('error');
      this.#set({ light: 'bad', ...bar });
      this.#note('bad', bar.headline, reader);
      return;
    }
    if (reading !== null && !hasAlerts(reading)) this.#parts.play('done');
    this.#show('good', { zh: '读卡完成，可以取卡', en: 'Done, you may remove the card' });
    this.#note('good', { zh: '读卡完成', en: 'Card read' }, reader);
  }

  #showFault(fault: FaultBody, reader: string | null = null): void {
    this.#parts.play('error');
    this.#set({ light: 'bad', headline: fault.message, subline: fault.nextStep });
    this.#note('bad', fault.message, reader);
  }

  #show(light: DeskState['light'], headline: Text): void {
    this.#set({ light, headline, subline: null });
  }

  async #countOpenWrites(): Promise<void> {
    this.#set({ openWrites: await this.#parts.openWrites().catch(() => 0) });
  }

  #view(reader: string, change: Partial<ReaderView>): void {
    const { readers } = this.#state;
    const role = this.#roles[reader] ?? null;
    const old = readers.find((view) => view.reader === reader) ?? { reader, card: 'none', arrival: 0, role };
    this.#set({ readers: [...readers.filter((view) => view.reader !== reader), { ...old, ...change }].sort(byName) });
  }

  #note(kind: LogEntry['kind'], text: Text, reader: string | null): void {
    this.#set({ log: [{ at: this.#parts.now(), kind, text, reader }, ...this.#state.log].slice(0, LOG_LIMIT) });
  }

  #set(change: Partial<DeskState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}

const byName = (a: ReaderView, b: ReaderView): number => (a.reader < b.reader ? -1 : 1);

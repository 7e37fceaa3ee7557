/**
 * PcscPort over the supervised child. All state that must outlive a child stands here: which readers there are, which
 * insertion lies in each, which handle is open. When a child or the service is replaced, a card that nobody held keeps
 * its insertion if PC/SC's own event counter and the ATR are unchanged; a card that was held has lost its authentication
 * state, so it counts as inserted anew and no form or job goes on with it by mistake (FIELD.md, 4).
 */
import { equalBytes } from '@rhc/card/bytes';
import type { ErrorBody, RhcError } from '@rhc/card/errors';
import { agentErrors } from '../errors.ts';
import { pcscCode, pcscError } from './codes.ts';
import type { FromChild } from './messages.ts';
import type { PcscEvent, PcscHandle, PcscHealth, PcscPort } from './port.ts';
import { type ChildFailure, type PcscChild, Supervisor, type SupervisorLimits, type Timers } from './supervisor.ts';

interface Slot {
  card: { readonly insertion: number; readonly atr: Uint8Array; readonly eventCount: number } | null;
  handle: PcscHandle | null;
  /** False between the loss of a child or context and the reader's return: then nothing is known of it. */
  watched: boolean;
  /** The card was held, or the service restarted: what comes back counts as a new insertion. */
  doubtful: boolean;
}

export interface SupervisedPortOptions {
  readonly spawn: () => PcscChild;
  readonly timers: Timers;
  readonly limits: SupervisorLimits;
  /** How long a reader may stay away after a restart before it is reported as removed. */
  readonly readerReturnMs: number;
}

/** SCARD_PROTOCOL_T0, _T1, _RAW. */
const PROTOCOLS: Readonly<Record<number, NonNullable<PcscHandle['protocol']>>> = { 1: 'T=0', 2: 'T=1', 4: 'raw' };
const pcscServiceCodes: ReadonlySet<string> = new Set(['PCSC_SERVICE_DOWN', 'PCSC_FORBIDDEN']);
const RUNGS = ['again', 'new-context', 'new-process'] as const;

export class SupervisedPort implements PcscPort {
  #supervisor: Supervisor;
  #timers: Timers;
  #readerReturnMs: number;
  #slots = new Map<string, Slot>();
  #listeners = new Set<(event: PcscEvent) => void>();
  #waiters = new Set<() => void>();
  #nextInsertion: number;
  #cancelExpectation: () => void = () => undefined;
  #nextHandle = 1;
  #state: PcscHealth['state'] = 'starting';
  #error: ErrorBody | null = null;

  constructor(options: SupervisedPortOptions) {
    this.#timers = options.timers;
    this.#readerReturnMs = options.readerReturnMs;
    // Beginning with the clock keeps insertions of two runs of the agent apart.
    this.#nextInsertion = options.timers.now();
    this.#supervisor = new Supervisor(options.spawn, options.timers, options.limits, {
      onMessage: (message) => this.#receive(message),
      onChildGone: (reason) => this.#childGone(reason),
    });
    this.#supervisor.start();
  }

  subscribe(listener: (event: PcscEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  health(): PcscHealth {
    return {
      state: this.#state,
      restarts: this.#supervisor.restarts,
      childPid: this.#supervisor.pid,
      error: this.#error,
    };
  }

  async close(): Promise<void> {
    this.#state = 'stopped';
    this.#supervisor.stop();
    this.#cancelExpectation();
    this.#wake();
  }

  async connect(reader: string, options: { readonly share: 'exclusive' | 'shared' }): Promise<PcscHandle> {
    let last: RhcError = agentErrors.make('READER_REPLUG');
    for (const rung of RUNGS) {
      const slot = await this.#presentSlot(reader);
      if (slot.handle !== null) throw agentErrors.make('READER_BUSY', { detail: `${reader} has an open handle` });
      const insertion = slot.card?.insertion ?? 0;
      const handle: PcscHandle = { id: this.#nextHandle++, reader, insertion };
      slot.handle = handle;
      try {
        const agreed = await this.#supervisor.request({ kind: 'connect', reader, share: options.share });
        if (slot.handle?.id !== handle.id) throw agentErrors.make('CARD_CHANGED', { detail: 'while connecting' });
        const protocol = PROTOCOLS[agreed?.[0] ?? 0];
        return protocol === undefined ? handle : { ...handle, protocol };
      } catch (failure) {
        if (slot.handle?.id === handle.id) slot.handle = null;
        if (!isChildFailure(failure)) throw failure;
        last = failure.error;
        const cure = failure.code === null ? 'reconnect' : pcscCode(failure.code).cure;
        if (cure === 'none') throw last;
        if (cure === 'reconnect') await this.#climb(rung, failure.code);
      }
    }
    // A card that stays silent after every rung is a bad card; anything else is a bad reader.
    throw last.code === 'CARD_MUTE' || pcscServiceCodes.has(last.code)
      ? last
      : agentErrors.make('READER_REPLUG', { detail: last.detail ?? last.code });
  }

  async transmit(handle: PcscHandle, command: Uint8Array): Promise<Uint8Array> {
    this.#assertOpen(handle);
    try {
      const response = await this.#supervisor.request({ kind: 'transmit', reader: handle.reader, command });
      if (response === null || response.length < 2) {
        throw agentErrors.make('CARD_MUTE', { detail: 'an answer without status word' });
      }
      return response;
    } catch (failure) {
      // Whatever went wrong, the card's security state is gone or unknown: this handle is finished.
      this.#forgetHandle(handle);
      throw isChildFailure(failure) ? failure.error : failure;
    }
  }

  async disconnect(handle: PcscHandle, disposition: 'reset' | 'leave'): Promise<void> {
    const slot = this.#slots.get(handle.reader);
    if (slot?.handle?.id !== handle.id) return;
    try {
      await this.#supervisor.request({ kind: 'disconnect', reader: handle.reader, disposition });
    } catch {
      // The child was replaced meanwhile; its handles ended with it.
    } finally {
      this.#forgetHandle(handle);
    }
  }

  #assertOpen(handle: PcscHandle): void {
    const slot = this.#slots.get(handle.reader);
    if (slot?.handle?.id === handle.id) return;
    if (slot?.card == null) throw agentErrors.make('CARD_REMOVED', { detail: `insertion ${handle.insertion} is gone` });
    throw agentErrors.make('CARD_CHANGED', { detail: `handle ${handle.id} is not open any more` });
  }

  #forgetHandle(handle: PcscHandle): void {
    const slot = this.#slots.get(handle.reader);
    if (slot?.handle?.id === handle.id) slot.handle = null;
  }

  /** Waits for a reader that is on its way back after a restart; throws when there is no reader or no card. */
  async #presentSlot(reader: string): Promise<Slot> {
    const until = this.#timers.now() + this.#readerReturnMs;
    for (;;) {
      const slot = this.#slots.get(reader);
      if (this.#state === 'stopped') throw agentErrors.make('PCSC_SERVICE_DOWN');
      if (slot?.watched) {
        if (slot.card === null) throw agentErrors.make('CARD_ABSENT');
        return slot;
      }
      const settled = this.#state === 'running' && slot === undefined;
      const remainingMs = until - this.#timers.now();
      if (settled || remainingMs <= 0) {
        if (this.#state !== 'running') throw agentErrors.make(this.#whyDown());
        throw agentErrors.make(this.#slots.size === 0 ? 'READER_NONE' : 'READER_UNKNOWN');
      }
      await this.#nextChange(remainingMs);
    }
  }

  #whyDown(): 'PCSC_FORBIDDEN' | 'PCSC_SERVICE_DOWN' {
    return this.#error?.code === 'PCSC_FORBIDDEN' ? 'PCSC_FORBIDDEN' : 'PCSC_SERVICE_DOWN';
  }

  #nextChange(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.#waiters.delete(done);
        resolve();
      };
      const cancel = this.#timers.after(withinMs, done);
      this.#waiters.add(done);
    });
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }

  /** `again` costs nothing; the next failure gets a new context, the one after that a new process. */
  async #climb(rung: (typeof RUNGS)[number], code: number | null): Promise<void> {
    // A dead child is replaced already: that was the last rung.
    if (rung === 'again' || code === null) return;
    if (rung === 'new-context') {
      this.#lookAway('new context');
      await this.#supervisor.request({ kind: 'renew' }).catch(() => undefined);
      return;
    }
    this.#supervisor.replaceChild('connecting failed on every other rung');
  }

  #receive(message: FromChild): void {
    switch (message.kind) {
      case 'ready':
        this.#state = 'running';
        if (this.#error !== null) {
          this.#error = null;
          this.#emit({ kind: 'recovered' });
        }
        this.#expectReaders();
        break;
      case 'service-lost':
        this.#serviceLost(message.code);
        break;
      case 'reader': {
        const slot = this.#slots.get(message.reader);
        if (slot === undefined) {
          this.#slots.set(message.reader, { card: null, handle: null, watched: false, doubtful: false });
          this.#emit({ kind: 'reader-added', reader: message.reader });
        }
        break;
      }
      case 'reader-gone':
        this.#dropReader(message.reader);
        break;
      case 'status':
        this.#status(message);
        break;
      case 'answer':
      case 'refused':
        break;
    }
    this.#wake();
  }

  #status(message: FromChild & { kind: 'status' }): void {
    const slot = this.#slots.get(message.reader);
    if (slot === undefined) return;
    const known = slot.card;
    const same =
      known !== null &&
      message.present &&
      !slot.doubtful &&
      known.eventCount === message.eventCount &&
      (equalBytes(known.atr, message.atr) || (known.atr.length === 0) !== (message.atr.length === 0));
    slot.watched = true;
    slot.doubtful = false;
    // A card is seen before its ATR is; the late ATR of the same event belongs to the same insertion.
    if (same && equalBytes(known.atr, message.atr)) return;
    if (message.present && message.atr.length === 0 && !message.mute) {
      if (known !== null) this.#takeCard(message.reader, slot);
      return;
    }
    if (known !== null) this.#takeCard(message.reader, slot);
    if (!message.present) return;
    const insertion = this.#nextInsertion++;
    slot.card = { insertion, atr: message.atr, eventCount: message.eventCount };
    this.#emit({ kind: 'card-inserted', reader: message.reader, atr: message.atr, insertion });
  }

  #takeCard(reader: string, slot: Slot): void {
    const card = slot.card;
    if (card === null) return;
    slot.card = null;
    slot.handle = null;
    this.#emit({ kind: 'card-removed', reader, insertion: card.insertion });
  }

  #dropReader(reader: string): void {
    const slot = this.#slots.get(reader);
    if (slot === undefined) return;
    this.#takeCard(reader, slot);
    this.#slots.delete(reader);
    this.#emit({ kind: 'reader-removed', reader });
  }

  #serviceLost(code: number): void {
    this.#lookAway('service');
    const said = pcscError(code, 'monitor');
    // Whatever else the broken pipe gave (it may be COMM_ERROR): when the monitor ends, the service went away.
    const why = said.code === 'PCSC_FORBIDDEN' ? said.code : 'PCSC_SERVICE_DOWN';
    if (this.#state === 'service-down' && this.#error?.code === why) return;
    this.#state = 'service-down';
    this.#error = agentErrors.make(why, { detail: said.detail ?? '' }).toBody();
    this.#emit({ kind: 'trouble', error: this.#error });
    // A context that lost its service keeps its threads and sockets, whose numbers the next context may get as well: then one
    // reads the other's answers (seen: SCardTransmit answered "access denied"). Only the end of the process frees them.
    this.#supervisor.replaceChild('its contexts lost the service', agentErrors.make('PCSC_SERVICE_DOWN'));
  }

  #childGone(reason: string): void {
    if (this.#state === 'stopped') return;
    this.#lookAway('child');
    // The service's loss is told already; its child's end is the cure and no trouble of its own.
    if (this.#state === 'service-down') return;
    this.#state = 'starting';
    this.#error = agentErrors.make('PCSC_PROCESS_LOST', { detail: reason }).toBody();
    this.#emit({ kind: 'trouble', error: this.#error });
    this.#wake();
  }

  #lookAway(why: 'service' | 'child' | 'new context'): void {
    for (const slot of this.#slots.values()) {
      slot.watched = false;
      if (slot.handle !== null || why === 'service') slot.doubtful = true;
      slot.handle = null;
    }
  }

  /** Readers that do not come back in time after a restart were unplugged meanwhile. */
  #expectReaders(): void {
    this.#cancelExpectation();
    this.#cancelExpectation = this.#timers.after(this.#readerReturnMs, () => {
      if (this.#state !== 'running') return;
      for (const [reader, slot] of [...this.#slots]) if (!slot.watched) this.#dropReader(reader);
      this.#wake();
    });
  }

  #emit(event: PcscEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function isChildFailure(value: unknown): value is ChildFailure {
  return (
    typeof value === 'object' && value !== null && 'error' in value && 'code' in value && !(value instanceof Error)
  );
}

/**
 * The SAM of this desk: opened when it is there, its PIN verified, its keys and signature given out. The PIN is tried by
 * itself only while the SAM has all its tries, that is when nobody mistyped it since it was last right: a wrong file or a
 * restart costs one try and never locks it. After that a person enters it, and never the last try.
 */
import { bytesToHex, SecretBytes } from '@rhc/card/bytes';
import { isRhcError } from '@rhc/card/errors';
import { rhcSam1, samKeyReferences } from '@rhc/card/profile';
import {
  type HeldKey,
  packPin,
  SamSession,
  samErrors,
  samFactorFromAtr,
  samTerminalKeys,
  samVisitSigner,
} from '@rhc/card/sam';
import type { RandomBytes, TerminalKeys } from '@rhc/card/session';
import type { VisitSigner } from '@rhc/card/visits';
import type { Logger } from '@rhc/service-shell';
import type { SamState } from '../contract/terminal-keys.ts';
import type { Desk } from '../desk/desk.ts';
import type { DeskProfile } from '../desk/desk-profile.ts';
import { agentErrors } from '../errors.ts';
import { wireError } from '../wire-error.ts';

export interface SamSlotOptions {
  readonly desk: Desk;
  readonly profile: DeskProfile;
  readonly random: RandomBytes;
  /** Digits, from a file; null: a person enters it. */
  readonly pin: () => string | null;
  readonly onChange: () => void;
  readonly logger: Logger;
  readonly onPinTried?: (tried: {
    readonly by: 'file' | 'person';
    readonly right: boolean;
    readonly pinTriesLeft: number | null;
  }) => void;
}

const OWNER = 'sam';
/** What opening the SAM anew would not mend. */
const LASTING = new Set(['SAM_KEY_NOT_AVAILABLE', 'SAM_KEY_NOT_HELD', 'SAM_UNAVAILABLE']);
/** ADR 006. */
const ALL_TRIES = 10;
const ABSENT: SamState = {
  reader: null,
  state: 'absent',
  samFactor: null,
  samSerial: null,
  terminalNumber: null,
  pinTriesLeft: null,
  versions: [],
  error: null,
};

interface OpenSam {
  readonly session: SamSession;
  readonly keys: TerminalKeys;
  readonly signer: VisitSigner | null;
}

export class SamSlot {
  readonly #options: SamSlotOptions;
  readonly #unsubscribe: () => void;
  #state: SamState = ABSENT;
  #session: SamSession | null = null;
  #open: OpenSam | null = null;
  #insertion: number | null = null;
  /** Entered by a person, for reopening after a reset; never written down. */
  #entered: string | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(options: SamSlotOptions) {
    this.#options = options;
    this.#unsubscribe = options.desk.subscribe((event) => {
      if (event.event === 'card-inserted') this.#soon(() => this.#look());
      if (event.event === 'card-removed' || event.event === 'reader-removed') {
        if (event.reader === this.#state.reader) this.#forget(ABSENT);
      }
    });
  }

  get state(): SamState {
    return this.#state;
  }

  /** Null when it cannot serve now. */
  get keys(): TerminalKeys | null {
    return this.#open?.keys ?? null;
  }

  get signer(): VisitSigner | null {
    return this.#open?.signer ?? null;
  }

  /** Until what is under way has ended. */
  async settled(): Promise<void> {
    await this.#work;
  }

  /** Looks again, after an assignment or a failure. */
  reopen(): void {
    this.#soon(async () => {
      await this.#letGo();
      this.#forget(ABSENT);
      await this.#look();
    });
  }

  /** By a person. @throws SAM_ABSENT, SAM_PIN_BLOCKED, SAM_PIN_LAST_TRY; a wrong PIN is the state, with the tries left */
  async enterPin(digits: string): Promise<SamState> {
    await this.#work;
    const session = this.#session;
    if (session === null) throw agentErrors.make('SAM_ABSENT');
    const { pinTriesLeft } = await session.status();
    if (pinTriesLeft === 0) throw samErrors.make('SAM_PIN_BLOCKED');
    if (pinTriesLeft === 1) throw agentErrors.make('SAM_PIN_LAST_TRY');
    await this.#verify(session, digits, 'person');
    if (this.#state.state === 'ready') this.#entered = digits;
    return this.#state;
  }

  close(): void {
    this.#unsubscribe();
    void this.#letGo();
  }

  #soon(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#options.logger.warn({ err: error }, 'the SAM could not be opened');
      const known = isRhcError(error) ? error : agentErrors.make('SAM_UNAVAILABLE', { cause: error });
      this.#session = null;
      this.#open = null;
      this.#set({ ...this.#state, state: 'failed', error: wireError(known.toBody()) });
    });
  }

  async #look(): Promise<void> {
    if (this.#session !== null) return;
    const { desk, profile } = this.#options;
    const found = desk.findSam();
    if (found === null) return;
    const { reader, insertion, atr } = found;
    const samFactor = samFactorFromAtr(atr, rhcSam1);
    const factorText = samFactor === null ? null : bytesToHex(samFactor);
    this.#set({ ...ABSENT, reader, state: 'opening', samFactor: factorText });
    const channel = await desk.hold(reader, insertion, OWNER);
    this.#insertion = insertion;
    const session = await SamSession.open({ transport: channel, atr, product: rhcSam1 });
    const { pinTriesLeft } = await session.status();
    const { samSerial } = await session.readFields('MF/0015').catch(() => ({ samSerial: null }));
    const terminalNumber = await session.readFile('MF/0016').then(bytesToHex, () => null);
    this.#session = session;
    if (factorText !== null) profile.rememberSam(factorText);
    this.#set({
      ...this.#state,
      state: pinTriesLeft === 0 ? 'pin-blocked' : 'pin-needed',
      samSerial: textOf(samSerial),
      terminalNumber,
      pinTriesLeft,
      error: pinTriesLeft === 0 ? wireError(samErrors.make('SAM_PIN_BLOCKED').toBody()) : null,
      versions: slotVersions(session.heldKeys ?? []),
    });
    const digits = this.#entered ?? this.#options.pin();
    if (digits !== null && pinTriesLeft === ALL_TRIES) {
      await this.#verify(session, digits, this.#entered === null ? 'file' : 'person');
    }
  }

  async #verify(session: SamSession, digits: string, by: 'file' | 'person'): Promise<void> {
    const { random } = this.#options;
    const pin = new SecretBytes(packPin(digits));
    try {
      await session.verifyPin(pin);
    } catch (error) {
      if (!isRhcError(error)) throw error;
      const { pinTriesLeft } = await session.status();
      this.#options.onPinTried?.({ by, right: false, pinTriesLeft });
      const state = pinTriesLeft === 0 ? 'pin-blocked' : 'pin-wrong';
      this.#entered = null;
      this.#set({ ...this.#state, state, pinTriesLeft, error: wireError(error.toBody()) });
      return;
    } finally {
      pin.zeroize();
    }
    const { pinTriesLeft } = await session.status();
    this.#options.onPinTried?.({ by, right: true, pinTriesLeft });
    const signer = await samVisitSigner(session).catch(() => null);
    this.#open = { session, keys: this.#guarded(samTerminalKeys({ sam: session, random })), signer };
    this.#set({ ...this.#state, state: 'ready', pinTriesLeft, error: null });
  }

  /** Trouble of the SAM must not look like trouble of the card: whoever reads would be told to put the card back in. */
  #guarded(keys: TerminalKeys): TerminalKeys {
    const guard = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (cause) {
        if (isRhcError(cause) && LASTING.has(cause.code)) throw cause;
        // Reset or pulled: it is opened anew for the next card.
        if (this.#session !== null) this.reopen();
        throw agentErrors.make('SAM_UNAVAILABLE', { cause });
      }
    };
    return {
      suite: keys.suite,
      internalAuthentication: 'not-available',
      activeVersion: (slot) => guard(() => keys.activeVersion(slot)),
      externalAuthentication: (request) => guard(() => keys.externalAuthentication(request)),
      verifyInternalAuthentication: (request) => keys.verifyInternalAuthentication(request),
      protect: (request) => guard(() => keys.protect(request)),
    };
  }

  async #letGo(): Promise<void> {
    const { reader } = this.#state;
    if (reader !== null && this.#insertion !== null) await this.#options.desk.release(reader, OWNER);
    this.#insertion = null;
  }

  #forget(state: SamState): void {
    this.#session = null;
    this.#open = null;
    this.#insertion = null;
    this.#set(state);
  }

  #set(state: SamState): void {
    this.#state = state;
    this.#options.onChange();
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The SAM names a key by two bytes, of which the second is the slot (CARD-FACTS 3.4); everybody else by the card's slot. */
function slotVersions(held: readonly HeldKey[]): SamState['versions'] {
  return held.flatMap(({ p2, version }) => {
    const slot = samKeyReferences.find((reference) => reference.p2 === p2)?.slot;
    return slot === undefined ? [] : [{ slot, version }];
  });
}

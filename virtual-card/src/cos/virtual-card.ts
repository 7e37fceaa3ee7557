/**
 * The user card of `rhc-blank-1` in process: power, reset, one APDU at a time. All that must survive lies behind the
 * memory port; a card that lost its power is dead and is made again from the same memory.
 */

import type { CommandApdu } from '@rhc/card/apdu';
import { buildAtr, encodeResponse, parseCommand } from '@rhc/card/apdu';
import { equalBytes, type SecretBytes } from '@rhc/card/bytes';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { VirtualCardError } from '../errors.ts';
import type { Change, ChipContent, ChipState } from '../memory/chip-content.ts';
import type { NonVolatileMemory } from '../memory/non-volatile-memory.ts';
import { blankChip } from './blank-chip.ts';
import { CAPACITY_BYTES } from './capacity.ts';
import type { Chip, Session } from './chip.ts';
import { newSession } from './chip.ts';
import { dispatch } from './dispatcher.ts';
import type { CosRules } from './rules.ts';
import { ALL_RULES } from './rules.ts';
import { SW } from './status-error.ts';

export interface VirtualCardOptions {
  readonly memory: NonVolatileMemory;
  readonly random: (length: number) => Uint8Array;
  /** T1–T11; needed when the memory is fresh, else must agree with it. */
  readonly historicalBytes?: Uint8Array;
  /** MK₀ = D(TMK, card factor), from the manufacturer; needed when the memory is fresh. Hex or SecretBytes. */
  readonly transportKey?: SecretBytes | string;
  /** Suite of the transport key of a fresh chip; every other key brings its own. Default intl-128. */
  readonly suite?: AlgorithmSuite;
  readonly capacityBytes?: number;
  /** Called with the changes of each commit that happened; the wire model counts them. */
  readonly onCommit?: (changes: readonly Change[]) => void;
  /** Default: all. Only a test of the conformance suite leaves one out. */
  readonly rules?: CosRules;
}

export class VirtualCard {
  readonly #options: VirtualCardOptions;
  #session: Session | null = null;
  #dead = false;

  constructor(options: VirtualCardOptions) {
    this.#options = options;
    const content = options.memory.read();
    if (content === null) {
      if (options.transportKey === undefined || options.historicalBytes === undefined) {
        throw new VirtualCardError('VIRTUAL_CARD_BLANK_WITHOUT_KEY');
      }
      options.memory.manufacture(blankChip(options.historicalBytes, options.transportKey, options.suite ?? 'intl-128'));
    } else if (options.historicalBytes && !equalBytes(content.historicalBytes, options.historicalBytes)) {
      throw new VirtualCardError('VIRTUAL_CARD_OTHER_CHIP');
    }
  }

  get state(): ChipState {
    return this.#content().state;
  }

  get atr(): Uint8Array {
    return buildAtr(this.#content().historicalBytes);
  }

  get isPowered(): boolean {
    return this.#session !== null && !this.#dead;
  }

  powerOn(): Uint8Array {
    if (this.#dead) throw new VirtualCardError('VIRTUAL_CARD_POWER_LOST');
    this.#session = this.#sessionAfterReset();
    return this.atr;
  }

  /** Drops the challenge, every authentication and the channel; the current directory is the MF again. */
  reset(): Uint8Array {
    return this.powerOn();
  }

  #sessionAfterReset(): Session {
    const before = this.#session;
    const { stateClearedByReset, challengeDroppedByReset } = this.#rules;
    return {
      ...newSession(),
      ...(before !== null && !stateClearedByReset && { ...before, pending: null, challenge: null }),
      ...(before !== null && !challengeDroppedByReset && { challenge: before.challenge }),
    };
  }

  get #rules(): CosRules {
    return this.#options.rules ?? ALL_RULES;
  }

  powerOff(): void {
    this.#session = null;
  }

  transmit(command: Uint8Array): Uint8Array {
    if (this.#dead) throw new VirtualCardError('VIRTUAL_CARD_POWER_LOST');
    const session = this.#session;
    if (session === null) throw new VirtualCardError('VIRTUAL_CARD_OFF');
    const parsed = parseOrNull(command);
    if (parsed === null) return encodeResponse({ data: new Uint8Array(0), sw: SW.wrongLength });
    try {
      return encodeResponse(dispatch(this.#chip(session), parsed));
    } catch (error) {
      // A fault of the memory (power lost, disk full) leaves no running chip behind.
      this.#dead = true;
      this.#session = null;
      throw error;
    }
  }

  #chip(session: Session): Chip {
    const { memory, random, capacityBytes, onCommit } = this.#options;
    const content = () => this.#content();
    return {
      get content() {
        return content();
      },
      session,
      capacityBytes: capacityBytes ?? CAPACITY_BYTES,
      commit: (...changes) => {
        memory.commit(changes);
        onCommit?.(changes);
      },
      random,
      rules: this.#rules,
    };
  }

  #content(): ChipContent {
    const content = this.#options.memory.read();
    if (content === null) throw new Error('the memory lost its chip');
    return content;
  }
}

function parseOrNull(command: Uint8Array): CommandApdu | null {
  try {
    return parseCommand(command);
  } catch {
    return null;
  }
}

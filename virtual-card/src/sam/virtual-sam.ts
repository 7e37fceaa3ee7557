/** The SAM of `rhc-sam-1` in process: power, reset, one APDU at a time, like `VirtualCard`. */
import type { CommandApdu } from '@rhc/card/apdu';
import { encodeResponse, parseCommand } from '@rhc/card/apdu';
import { equalBytes, type SecretBytes } from '@rhc/card/bytes';
import type { AlgorithmSuite, SamProduct } from '@rhc/card/profile';
import { rhcSam1 } from '@rhc/card/profile';
import { SW } from '../cos/status-error.ts';
import { VirtualCardError } from '../errors.ts';
import type { NonVolatileMemory } from '../memory/non-volatile-memory.ts';
import { blankSam, samAtr } from './blank-sam.ts';
import { dispatchToSam } from './dispatcher.ts';
import { newSamSession, type SamSession } from './sam-chip.ts';
import type { SamChange, SamContent, SamState } from './sam-content.ts';
import { ALL_SAM_RULES, type SamRules } from './sam-rules.ts';

export interface VirtualSamOptions {
  readonly memory: NonVolatileMemory<SamContent, SamChange>;
  readonly random: (length: number) => Uint8Array;
  /** T1–T13; needed when the memory is fresh, else must agree with it. */
  readonly historicalBytes?: Uint8Array;
  /** D(SAM-TMK, SAM factor); needed when the memory is fresh. Hex or SecretBytes. */
  readonly transportKey?: SecretBytes | string;
  readonly suite?: AlgorithmSuite;
  /** Switches of the product; default `rhc-sam-1`. */
  readonly product?: SamProduct;
  /** For tests of tests: a SAM that forgets a rule. */
  readonly rules?: SamRules;
  readonly onCommit?: (changes: readonly SamChange[]) => void;
}

export class VirtualSam {
  readonly #options: VirtualSamOptions;
  #session: SamSession | null = null;
  #dead = false;

  constructor(options: VirtualSamOptions) {
    this.#options = options;
    const { memory, historicalBytes, transportKey, suite } = options;
    const content = memory.read();
    if (content !== null) {
      if (historicalBytes !== undefined && !equalBytes(content.historicalBytes, historicalBytes)) {
        throw new VirtualCardError('VIRTUAL_CARD_OTHER_CHIP');
      }
      return;
    }
    if (transportKey === undefined || historicalBytes === undefined) {
      throw new VirtualCardError('VIRTUAL_CARD_BLANK_WITHOUT_KEY');
    }
    memory.manufacture(blankSam(historicalBytes, transportKey, suite ?? 'intl-128'));
  }

  get state(): SamState {
    return this.#content().state;
  }

  get atr(): Uint8Array {
    return samAtr(this.#content().historicalBytes);
  }

  get isPowered(): boolean {
    return this.#session !== null && !this.#dead;
  }

  powerOn(): Uint8Array {
    if (this.#dead) throw new VirtualCardError('VIRTUAL_CARD_POWER_LOST');
    const verified = this.#session?.pinVerified === true && this.#options.rules?.pinDroppedByReset === false;
    this.#session = { ...newSamSession(), pinVerified: verified };
    return this.atr;
  }

  /** Drops PIN, session key, challenge, channel and digest. */
  reset(): Uint8Array {
    return this.powerOn();
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
    const { memory, random, product, rules, onCommit } = this.#options;
    const content = () => this.#content();
    try {
      const response = dispatchToSam(
        {
          get content() {
            return content();
          },
          session,
          product: product ?? rhcSam1,
          rules: rules ?? ALL_SAM_RULES,
          commit: (...changes) => {
            memory.commit(changes);
            onCommit?.(changes);
          },
          random,
        },
        parsed,
      );
      return encodeResponse(response);
    } catch (error) {
      // A fault of the memory (power lost, disk full) leaves no running chip behind.
      this.#dead = true;
      this.#session = null;
      throw error;
    }
  }

  #content(): SamContent {
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

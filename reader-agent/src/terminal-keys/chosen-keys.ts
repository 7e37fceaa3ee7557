/**
 * Which keys serve the next card: the SAM's or key-service's, by the desk's policy and by what is there. A key-service that
 * was silent is asked last for a while, so that a card at a desk without network does not wait for it. With a SAM the
 * genuine-card check, which no SAM can make, is key-service's as long as it answers.
 */

import { isRhcError } from '@rhc/card/errors';
import type { TerminalKeys } from '@rhc/card/session';
import type { KeyPolicy, KeySource, KeysState } from '../contract/terminal-keys.ts';
import { countedKeys } from '../core/counted-keys.ts';
import { agentErrors } from '../errors.ts';
import type { Timers } from '../pcsc/supervisor.ts';

export interface KeyChoice {
  readonly source: KeySource;
  readonly keys: TerminalKeys;
}

export interface ChosenKeysOptions {
  readonly policy: KeyPolicy;
  readonly keyService: TerminalKeys;
  readonly sam: () => TerminalKeys | null;
  readonly now: () => Date;
  readonly timers: Timers;
  /** Whether key-service answers anything; absent: found out with the next card only. */
  readonly probe?: () => Promise<boolean>;
  /** key-service fell silent or is back. */
  readonly onChange?: () => void;
}

const SILENT_MS = 15_000;

export class ChosenKeys {
  readonly #options: ChosenKeysOptions;
  readonly #keyService: TerminalKeys;
  #keyServiceState: KeysState['keyService'] = 'not-asked';
  #silentUntilMs = 0;
  #stopProbe: (() => void) | null = null;
  #lastUse: KeysState['lastUse'] = null;

  constructor(options: ChosenKeysOptions) {
    this.#options = options;
    this.#keyService = this.#watched(options.keyService);
  }

  get policy(): KeyPolicy {
    return this.#options.policy;
  }

  get keyServiceState(): KeysState['keyService'] {
    return this.#keyServiceState;
  }

  /** Whose keys served the last card; null: none since the start. */
  get lastUse(): KeysState['lastUse'] {
    return this.#lastUse;
  }

  served(source: KeySource, versions: Readonly<Record<string, number>>): void {
    this.#lastUse = { source, versions, at: this.#options.now().toISOString() };
  }

  close(): void {
    this.#stopProbe?.();
  }

  /** The first serves, the next when it fails before anything was written. @throws SAM_UNAVAILABLE when only a SAM may serve and none can */
  choices(): readonly KeyChoice[] {
    const { policy, sam, now } = this.#options;
    const silent = now().getTime() < this.#silentUntilMs;
    const samKeys = policy === 'key-service-only' ? null : sam();
    const online: KeyChoice = { source: 'key-service', keys: this.#keyService };
    if (samKeys === null) {
      if (policy === 'sam-only') throw agentErrors.make('SAM_UNAVAILABLE');
      return [online];
    }
    const alone: KeyChoice = { source: 'sam', keys: samKeys };
    const both: KeyChoice = { source: 'sam+key-service', keys: this.#samWithOnlineCheck(samKeys) };
    if (policy === 'sam-only') return [alone];
    if (silent) return [alone, online];
    return policy === 'sam-first' ? [both, alone, online] : [online, alone];
  }

  #samWithOnlineCheck(sam: TerminalKeys): TerminalKeys {
    const online = this.#keyService;
    return {
      suite: sam.suite,
      activeVersion: (slot) => (slot === 'IRK.DDF1' ? online : sam).activeVersion(slot),
      externalAuthentication: (request) => sam.externalAuthentication(request),
      verifyInternalAuthentication: (request) => online.verifyInternalAuthentication(request),
      protect: (request) => sam.protect(request),
    };
  }

  /** A desk that is offline says so until it is not, also while no card comes: so it asks by itself. */
  #turned(state: 'answers' | 'silent'): void {
    const changed = state !== this.#keyServiceState;
    this.#keyServiceState = state;
    this.#silentUntilMs = state === 'silent' ? this.#options.now().getTime() + SILENT_MS : 0;
    this.#stopProbe?.();
    this.#stopProbe = state === 'silent' ? this.#probeLater() : null;
    if (changed) this.#options.onChange?.();
  }

  #probeLater(): (() => void) | null {
    const { probe, timers } = this.#options;
    if (probe === undefined) return null;
    let stopped = false;
    const stop = timers.after(SILENT_MS, () => {
      void probe()
        .catch(() => false)
        .then((answers) => {
          if (!stopped) this.#turned(answers ? 'answers' : 'silent');
        });
    });
    return () => {
      stopped = true;
      stop();
    };
  }

  #watched(keys: TerminalKeys): TerminalKeys {
    const watch = async <T>(work: Promise<T>): Promise<T> => {
      try {
        const answer = await work;
        this.#turned('answers');
        return answer;
      } catch (error) {
        if (meansSilence(error)) this.#turned('silent');
        throw error;
      }
    };
    const told = countedKeys(keys);
    return {
      get suite() {
        return keys.suite;
      },
      activeVersion: (slot) => watch(keys.activeVersion(slot)),
      externalAuthentication: (request) => watch(told.externalAuthentication(request)),
      verifyInternalAuthentication: (request) => watch(told.verifyInternalAuthentication(request)),
      protect: (request) => watch(told.protect(request)),
    };
  }
}

/** The next source may serve: nothing is wrong with the card. */
export function isKeySourceFault(error: unknown): boolean {
  return isRhcError(error) && (/^SAM_/.test(error.code) || meansSilence(error));
}

function meansSilence(error: unknown): boolean {
  if (!isRhcError(error)) return true;
  return /^KEY_SERVICE_/.test(error.code) || (/^(KEY|HSM)_/.test(error.code) && error.retriable);
}

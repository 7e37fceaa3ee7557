/**
 * Looks once a day whether a newer version was published, at the address that IT set up, under the signature of whoever
 * publishes. It tells; fetching and installing is IT's. Without an address nothing is ever asked.
 */
import { hexToBytes } from '@rhc/card/bytes';
import { isRhcError } from '@rhc/card/errors';
import { signedManifest, type UpdateManifest, type UpdateState, updateManifest } from '../contract/updates.ts';
import { agentErrors } from '../errors.ts';
import type { Timers } from '../pcsc/supervisor.ts';
import { wireError } from '../wire-error.ts';

export interface UpdateCheckOptions {
  /** Of this program. */
  readonly version: string;
  /** The text at the address. */
  readonly fetchText: () => Promise<string>;
  readonly verify: (text: Uint8Array, signature: Uint8Array) => boolean;
  readonly timers: Timers;
  readonly now: () => Date;
}

const FIRST_MS = 60_000;
const EVERY_MS = 24 * 3_600_000;

export class UpdateCheck {
  readonly #options: UpdateCheckOptions;
  #newest: UpdateManifest | null = null;
  #checkedAt: string | null = null;
  #error: UpdateState['error'] = null;
  #stop: () => void;

  constructor(options: UpdateCheckOptions) {
    this.#options = options;
    this.#stop = options.timers.after(FIRST_MS, () => this.#daily());
  }

  get state(): UpdateState {
    const { version } = this.#options;
    const newest = this.#newest;
    const newer =
      newest === null || !isNewer(newest.version, version)
        ? null
        : { version: newest.version, publishedAt: newest.publishedAt };
    return { on: true, version, newer, checkedAt: this.#checkedAt, error: this.#error };
  }

  close(): void {
    this.#stop();
  }

  /** Never rejects: the state says what became of it. */
  async run(): Promise<void> {
    try {
      const found = this.#opened(await this.#options.fetchText());
      // Who stands between may show an older manifest again; what was seen once is known.
      if (this.#newest === null || isNewer(found.version, this.#newest.version)) this.#newest = found;
      this.#checkedAt = this.#options.now().toISOString();
      this.#error = null;
    } catch (error) {
      const known = isRhcError(error) ? error : agentErrors.make('UPDATE_UNREACHABLE', { cause: error });
      this.#error = wireError(known.toBody());
    }
  }

  #daily(): void {
    void this.run();
    this.#stop = this.#options.timers.after(EVERY_MS, () => this.#daily());
  }

  /** @throws UPDATE_MANIFEST_REFUSED */
  #opened(text: string): UpdateManifest {
    try {
      const { manifest, signature } = signedManifest.parse(JSON.parse(text));
      if (!this.#options.verify(new TextEncoder().encode(manifest), hexToBytes(signature)))
        throw new Error('the signature is not of this key');
      return updateManifest.parse(JSON.parse(manifest));
    } catch (cause) {
      throw agentErrors.make('UPDATE_MANIFEST_REFUSED', { cause });
    }
  }
}

function isNewer(one: string, other: string): boolean {
  const [a, b] = [one, other].map((version) => version.split('.').map(Number));
  for (let i = 0; i < 3; i += 1) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

const MAX_BYTES = 16 * 1024;
const TIMEOUT_MS = 20_000;

/** No cookie, no token, no word about this desk. */
export function textAt(url: string): () => Promise<string> {
  return async () => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const text = await answer.text();
    if (text.length > MAX_BYTES) throw new RangeError('a manifest of more than 16 KB');
    return text;
  };
}

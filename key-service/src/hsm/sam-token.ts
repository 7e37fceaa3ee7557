/**
 * The SAM token as a running service sees it (ADR 024): closed, and opened for the issue of SAMs; after a while without one it
 * is closed again, and with its workers goes the last copy of its PIN. Opening checks that it is the token for which the
 * masters' token seals, and takes over the roots of the issue channel that it does not hold yet.
 */
import { createHash } from 'node:crypto';
import { bytesToHex } from '@rhc/card/bytes';
import { isRhcError, type RhcError } from '@rhc/card/errors';
import { keyServiceErrors } from '../errors.ts';
import type { HsmOperations, HsmPort, KeyPath, SamChannelInput, SamChannelOutput, TokenHealth } from './port.ts';

export interface SamTokenOptions {
  readonly name: string;
  /** Attaches it, with its own PIN. */
  readonly start: () => Promise<HsmPort>;
  /** SubjectPublicKeyInfo for which the masters' token seals; null: for none. */
  readonly samKey: Uint8Array | null;
  readonly idleMs?: number;
  readonly now: () => Date;
  /** Told before the root is taken over; what cannot be logged does not happen. */
  readonly onEvent?: (event: string, details: Readonly<Record<string, string>>) => Promise<void>;
}

type Masters = Pick<HsmPort, 'run'>;
type Work = 'sam-channel' | 'sam-check-value' | 'open-data-key' | 'destroy-root';
const IDLE_MS = 300_000;

/** What the issue of SAMs asks of its token. */
export interface SamDesk {
  channel(input: Omit<SamChannelInput, 'sealed'>): Promise<SamChannelOutput>;
  checkValue(key: KeyPath): Promise<Uint8Array>;
  openPin(input: HsmOperations['open-data-key']['input']): Promise<Uint8Array>;
  /** A root of the channel that was destroyed in the masters' token. */
  destroyRoot(root: string): Promise<void>;
}

export class SamToken {
  readonly #options: Required<Omit<SamTokenOptions, 'onEvent'>> & Pick<SamTokenOptions, 'onEvent'>;
  #pool: HsmPort | null = null;
  #opening: Promise<HsmPort> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = 0;
  #since: Date;
  #fault: RhcError | null = null;

  constructor(options: SamTokenOptions) {
    this.#options = { idleMs: IDLE_MS, ...options };
    this.#since = options.now();
  }

  /** @param masters where the seals are kept */
  desk(masters: Masters): SamDesk {
    const run = <K extends Work>(name: K, input: HsmOperations[K]['input']) => this.#run(masters, name, input);
    return {
      channel: async (input) => {
        const roots = input.items.flatMap((item) => (item.kind === 'root' ? [item.root] : []));
        const sealed = roots.length === 0 ? [] : await masters.run('sealed-sam-roots', { roots });
        return run('sam-channel', { ...input, sealed });
      },
      checkValue: async (key) => (await run('sam-check-value', { key })).kcv,
      openPin: async (input) => (await run('open-data-key', input)).key,
      destroyRoot: async (root) => void (await run('destroy-root', { root })),
    };
  }

  get health(): TokenHealth {
    const fault = this.#fault;
    return {
      name: this.#options.name,
      state: fault !== null ? 'refused' : this.#pool === null ? 'resting' : 'serving',
      since: this.#since.toISOString(),
      workers: this.#pool?.workers ?? 0,
      token: this.#pool?.token ?? null,
      fault: fault === null ? null : { code: fault.code, text: fault.text, nextStep: fault.nextStep },
    };
  }

  /** Known answers, PIN and key are seen once, and it is closed again. @throws what would keep SAMs from being issued */
  async look(masters: Masters): Promise<HsmPort['token']> {
    const pool = await this.#open(masters);
    const { token } = pool;
    await this.close();
    return token;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const pool = this.#pool;
    this.#pool = null;
    if (pool !== null) this.#since = this.#options.now();
    await pool?.close();
  }

  async #run<K extends Work>(
    masters: Masters,
    name: K,
    input: HsmOperations[K]['input'],
  ): Promise<HsmOperations[K]['output']> {
    this.#running++;
    try {
      const pool = await this.#open(masters);
      return await pool.run(name, input);
    } finally {
      this.#running--;
      this.#restLater();
    }
  }

  #restLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#running === 0) void this.close();
    }, this.#options.idleMs);
    this.#timer.unref();
  }

  async #open(masters: Masters): Promise<HsmPort> {
    if (this.#pool !== null) return this.#pool;
    this.#opening ??= this.#attach(masters).finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #attach(masters: Masters): Promise<HsmPort> {
    const { samKey, start } = this.#options;
    try {
      if (samKey === null) throw keyServiceErrors.make('SAM_TOKEN_MISSING');
      const pool = await start();
      try {
        const { publicKey } = await pool.run('ensure-unwrap-pair', { pair: 'sam' });
        const expected = Buffer.from(samKey).toString('base64url');
        if (publicKey !== expected)
          throw keyServiceErrors.make('SAM_TOKEN_OTHER', { detail: `${sha256(publicKey)}, not ${sha256(expected)}` });
        await this.#takeOver(masters, pool);
      } catch (error) {
        await pool.close();
        throw error;
      }
      this.#pool = pool;
      this.#since = this.#options.now();
      this.#fault = null;
      this.#restLater();
      return pool;
    } catch (error) {
      if (isRhcError(error)) this.#fault = error;
      throw error;
    }
  }

  /** @throws KEY_CHECK_VALUE_MISMATCH when it holds another key under that name: a seal was exchanged */
  async #takeOver(masters: Masters, pool: HsmPort): Promise<void> {
    const held = new Map((await pool.run('describe-roots', null)).map(({ root, kcv }) => [root, bytesToHex(kcv)]));
    for (const { samKey: _, ...seal } of await masters.run('sealed-sam-roots', { roots: null })) {
      const { root, kcv } = seal;
      if (held.get(root) === kcv) continue;
      if (held.has(root))
        throw keyServiceErrors.make('KEY_CHECK_VALUE_MISMATCH', { detail: `${root}: ${held.get(root)}, not ${kcv}` });
      await this.#options.onEvent?.('sam-channel-root-taken-over', { root, kcv });
      await pool.run('receive-root', { ...seal, pair: 'sam' });
    }
  }
}

const sha256 = (spki: string): string => bytesToHex(hash(Buffer.from(spki, 'base64url')));
const hash = (bytes: Uint8Array): Uint8Array => Uint8Array.from(createHash('sha256').update(bytes).digest());

/** A service without one: every SAM is refused with the next step. */
export const NO_SAM_DESK: SamDesk = new Proxy({} as SamDesk, {
  get: () => () => Promise.reject(keyServiceErrors.make('SAM_TOKEN_MISSING')),
});

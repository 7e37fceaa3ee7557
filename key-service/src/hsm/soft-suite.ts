/**
 * LABELLED SOFTWARE: suite `sm-128` where no token has it (KEYS.md, "Algorithm suites"). Keys are in clear in this
 * worker's memory only; at rest they stand in the token as data objects, enciphered under an AES key of the token that
 * can do nothing else. Production refuses it (`domain/production.ts`). SM4, SM3 and SM2 are OpenSSL's.
 */
import { nodeCrypto, type SoftSigningKey, softSigningKey } from '@rhc/card/crypto-node';
import { keyServiceErrors } from '../errors.ts';
import type { KeyPurpose, SuiteKey } from './pkcs11/suite-key.ts';

const SUITE = 'sm-128';
const ZERO = new Uint8Array(16);
export const SOFT_APPLICATION = 'rhc-soft-sm-128';

/** Sealed values in the token, by name. */
export interface SoftShelf {
  names(): string[];
  read(name: string): Uint8Array | null;
  write(name: string, value: Uint8Array): void;
  remove(name: string): boolean;
  random(length: number): Uint8Array;
}

const PAIR_PREFIX = 'PAIR.';

export class SoftSuiteKeys {
  readonly suite = SUITE;
  readonly #shelf: SoftShelf;
  readonly #roots = new Map<string, SoftKey>();
  readonly #pairs = new Map<string, SoftSigningKey>();

  constructor(shelf: SoftShelf) {
    this.#shelf = shelf;
  }

  rootNames(): string[] {
    return this.#shelf.names().filter((name) => !name.startsWith(PAIR_PREFIX));
  }

  pairNames(): string[] {
    const own = this.#shelf.names().filter((name) => name.startsWith(PAIR_PREFIX));
    return own.map((name) => name.slice(PAIR_PREFIX.length));
  }

  root(name: string): SuiteKey | null {
    const known = this.#roots.get(name);
    if (known !== undefined) return known;
    const value = this.#shelf.read(name);
    if (value === null) return null;
    const key = new SoftKey(value, true);
    this.#roots.set(name, key);
    return key;
  }

  candidate(value: Uint8Array): SuiteKey {
    return new SoftKey(Uint8Array.from(value));
  }

  place(name: string, value: Uint8Array): void {
    this.#shelf.write(name, value);
  }

  destroyRoot(name: string): boolean {
    this.#roots.get(name)?.wipe();
    this.#roots.delete(name);
    return this.#shelf.remove(name);
  }

  pair(name: string): SoftSigningKey | null {
    const known = this.#pairs.get(name);
    if (known !== undefined) return known;
    const scalar = this.#shelf.read(`${PAIR_PREFIX}${name}`);
    if (scalar === null) return null;
    try {
      const pair = softSigningKey(SUITE, scalar);
      this.#pairs.set(name, pair);
      return pair;
    } finally {
      scalar.fill(0);
    }
  }

  generatePair(name: string): SoftSigningKey {
    for (;;) {
      const scalar = this.#shelf.random(32);
      try {
        softSigningKey(SUITE, scalar);
        this.#shelf.write(`${PAIR_PREFIX}${name}`, scalar);
        return this.pair(name) as SoftSigningKey;
      } catch (error) {
        // One scalar in 2³² is outside 1 … n − 2; another is drawn.
        if (!(error instanceof RangeError)) throw error;
      } finally {
        scalar.fill(0);
      }
    }
  }
}

class SoftKey implements SuiteKey {
  readonly suite = SUITE;
  readonly blockBytes = 16;
  readonly #value: Uint8Array;
  readonly #lasting: boolean;

  constructor(value: Uint8Array, lasting = false) {
    this.#value = value;
    this.#lasting = lasting;
  }

  derive(block: Uint8Array, _purpose: KeyPurpose, lasting = false): SuiteKey {
    return new SoftKey(nodeCrypto.encipherEcb(SUITE, this.#value, block), lasting);
  }

  ecb(blocks: Uint8Array): Uint8Array {
    return nodeCrypto.encipherEcb(SUITE, this.#value, blocks);
  }

  cbc(iv: Uint8Array, blocks: Uint8Array): Uint8Array {
    return nodeCrypto.encipherCbc(SUITE, this.#value, iv, blocks);
  }

  wrap(key: SuiteKey): Uint8Array {
    const value = key.reveal();
    try {
      return this.ecb(value);
    } finally {
      value.fill(0);
    }
  }

  checkValue(): Uint8Array {
    return this.ecb(ZERO).slice(0, 3);
  }

  reveal(): Uint8Array {
    return Uint8Array.from(this.#value);
  }

  destroy(): void {
    // Roots stay with the engine; a lasting link is dropped by the cache alone.
    if (!this.#lasting) this.wipe();
  }

  wipe(): void {
    this.#value.fill(0);
  }
}

export function softPairMissing(name: string): Error {
  return keyServiceErrors.make('KEY_MISSING', { detail: name });
}

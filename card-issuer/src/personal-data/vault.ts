/**
 * Personal data at rest: AES-256-GCM for each column, and a blind index (HMAC-SHA-256, 16 bytes of it) by which a record is
 * found without being read. A sealed text names its key and is bound to its place (table, column, row) as associated
 * data, so that one row's value moved into another does not open. Keys are `SecretBytes` in memory only; at rest they are
 * sealed by key-service.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { SecretBytes } from '@rhc/card/bytes';
import type { RandomBytes } from '@rhc/card/session';
import { issuerErrors } from '../errors.ts';

const NONCE_BYTES = 12;
/** A call to the generator costs as much as sealing a line: nonces are drawn together, each is used once. */
const NONCES_AT_ONCE = 64;
const TAG_BYTES = 16;
const TOKEN_BYTES = 16;

/** What a token is made of: a number is never found under a name that reads alike. */
export type BlindKind = 'number' | 'name' | 'initials' | 'phone' | 'person' | 'dwelling';

export interface PersonalData {
  /** Id of the key that seals now. */
  readonly currentKey: number;
  /** @param place `table.column/row` */
  seal(place: string, plain: string): string;
  /** @throws PERSONAL_DATA_UNREADABLE when it was changed, moved, or its key is not here */
  open(place: string, sealed: string): string;
  sealBytes(place: string, plain: Uint8Array): Uint8Array;
  openBytes(place: string, sealed: Uint8Array): Uint8Array;
  blind(kind: BlindKind, value: string): string;
}

export interface VaultKeys {
  readonly current: number;
  /** Every data key that something may still be sealed with. */
  readonly data: ReadonlyMap<number, SecretBytes>;
  readonly blind: SecretBytes;
}

export function personalDataVault(keys: VaultKeys, random: RandomBytes): PersonalData {
  const keyOf = (id: number): SecretBytes => {
    const key = keys.data.get(id);
    if (key === undefined) throw issuerErrors.make('PERSONAL_DATA_UNREADABLE', { detail: `no data key ${id}` });
    return key;
  };
  let drawn: Uint8Array = new Uint8Array();
  const nextNonce = (): Uint8Array => {
    if (drawn.length === 0) drawn = random(NONCE_BYTES * NONCES_AT_ONCE);
    const nonce = drawn.subarray(0, NONCE_BYTES);
    drawn = drawn.subarray(NONCE_BYTES);
    return nonce;
  };
  const sealWith = (id: number, place: string, plain: Uint8Array): Buffer =>
    keyOf(id).use((key) => {
      const nonce = nextNonce();
      const engine = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      engine.setAAD(Buffer.from(place));
      const cipher = engine.update(plain);
      return Buffer.concat([nonce, cipher, engine.final(), engine.getAuthTag()]);
    });
  const openWith = (id: number, place: string, sealed: Uint8Array): Buffer =>
    keyOf(id).use((key) => {
      try {
        const engine = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        engine.setAAD(Buffer.from(place));
        engine.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
        const plain = engine.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
        return Buffer.concat([plain, engine.final()]);
      } catch (cause) {
        throw issuerErrors.make('PERSONAL_DATA_UNREADABLE', { cause, detail: place });
      }
    });
  return {
    currentKey: keys.current,
    seal: (place, plain) => `${keys.current}.${sealWith(keys.current, place, Buffer.from(plain)).toString('base64')}`,
    open(place, sealed) {
      const dot = sealed.indexOf('.');
      const id = Number(sealed.slice(0, dot));
      return openWith(id, place, Buffer.from(sealed.slice(dot + 1), 'base64')).toString();
    },
    sealBytes: (place, plain) => {
      const sealed = sealWith(keys.current, place, plain);
      return new Uint8Array(Buffer.concat([Uint8Array.of(keys.current >> 8, keys.current & 0xff), sealed]));
    },
    openBytes: (place, sealed) => {
      const id = ((sealed[0] ?? 0) << 8) | (sealed[1] ?? 0);
      return new Uint8Array(openWith(id, place, sealed.subarray(2)));
    },
    blind: (kind, value) =>
      keys.blind.use((key) =>
        createHmac('sha256', key).update(`${kind}\0${value}`).digest().subarray(0, TOKEN_BYTES).toString('base64url'),
      ),
  };
}

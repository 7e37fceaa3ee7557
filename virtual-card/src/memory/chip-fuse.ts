/**
 * Keeps card keys unreadable in an image file, as a chip keeps them unreadable in its memory: each is sealed with
 * AES-256-GCM under the folder's `chip-fuse.key` (mode 0600). It protects against copies, backups and searches of the
 * image; whoever can read both files can read the keys, which is why this card exists for development only.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { bytesToHex, concatBytes, hexToBytes, SecretBytes } from '@rhc/card/bytes';
import { VirtualCardError } from '../errors.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const FUSE_BYTES = 32;

export class ChipFuse {
  readonly #key: SecretBytes;
  readonly #random: (length: number) => Uint8Array;
  /** A key that did not change keeps its sealed form, so that a commit of data seals nothing anew. */
  readonly #sealed = new WeakMap<SecretBytes, string>();

  constructor(key: SecretBytes, random: (length: number) => Uint8Array) {
    this.#key = key;
    this.#random = random;
  }

  /** `context` names chip, directory, key id and version: a sealed key cannot be moved to another place. */
  seal(value: SecretBytes, context: string): string {
    const known = this.#sealed.get(value);
    if (known !== undefined) return known;
    const nonce = this.#random(NONCE_BYTES);
    const sealed = this.#key.use((key) => {
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(new TextEncoder().encode(context));
      const body = value.use((bytes) => concatBytes(cipher.update(bytes), cipher.final()));
      return bytesToHex(concatBytes(nonce, body, cipher.getAuthTag()));
    });
    this.#sealed.set(value, sealed);
    return sealed;
  }

  unseal(sealed: string, context: string): SecretBytes {
    const bytes = hexToBytes(sealed);
    try {
      const plain = this.#key.use((key) => {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.slice(0, NONCE_BYTES));
        decipher.setAAD(new TextEncoder().encode(context)).setAuthTag(bytes.slice(-TAG_BYTES));
        return concatBytes(decipher.update(bytes.slice(NONCE_BYTES, -TAG_BYTES)), decipher.final());
      });
      const value = new SecretBytes(plain);
      plain.fill(0);
      this.#sealed.set(value, sealed);
      return value;
    } catch (cause) {
      throw new VirtualCardError('VIRTUAL_CARD_FUSE_WRONG', { cause });
    }
  }
}

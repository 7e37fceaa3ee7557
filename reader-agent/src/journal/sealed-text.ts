/**
 * Text under AES-256-GCM: `format 1 ‖ nonce 12 ‖ tag 16 ‖ cipher text`. The name under which it is kept is authenticated
 * with it, so that one file cannot stand in for another.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { SecretBytes } from '@rhc/card/bytes';

const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** @param nonce 12 bytes, never used twice with one key */
export function sealText(key: SecretBytes, name: string, text: string, nonce: Uint8Array): Uint8Array {
  if (nonce.length !== NONCE_BYTES) throw new RangeError(`a nonce has ${NONCE_BYTES} bytes`);
  return key.use((bytes) => {
    const cipher = createCipheriv('aes-256-gcm', bytes, nonce).setAAD(Buffer.from(name));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Uint8Array.from(Buffer.concat([Uint8Array.of(FORMAT), nonce, cipher.getAuthTag(), sealed]));
  });
}

/** @throws when the bytes were not sealed under this key and name, or were changed */
export function openText(key: SecretBytes, name: string, sealed: Uint8Array): string {
  if (sealed.length < HEAD_BYTES || sealed[0] !== FORMAT) throw new RangeError('not a sealed text');
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const tag = sealed.subarray(1 + NONCE_BYTES, HEAD_BYTES);
  return key.use((bytes) => {
    const decipher = createDecipheriv('aes-256-gcm', bytes, nonce).setAAD(Buffer.from(name)).setAuthTag(tag);
    return decipher.update(sealed.subarray(HEAD_BYTES), undefined, 'utf8') + decipher.final('utf8');
  });
}

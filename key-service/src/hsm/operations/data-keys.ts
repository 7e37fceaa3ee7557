/**
 * Other services' data keys, sealed under `DEK.KEK` with AES-CCM (NIST SP 800-38C; 12-byte nonce, 16-byte tag). CCM needs
 * nothing of a token but AES encipherment, so the key that seals is born in the token, may only ENCRYPT and never leaves
 * it but for its backup. The purpose stands in the associated data: what was sealed for one is not opened for another.
 */
import { concatBytes, equalBytes, xorBytes } from '@rhc/card/bytes';
import { keyServiceErrors } from '../../errors.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperations } from '../port.ts';
import { KEY_BYTES as BLOCK_BYTES, ZERO_BLOCK } from './blocks.ts';
import { ensureDataKey } from './service-keys.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Length of the message length field: 15 − nonce. */
const LENGTH_BYTES = 15 - NONCE_BYTES;

type Operation<K extends keyof HsmOperations> = (
  token: Token,
  input: HsmOperations[K]['input'],
) => HsmOperations[K]['output'];

export const sealDataKey: Operation<'seal-data-key'> = (token, { kek, purpose, key }) => {
  try {
    ensureDataKey(token, kek);
    const nonce = Uint8Array.from(token.random(NONCE_BYTES));
    const { stream, tag } = ccm(token, kek, nonce, purpose, key);
    return { sealed: concatBytes(nonce, xorBytes(key, stream), tag) };
  } finally {
    key.fill(0);
  }
};

export const openDataKey: Operation<'open-data-key'> = (token, { kek, purpose, sealed }) => {
  const nonce = sealed.slice(0, NONCE_BYTES);
  const cipher = sealed.slice(NONCE_BYTES, sealed.length - TAG_BYTES);
  const stream = keyStream(token, kek, nonce, cipher.length);
  const key = xorBytes(cipher, stream.message);
  const { tag } = ccm(token, kek, nonce, purpose, key);
  if (equalBytes(tag, sealed.slice(sealed.length - TAG_BYTES))) return { key };
  key.fill(0);
  throw keyServiceErrors.make('DATA_KEY_REFUSED', { detail: `${kek} ${purpose}` });
};

function ccm(token: Token, kek: string, nonce: Uint8Array, purpose: string, key: Uint8Array) {
  const associated = new TextEncoder().encode(purpose);
  const lengthOf = (value: number, bytes: number) =>
    Uint8Array.from({ length: bytes }, (_, i) => (value >>> (8 * (bytes - 1 - i))) & 0xff);
  // B0: Adata, (t − 2) / 2, q − 1; then the associated data with its length before it; then the message.
  const first = concatBytes(
    Uint8Array.of(0x40 | (((TAG_BYTES - 2) / 2) << 3) | (LENGTH_BYTES - 1)),
    nonce,
    lengthOf(key.length, LENGTH_BYTES),
  );
  const blocks = concatBytes(first, padded(concatBytes(lengthOf(associated.length, 2), associated)), padded(key));
  const chain = Uint8Array.from(token.root(kek).cbc(ZERO_BLOCK, blocks));
  blocks.fill(0);
  const stream = keyStream(token, kek, nonce, key.length);
  return { stream: stream.message, tag: xorBytes(chain.slice(chain.length - BLOCK_BYTES), stream.tag) };
}

/** Block 0 covers the tag, blocks 1… the message. */
function keyStream(token: Token, kek: string, nonce: Uint8Array, length: number) {
  const count = Math.ceil(length / BLOCK_BYTES) + 1;
  const counters = Array.from({ length: count }, (_, i) =>
    concatBytes(Uint8Array.of(LENGTH_BYTES - 1), nonce, Uint8Array.of(0, 0, i)),
  );
  const stream = Uint8Array.from(token.root(kek).ecb(concatBytes(...counters)));
  return { tag: stream.slice(0, BLOCK_BYTES), message: stream.slice(BLOCK_BYTES, BLOCK_BYTES + length) };
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES);
  whole.set(bytes);
  return whole;
}

/** The sealing against node:crypto's own CCM, over a token that is AES and nothing else. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { Token } from '../pkcs11/token.ts';
import { openDataKey, sealDataKey } from './data-keys.ts';

const kekValue = randomBytes(16);
function plain(mode: 'ecb' | 'cbc', iv: Uint8Array | null, data: Uint8Array): Buffer {
  const engine = createCipheriv(`aes-128-${mode}`, kekValue, iv);
  engine.setAutoPadding(false);
  return Buffer.concat([engine.update(data), engine.final()]);
}
const token = {
  find: () => ['the one'],
  hasRoot: () => true,
  root: () => ({
    ecb: (data: Uint8Array) => plain('ecb', null, data),
    cbc: (iv: Uint8Array, data: Uint8Array) => plain('cbc', iv, data),
  }),
  random: (length: number) => randomBytes(length),
} as unknown as Token;
const kek = 'DEK.KEK#1';
const purpose = 'card-issuer/residents';

test('what is sealed is AES-128-CCM over the key with the purpose as associated data', () => {
  const key = new Uint8Array(randomBytes(32));
  const kept = Uint8Array.from(key);
  const { sealed } = sealDataKey(token, { kek, purpose, key });
  expect(key.every((byte) => byte === 0)).toBe(true);
  const open = createDecipheriv('aes-128-ccm', kekValue, sealed.slice(0, 12), { authTagLength: 16 });
  open.setAAD(Buffer.from(purpose), { plaintextLength: 32 });
  open.setAuthTag(sealed.slice(44));
  expect(Uint8Array.from(open.update(sealed.slice(12, 44)))).toEqual(kept);
  expect(openDataKey(token, { kek, purpose, sealed }).key).toEqual(kept);
});

test('a changed byte or another purpose opens nothing', () => {
  const { sealed } = sealDataKey(token, { kek, purpose, key: new Uint8Array(32).fill(7) });
  for (let at = 0; at < sealed.length; at++) {
    const changed = Uint8Array.from(sealed, (byte, i) => (i === at ? byte ^ 1 : byte));
    expect(() => openDataKey(token, { kek, purpose, sealed: changed })).toThrow(
      expect.objectContaining({ code: 'DATA_KEY_REFUSED' }),
    );
  }
  expect(() => openDataKey(token, { kek, purpose: 'other', sealed })).toThrow(
    expect.objectContaining({ code: 'DATA_KEY_REFUSED' }),
  );
});

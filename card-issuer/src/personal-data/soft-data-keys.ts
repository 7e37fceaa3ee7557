/** Data keys sealed in memory, for tests and benches without key-service. Never used by `main.ts`. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { DataKeyPort } from './data-keys.ts';

export function softDataKeys(kek: Uint8Array = new Uint8Array(randomBytes(32))): DataKeyPort {
  return {
    wrapDataKey: async ({ purpose, key }) => {
      const nonce = randomBytes(12);
      const engine = createCipheriv('aes-256-gcm', kek, nonce).setAAD(Buffer.from(purpose));
      const cipher = Buffer.concat([engine.update(Buffer.from(key, 'hex')), engine.final()]);
      return { kek: 'DEK.KEK#1', wrapped: Buffer.concat([nonce, cipher, engine.getAuthTag()]).toString('hex') };
    },
    unwrapDataKey: async ({ purpose, wrapped }) => {
      const bytes = Buffer.from(wrapped, 'hex');
      const engine = createDecipheriv('aes-256-gcm', kek, bytes.subarray(0, 12)).setAAD(Buffer.from(purpose));
      engine.setAuthTag(bytes.subarray(44));
      return {
        key: Buffer.concat([engine.update(bytes.subarray(12, 44)), engine.final()])
          .toString('hex')
          .toUpperCase(),
      };
    },
  };
}

/** ADR 001 on node:crypto for the fuzzers' witness: `plain-node.ts` of the vectors, and what it leaves out. */
import { createDecipheriv, createHash } from 'node:crypto';
import { ecb, type Suite } from '../vectors/plain-node.ts';

export { cryptogram, disperse, ecb, macBlock, type Suite, zeroBlock } from '../vectors/plain-node.ts';

const ECB: Readonly<Record<Suite, string>> = {
  'intl-128': 'aes-128-ecb',
  'sm-128': 'sm4-ecb',
  'pboc-3des': 'des-ede',
};

export function decipher(suite: Suite, key: Buffer, data: Buffer): Buffer {
  const cipher = createDecipheriv(ECB[suite], key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

export function hash(suite: Suite, ...parts: readonly Uint8Array[]): Buffer {
  const digest = createHash(suite === 'sm-128' ? 'sm3' : 'sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
}

export const blockBytes = (suite: Suite): number => (suite === 'pboc-3des' ? 8 : 16);

/** `L ‖ value ‖ 80 00…` to the next block, or null when the plain text is anything else. */
export function unpad(suite: Suite, plain: Buffer): Buffer | null {
  const size = blockBytes(suite);
  const end = 1 + (plain[0] ?? 0);
  const padding = plain.subarray(end);
  const right = padding.length >= 1 && padding.length <= size && padding[0] === 0x80;
  return right && padding.subarray(1).every((byte) => byte === 0) ? plain.subarray(1, end) : null;
}

/** Last block of CBC over whole blocks. */
export function cbcMac(suite: Suite, key: Buffer, iv: Buffer, data: Buffer): Buffer {
  const size = blockBytes(suite);
  let last = iv;
  for (let at = 0; at < data.length; at += size) {
    const block = data.subarray(at, at + size);
    last = ecb(suite, key, Buffer.from(block.map((byte, i) => byte ^ (last[i] ?? 0))));
  }
  return last;
}

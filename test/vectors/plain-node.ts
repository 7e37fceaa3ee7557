/**
 * ADR 001 over node:crypto and Buffers, with nothing of @rhc/card: when the room's code and a vector disagree, this
 * says which of the two read the page otherwise.
 */
import { createCipheriv } from 'node:crypto';

export type Suite = 'intl-128' | 'sm-128' | 'pboc-3des';

const NAMES: Readonly<Record<Suite, { ecb: string; cbc: string; block: number }>> = {
  'intl-128': { ecb: 'aes-128-ecb', cbc: 'aes-128-cbc', block: 16 },
  'sm-128': { ecb: 'sm4-ecb', cbc: 'sm4-cbc', block: 16 },
  'pboc-3des': { ecb: 'des-ede', cbc: 'des-ede-cbc', block: 8 },
};

function run(name: string, key: Buffer, iv: Buffer | null, data: Buffer): Buffer {
  const cipher = createCipheriv(name, key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

const padded = (suite: Suite, data: Buffer) => {
  const { block } = NAMES[suite];
  const out = Buffer.alloc((Math.floor(data.length / block) + 1) * block);
  data.copy(out);
  out[data.length] = 0x80;
  return out;
};

export const ecb = (suite: Suite, key: Buffer, data: Buffer) => run(NAMES[suite].ecb, key, null, data);

export const disperse = (suite: Suite, key: Buffer, factor: Buffer) =>
  ecb(suite, key, Buffer.concat([factor, Buffer.from(factor.map((byte) => byte ^ 0xff))]));

export function cryptogram(suite: Suite, cardKey: Buffer, challenge: Buffer, random: Buffer): Buffer {
  const c = ecb(suite, disperse(suite, cardKey, challenge), Buffer.concat([random, Buffer.alloc(8)]));
  return Buffer.from(c.subarray(0, 8).map((byte, i) => byte ^ (c[i + 8] ?? 0)));
}

export function macBlock(suite: Suite, key: Buffer, iv: Buffer, data: Buffer): Buffer {
  return run(NAMES[suite].cbc, key, iv, padded(suite, data)).subarray(-NAMES[suite].block);
}

export const zeroBlock = (suite: Suite) => Buffer.alloc(NAMES[suite].block);

/** Whole APDU of a protected update; `plain` null = MAC only. */
export function protectedApdu(
  suite: Suite,
  cardKey: Buffer,
  challenge: Buffer,
  header: Buffer,
  plain: Buffer | null,
): Buffer {
  const key = disperse(suite, cardKey, challenge);
  const cipher = plain
    ? ecb(suite, key, padded(suite, Buffer.concat([Buffer.of(plain.length), plain])))
    : Buffer.alloc(0);
  const head = Buffer.concat([header, Buffer.of(cipher.length + 4), cipher]);
  return Buffer.concat([head, macBlock(suite, key, zeroBlock(suite), head).subarray(0, 4)]);
}

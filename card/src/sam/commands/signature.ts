/** DIGEST `80 2C` over blocks, SIGN `80 2A 9E 9A 20` (ADR 006; CARD-FACTS 5.2: the PIN first). */
import { requireLength } from '../../bytes/index.ts';
import { defineSamCommand } from './define-sam-command.ts';

export const DIGEST_BLOCK_BYTES = 240;
const FIRST = 0x01;
const LAST = 0x02;

export interface DigestBlock {
  readonly data: Uint8Array;
  readonly first: boolean;
  readonly last: boolean;
  /** The hash that SIGN takes; in `sm-128` it begins with Z of the SAM's own key. */
  readonly forSignature: boolean;
}

/** 32 bytes after the last block, nothing before. */
export const samDigest = defineSamCommand({
  name: 'DIGEST',
  build: ({ data, first, last, forSignature }: DigestBlock) => ({
    p1: (first ? FIRST : 0) | (last ? LAST : 0),
    p2: forSignature ? 0x01 : 0x00,
    data,
  }),
  read: (data) => data,
});

export const samSign = defineSamCommand({
  name: 'SIGN',
  build: (hash: Uint8Array) => ({ p1: 0x9e, p2: 0x9a, data: requireLength(hash, 32, 'hash') }),
  read: (data) => requireLength(data, 64, 'signature'),
});

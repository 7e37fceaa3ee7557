/** `80 DE` makes a session key, `80 FA` uses it once (CARD-FACTS 3.4, 5.2; ADR 006). */
import { concatBytes, requireByte, requireLength } from '../../bytes/index.ts';
import { SAM_ENCIPHER, SAM_MAC, type SamKeyReference } from '../../profile/index.ts';
import { defineSamCommand, readNothing } from './define-sam-command.ts';

export interface SamSessionKeyRequest {
  readonly reference: Pick<SamKeyReference, 'p1' | 'p2' | 'levels'>;
  /** Version 1 keeps the deployed bytes; any other is one more byte. */
  readonly version: number;
  readonly cardFactor: Uint8Array;
  /** 8 bytes, of two-level keys only. */
  readonly provinceFactor: Uint8Array;
  readonly challenge: Uint8Array;
}

export const samSessionKey = defineSamCommand({
  name: 'SESSION KEY',
  build: ({ reference, version, cardFactor, provinceFactor, challenge }: SamSessionKeyRequest) => ({
    p1: reference.p1,
    p2: reference.p2,
    data: concatBytes(
      requireLength(cardFactor, 8, 'card factor'),
      reference.levels === 2 ? requireLength(provinceFactor, 8, 'province factor') : new Uint8Array(0),
      requireLength(challenge, 8, 'challenge'),
      version === 1 ? new Uint8Array(0) : Uint8Array.of(requireByte(version, 'key version')),
    ),
  }),
  read: readNothing,
});

/** Whole blocks in, as many out. */
export const samEncipher = defineSamCommand({
  name: 'CIPHER',
  build: (blocks: Uint8Array) => ({ p1: SAM_ENCIPHER, p2: 0x00, data: blocks }),
  read: (data) => data,
});

/** IV and padded blocks in, 4 bytes out. */
export const samMac = defineSamCommand({
  name: 'CIPHER',
  build: (iv: Uint8Array, blocks: Uint8Array) => ({ p1: SAM_MAC, p2: 0x00, data: concatBytes(iv, blocks) }),
  read: (data) => requireLength(data, 4, 'MAC'),
});

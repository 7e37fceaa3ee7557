/** A SAM as it leaves its maker: the five files empty, the transport key, an identifier that no other chip has. */
import { concatBytes, hexToBytes, requireLength, SecretBytes } from '@rhc/card/bytes';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { rhcSam1, samFiles } from '@rhc/card/profile';
import { CHIP_MAKER } from '../cos/blank-chip.ts';
import type { SamContent } from './sam-content.ts';

/** T2: the SAM, where the user card has 01. */
export const SAM_CHIP_PRODUCT = 0x02;
const COS_VERSION = Uint8Array.of(1, 0);
export const CONTROL_KEY_TRIES = 15;
export const SAM_TRANSPORT_KEY_VERSION = 0x00;

/** T1–T13 from a 6-byte serial. */
export function samHistoricalBytesOf(serial: Uint8Array): Uint8Array {
  requireLength(serial, 6, 'chip serial');
  const head = Uint8Array.of(CHIP_MAKER, SAM_CHIP_PRODUCT);
  return concatBytes(head, serial, COS_VERSION, hexToBytes(rhcSam1.historicalBytesEnd));
}

/** `3B 6D 00 00 ‖ 13 historical bytes`: contact card, T=0, so no check byte (ISO/IEC 7816-3, 8.2; CARD-FACTS 4.1). */
export function samAtr(historicalBytes: Uint8Array): Uint8Array {
  requireLength(historicalBytes, rhcSam1.historicalBytesLength, 'historical bytes of a SAM');
  return concatBytes(Uint8Array.of(0x3b, 0x60 | historicalBytes.length, 0x00, 0x00), historicalBytes);
}

export function blankSam(
  historicalBytes: Uint8Array,
  transportKey: SecretBytes | string,
  suite: AlgorithmSuite,
): SamContent {
  requireLength(historicalBytes, rhcSam1.historicalBytesLength, 'historical bytes of a SAM');
  const value = typeof transportKey === 'string' ? new SecretBytes(hexToBytes(transportKey)) : transportKey;
  value.use((bytes) => requireLength(bytes, 16, 'transport key'));
  return {
    historicalBytes: Uint8Array.from(historicalBytes),
    state: 'blank',
    commits: 0,
    files: samFiles.map(({ directory, fid, sizeBytes }) => ({ directory, fid, content: new Uint8Array(sizeBytes) })),
    controlKey: { version: SAM_TRANSPORT_KEY_VERSION, suite, triesLeft: CONTROL_KEY_TRIES, value },
    keys: [],
    pin: null,
    signingKey: null,
  };
}

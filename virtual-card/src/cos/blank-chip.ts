/** A chip as it leaves its maker: an MF with the transport key, and an identifier that no other chip has (CARD.md). */
import { concatBytes, hexToBytes, requireLength, SecretBytes } from '@rhc/card/bytes';
import type { AlgorithmSuite } from '@rhc/card/profile';
import type { ChipContent } from '../memory/chip-content.ts';
import { MASTER_FILE, MASTER_KEY_ID, TRANSPORT_KEY_VERSION } from './chip.ts';

/** T1 chip maker, T2 product; both ours. T9–T11 version of this card operating system. */
export const CHIP_MAKER = 0x52;
export const CHIP_PRODUCT = 0x01;
export const COS_VERSION = Uint8Array.of(1, 0, 0);
const MAX_TRIES = 15;

/** T1–T11 from a 6-byte serial. */
export function historicalBytesOf(serial: Uint8Array): Uint8Array {
  requireLength(serial, 6, 'chip serial');
  return concatBytes(Uint8Array.of(CHIP_MAKER, CHIP_PRODUCT), serial, COS_VERSION);
}

export function blankChip(
  historicalBytes: Uint8Array,
  transportKey: SecretBytes | string,
  suite: AlgorithmSuite,
): ChipContent {
  requireLength(historicalBytes, 11, 'historical bytes');
  const value = typeof transportKey === 'string' ? new SecretBytes(hexToBytes(transportKey)) : transportKey;
  value.use((bytes) => requireLength(bytes, 16, 'transport key'));
  return {
    historicalBytes: Uint8Array.from(historicalBytes),
    state: 'blank',
    commits: 0,
    keys: [
      {
        directory: MASTER_FILE,
        kid: MASTER_KEY_ID,
        version: TRANSPORT_KEY_VERSION,
        type: 0,
        useRight: 0,
        changeRight: 0x40,
        suite,
        maxTries: MAX_TRIES,
        triesLeft: MAX_TRIES,
        value,
      },
    ],
    directories: [{ fid: MASTER_FILE, parent: null, name: null, descriptor: new Uint8Array(0), block: 'open' }],
    files: [],
  };
}

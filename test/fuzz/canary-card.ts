/**
 * Cards for fuzzing: every file filled with bytes that stand nowhere else, so that eight of them in an answer name the
 * file that they leaked from. Contents are immutable: a run starts from the same image without copying it.
 */
import { createHash } from 'node:crypto';
import { type AlgorithmSuite, CARD_KEY_SLOTS, type ElementaryFile, nationalProfile } from '@rhc/card/profile';
import type { ChipContent } from '../../virtual-card/src/index.ts';
import { blankChip, formattedChip, historicalBytesOf } from '../../virtual-card/src/index.ts';
import { TestTerminal } from '../../virtual-card/test/support/test-terminal.ts';

export const HISTORICAL_BYTES = historicalBytesOf(Uint8Array.of(0, 0, 0, 0, 0xf0, 0x0d));
export const CARD_FACTOR = HISTORICAL_BYTES.slice(0, 8);
/** Windows of this many bytes are looked for in answers. */
export const WINDOW_BYTES = 8;

/** Deterministic bytes named by a label. */
export function bytesNamed(label: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    createHash('sha256').update(`${label} ${i}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

export function canaryContents(file: ElementaryFile): readonly Buffer[] {
  switch (file.structure) {
    case 'transparent':
      return [bytesNamed(file.id, file.sizeBytes)];
    case 'tlv-records':
      return file.elements.map(({ item, sizeBytes }) =>
        Buffer.concat([Buffer.of(item, sizeBytes), bytesNamed(`${file.id} ${item}`, sizeBytes)]),
      );
    case 'cyclic':
      return Array.from({ length: file.recordCount }, (_, i) => bytesNamed(`${file.id} ${i}`, file.recordSizeBytes));
    case 'fixed-records':
      return Array.from({ length: file.recordCount }, (_, i) => Buffer.of(i % 2 === 0 ? 0x00 : 0xff));
  }
}

/** Eight bytes as one text → the file they stand in. */
export const CANARY_WINDOWS: ReadonlyMap<string, string> = new Map(
  nationalProfile.files
    .filter((file) => file.read.kind !== 'free')
    .flatMap((file) => canaryContents(file).flatMap((content) => windowsOf(content).map((text) => [text, file.id]))),
);

export function windowsOf(bytes: Uint8Array): readonly string[] {
  const text = Buffer.from(bytes).toString('latin1');
  return Array.from({ length: Math.max(0, text.length - WINDOW_BYTES + 1) }, (_, at) =>
    text.slice(at, at + WINDOW_BYTES),
  );
}

const nowhere = { transmit: () => new Uint8Array() };

/** All 22 keys in versions 1 and 2, all files, in `operational` or still in `personalization`. */
export function canaryCard(suite: AlgorithmSuite, state: 'operational' | 'personalization'): ChipContent {
  const keys = new TestTerminal(nowhere, CARD_FACTOR, suite);
  return formattedChip({
    profile: nationalProfile,
    historicalBytes: HISTORICAL_BYTES,
    suite,
    state,
    keys: CARD_KEY_SLOTS.flatMap((slot) =>
      [1, 2].map((version) => ({ slot, version, value: keys.cardKey(slot, version) })),
    ),
    contents: Object.fromEntries(nationalProfile.files.map((file) => [file.id, canaryContents(file)])),
  });
}

export function blankCard(suite: AlgorithmSuite): ChipContent {
  const keys = new TestTerminal(nowhere, CARD_FACTOR, suite);
  return blankChip(HISTORICAL_BYTES, Buffer.from(keys.cardKey('TMK', 1)).toString('hex'), suite);
}

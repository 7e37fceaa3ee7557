/** The card images of the command line: opens one, or makes a new blank with the next free serial of its folder. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { hexToBytes, SecretBytes } from '@rhc/card/bytes';
import { historicalBytesOf } from '../cos/blank-chip.ts';
import { VirtualCard } from '../cos/virtual-card.ts';
import { VirtualCardError } from '../errors.ts';
import { TearingMemory, type TearPoint } from '../faults/tear.ts';
import { writtenBytes } from '../memory/apply-changes.ts';
import type { Change } from '../memory/chip-content.ts';
import { imageFormatOf } from '../memory/image-envelope.ts';
import { ImageFileMemory } from '../memory/image-file-memory.ts';
import { chipIdentifierOf } from '../memory/image-format.ts';
import { samHistoricalBytesOf } from '../sam/blank-sam.ts';
import { type SamChange, samWrittenBytes } from '../sam/sam-content.ts';
import { SAM_IMAGE_FORMAT, SamImageFileMemory } from '../sam/sam-image.ts';
import { VirtualSam } from '../sam/virtual-sam.ts';
import type { CliOptions } from './options.ts';
import { pilotTransportKey } from './pilot-transport-key.ts';

/** A user card or a SAM: what a reader needs of either. */
interface Chip {
  readonly atr: Uint8Array;
  readonly state: string;
  readonly isPowered: boolean;
  powerOn(): Uint8Array;
  powerOff(): void;
  reset(): Uint8Array;
  transmit(command: Uint8Array): Uint8Array;
}

export interface OpenedCard {
  readonly card: Chip;
  readonly memory: { tear(point: TearPoint): void };
  /** Bytes written to non-volatile memory since the last call. */
  takeWrittenBytes(): number;
}

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

export function openCard(image: string, options: CliOptions): OpenedCard {
  const exists = fs.existsSync(image);
  // Before anything is created: a blank without a key must leave no fuse and no folder behind.
  if (!exists && options.transportMaster === null && options.transportKeyFile === null) {
    throw new VirtualCardError('VIRTUAL_CARD_BLANK_WITHOUT_KEY');
  }
  const isSam = exists ? imageFormatOf(fs.readFileSync(image, 'utf8')) === SAM_IMAGE_FORMAT : options.kind === 'sam';
  let written = 0;
  const takeWrittenBytes = (): number => {
    const bytes = written;
    written = 0;
    return bytes;
  };
  const place = { path: image, fileSystem: fs, random };
  if (isSam) {
    const blank = exists ? {} : blankOptions(image, options, samHistoricalBytesOf, 'SAM-TMK');
    const memory = new TearingMemory(new SamImageFileMemory(place));
    const onCommit = (changes: readonly SamChange[]) => {
      written += samWrittenBytes(changes);
    };
    return { card: new VirtualSam({ memory, random, ...blank, onCommit }), memory, takeWrittenBytes };
  }
  const blank = exists ? {} : blankOptions(image, options, historicalBytesOf, 'TMK');
  const memory = new TearingMemory(new ImageFileMemory(place));
  const onCommit = (changes: readonly Change[]) => {
    written += writtenBytes(changes);
  };
  return { card: new VirtualCard({ memory, random, ...blank, onCommit }), memory, takeWrittenBytes };
}

function blankOptions(
  image: string,
  options: CliOptions,
  historicalBytesFrom: (serial: Uint8Array) => Uint8Array,
  transportMaster: 'TMK' | 'SAM-TMK',
) {
  const historicalBytes = historicalBytesFrom(options.serial ?? nextSerial(dirname(image)));
  const transportKey =
    options.transportKeyFile === null
      ? pilotTransportKey(options.suite, historicalBytes.slice(0, 8), transportMaster)
      : readKeyFile(options.transportKeyFile);
  return { historicalBytes, transportKey, suite: options.suite };
}

function readKeyFile(path: string): SecretBytes {
  let text: string;
  try {
    text = fs.readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw optionError(`无法读取传输密钥文件 ${path}`, `cannot read the transport key file ${path}`, cause);
  }
  if (!/^[0-9A-Fa-f]{32}$/.test(text)) {
    throw optionError(`传输密钥文件 ${path} 不是 32 位十六进制`, `${path} does not hold 32 hex digits`);
  }
  return new SecretBytes(hexToBytes(text));
}

function optionError(zh: string, en: string, cause?: unknown): VirtualCardError {
  return new VirtualCardError('VIRTUAL_CARD_OPTION', { detail: `${zh} · ${en}`, cause });
}

function nextSerial(folder: string): Uint8Array {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const serials = names
    .map((name) => chipIdentifierOf(fs.readFileSync(join(folder, name), 'utf8')))
    .map((identifier) => (identifier === null ? 0 : Number.parseInt(identifier.slice(4, 16), 16)));
  const next = Math.max(0, ...serials) + 1;
  return hexToBytes(next.toString(16).padStart(12, '0'));
}

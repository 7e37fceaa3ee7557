/**
 * The user card's image file. Rules and structures are not stored twice: they are read again from the descriptors that
 * CREATE FILE brought.
 */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { parseFileDescriptor } from '../cos/file-descriptor.ts';
import { VirtualCardError } from '../errors.ts';
import type { ChipContent, ChipState, DirectoryBlock, FileBody, KeyEntry } from './chip-content.ts';
import type { ChipFuse } from './chip-fuse.ts';
import { encodeEnvelope, parseEnvelope } from './image-envelope.ts';

const FORMAT = 'rhc-virtual-card';

interface StoredChip {
  readonly historicalBytes: string;
  readonly state: ChipState;
  readonly commits: number;
  readonly directories: readonly {
    readonly fid: number;
    readonly parent: number | null;
    readonly name: string | null;
    readonly descriptor: string;
    /** Missing in images made before APPLICATION BLOCK: open. */
    readonly block?: DirectoryBlock;
  }[];
  readonly files: readonly {
    readonly directory: number;
    readonly fid: number;
    readonly descriptor: string;
    readonly content: readonly string[];
  }[];
  readonly keys: readonly (Omit<KeyEntry, 'value' | 'suite'> & {
    readonly suite: AlgorithmSuite;
    readonly sealed: string;
  })[];
}

export function encodeImage(content: ChipContent, fuse: ChipFuse): string {
  const chip: StoredChip = {
    historicalBytes: bytesToHex(content.historicalBytes),
    state: content.state,
    commits: content.commits,
    directories: content.directories.map(({ fid, parent, name, descriptor, block }) => ({
      fid,
      parent,
      name: name === null ? null : bytesToHex(name),
      descriptor: bytesToHex(descriptor),
      block,
    })),
    files: content.files.map(({ directory, fid, descriptor, body }) => ({
      directory,
      fid,
      descriptor: bytesToHex(descriptor),
      content: (body.structure === 'transparent' ? [body.content] : body.records).map(bytesToHex),
    })),
    keys: content.keys.map(({ value, ...key }) => ({
      ...key,
      sealed: fuse.seal(value, sealingContext(content.historicalBytes, key)),
    })),
  };
  return encodeEnvelope(FORMAT, chip);
}

export function decodeImage(text: string, fuse: ChipFuse): ChipContent {
  const chip = parseEnvelope<StoredChip>(FORMAT, text);
  const historicalBytes = hexToBytes(chip.historicalBytes);
  return {
    historicalBytes,
    state: chip.state,
    commits: chip.commits,
    directories: chip.directories.map(({ fid, parent, name, descriptor, block }) => ({
      fid,
      parent,
      name: name === null ? null : hexToBytes(name),
      descriptor: hexToBytes(descriptor),
      block: block ?? 'open',
    })),
    files: chip.files.map(({ directory, fid, descriptor, content }) => {
      const bytes = hexToBytes(descriptor);
      const parsed = parseFileDescriptor(bytes);
      if (parsed.kind !== 'file')
        throw new VirtualCardError('VIRTUAL_CARD_IMAGE_TORN', { detail: 'EF with a DF type' });
      const body = withContent(parsed.body, content.map(hexToBytes));
      return { directory, fid, descriptor: bytes, rules: parsed.rules, body };
    }),
    keys: chip.keys.map(({ sealed, ...key }) => ({
      ...key,
      value: fuse.unseal(sealed, sealingContext(historicalBytes, key)),
    })),
  };
}

/** Chip identifier of an image without opening its keys; null when it is no whole image of ours. */
export function chipIdentifierOf(text: string): string | null {
  try {
    return parseEnvelope<StoredChip>(FORMAT, text).historicalBytes;
  } catch {
    return null;
  }
}

function withContent(body: FileBody, content: readonly Uint8Array[]): FileBody {
  if (body.structure !== 'transparent') return { ...body, records: content };
  return { ...body, content: content[0] ?? new Uint8Array(0) };
}

function sealingContext(
  historicalBytes: Uint8Array,
  key: { readonly directory: number; readonly kid: number; readonly version: number },
): string {
  return `${bytesToHex(historicalBytes)}/${key.directory}/${key.kid}/${key.version}`;
}

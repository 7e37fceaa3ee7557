/**
 * A chip whose files and keys stand already as the profile says, without the APDUs that would make them: for tests of
 * what happens at the clinic, and for products that are delivered pre-formatted (CARD.md, "A product that ships
 * pre-formatted"). Each file goes through the same descriptor as CREATE FILE, so the chip enforces the same.
 */
import { concatBytes, hexToBytes, SecretBytes, uint16 } from '@rhc/card/bytes';
import type { Access, AlgorithmSuite, CardKeySlotName, CardProfile, ElementaryFile } from '@rhc/card/profile';
import type { ChipContent, ChipState, DirectoryEntry, FileBody, FileEntry, KeyEntry } from '../memory/chip-content.ts';
import { MASTER_FILE } from './chip.ts';
import { parseFileDescriptor } from './file-descriptor.ts';

export interface FormattedChipOptions {
  readonly profile: CardProfile;
  readonly historicalBytes: Uint8Array;
  readonly suite: AlgorithmSuite;
  readonly state: ChipState;
  readonly keys: readonly { readonly slot: CardKeySlotName; readonly version: number; readonly value: Uint8Array }[];
  /** As in a personalization plan: records in number order, or the whole transparent file as one entry. */
  readonly contents?: Readonly<Record<string, readonly Uint8Array[]>>;
}

const NOT_COUNTED = 0xff;

export function formattedChip(options: FormattedChipOptions): ChipContent {
  const { profile } = options;
  const directories = profile.directories.map((directory): DirectoryEntry => {
    const name = directory.dfName === null ? null : hexToBytes(directory.dfName);
    const block = 'open' as const;
    if (directory.parent === null) {
      return { fid: MASTER_FILE, parent: null, name: null, descriptor: new Uint8Array(0), block };
    }
    const descriptor = directoryDescriptor(directory.fid, name);
    return { fid: directory.fid, parent: profile.directory(directory.parent).fid, name, descriptor, block };
  });
  const files = profile.files.map((file) => formattedFile(profile, file, options.contents?.[file.id]));
  const keys = options.keys.map(({ slot, version, value }): KeyEntry => {
    const { directory, kid, typeCode, maxTries } = profile.keySlot(slot);
    const tries = maxTries ?? NOT_COUNTED;
    return {
      directory: profile.directory(directory).fid,
      kid,
      version,
      type: typeCode,
      useRight: 0,
      changeRight: 0x40,
      suite: options.suite,
      maxTries: tries,
      triesLeft: tries,
      value: new SecretBytes(value),
    };
  });
  const { historicalBytes, state } = options;
  return { historicalBytes, state, commits: 0, directories, files, keys };
}

export function directoryDescriptor(fid: number, name: Uint8Array | null): Uint8Array {
  const named = name === null ? new Uint8Array(0) : tlv(0x84, name);
  return concatBytes(tlv(0x82, Uint8Array.of(0x38)), tlv(0x83, uint16(fid)), named);
}

/** ADR 001, "CREATE FILE". */
export function fileDescriptor(profile: CardProfile, file: ElementaryFile): Uint8Array {
  const type = { transparent: 0x01, 'fixed-records': 0x02, 'tlv-records': 0x05, cyclic: 0x06 }[file.structure];
  const access = (rule: Access): Uint8Array => {
    if (rule.kind !== 'key') return Uint8Array.of(rule.kind === 'free' ? 0x00 : 0xff);
    return Uint8Array.of(0x40 | (profile.keySlot(rule.slot).kid & 0x0f));
  };
  const form = { plain: 0, mac: 1, 'encipher-and-mac': 2 }[file.updateTransport];
  const stk = file.updateMacSlot === null ? 0 : profile.keySlot(file.updateMacSlot).kid;
  return concatBytes(
    tlv(0x82, Uint8Array.of(type)),
    tlv(0x83, uint16(file.fid)),
    shape(file),
    tlv(0x87, access(file.read)),
    tlv(0x88, access(file.update)),
    tlv(0x89, access(file.erase ?? { kind: 'never' })),
    tlv(0x8a, Uint8Array.of(form, stk)),
  );
}

function shape(file: ElementaryFile): Uint8Array {
  if (file.structure === 'transparent') return tlv(0x80, uint16(file.sizeBytes));
  if (file.structure !== 'tlv-records') return tlv(0x85, Uint8Array.of(file.recordCount, file.recordSizeBytes));
  const records = file.elements.map(({ item, sizeBytes }) => tlv(0x86, Uint8Array.of(item, sizeBytes)));
  return concatBytes(tlv(0x85, Uint8Array.of(records.length, 0)), ...records);
}

function formattedFile(
  profile: CardProfile,
  file: ElementaryFile,
  contents: readonly Uint8Array[] | undefined,
): FileEntry {
  const descriptor = fileDescriptor(profile, file);
  const parsed = parseFileDescriptor(descriptor);
  if (parsed.kind !== 'file') throw new Error(`${file.id} is not an elementary file`);
  const body = contents === undefined ? parsed.body : filled(file.id, parsed.body, contents);
  return { directory: profile.directory(file.directory).fid, fid: file.fid, descriptor, rules: parsed.rules, body };
}

function filled(id: string, body: FileBody, contents: readonly Uint8Array[]): FileBody {
  if (body.structure === 'transparent') {
    const [content] = contents;
    if (contents.length !== 1 || content?.length !== body.content.length) throw new RangeError(`${id}: wrong size`);
    return { ...body, content: Uint8Array.from(content) };
  }
  const fits = contents.every((record, i) =>
    body.structure === 'cyclic' ? record.length === body.recordSizeBytes : record.length === body.records[i]?.length,
  );
  const count = body.structure === 'cyclic' ? body.recordCount : body.records.length;
  if (!fits || contents.length !== count) throw new RangeError(`${id}: records do not fit the file`);
  return { ...body, records: contents.map((record) => Uint8Array.from(record)) };
}

function tlv(tag: number, value: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(tag, value.length), value);
}

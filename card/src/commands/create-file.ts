/**
 * CREATE FILE `80 E0 00 00 Lc`: the descriptor of a directory or of a file of the profile as TLVs (ADR 001 "CREATE
 * FILE"). Parent = the current DF. The same descriptor again gives 9000, so that a torn card goes on.
 */
import { concatBytes, hexToBytes, requireByte, uint16 } from '../bytes/index.ts';
import type { Access, CardProfile, Directory, ElementaryFile, UpdateTransport } from '../profile/types.ts';
import { defineCommand, readNothing } from './define-command.ts';

const DIRECTORY_TYPE = 0x38;
const FILE_TYPES: Readonly<Record<ElementaryFile['structure'], number>> = {
  transparent: 0x01,
  'fixed-records': 0x02,
  'tlv-records': 0x05,
  cyclic: 0x06,
};
const TRANSPORTS: Readonly<Record<UpdateTransport, number>> = { plain: 0x00, mac: 0x01, 'encipher-and-mac': 0x02 };

const tlv = (tag: number, value: Uint8Array) =>
  concatBytes(Uint8Array.of(tag, requireByte(value.length, `length of tag ${tag}`)), value);
const byte = (value: number) => Uint8Array.of(requireByte(value, 'descriptor byte'));

/** `00` free, `FF` never, else `40 | (KID & 0F)` of a key in the file's own directory. */
export function accessByte(access: Access, profile: Pick<CardProfile, 'keySlot'>): number {
  if (access.kind === 'free') return 0x00;
  if (access.kind === 'never') return 0xff;
  return 0x40 | (profile.keySlot(access.slot).kid & 0x0f);
}

export function directoryDescriptor(directory: Directory): Uint8Array {
  const name = directory.dfName === null ? [] : [tlv(0x84, hexToBytes(directory.dfName))];
  return concatBytes(tlv(0x82, byte(DIRECTORY_TYPE)), tlv(0x83, uint16(directory.fid)), ...name);
}

export function fileDescriptor(file: ElementaryFile, profile: Pick<CardProfile, 'keySlot'>): Uint8Array {
  const macKid = file.updateMacSlot === null ? 0x00 : profile.keySlot(file.updateMacSlot).kid;
  return concatBytes(
    tlv(0x82, byte(FILE_TYPES[file.structure])),
    tlv(0x83, uint16(file.fid)),
    ...contentDescriptor(file),
    tlv(0x87, byte(accessByte(file.read, profile))),
    tlv(0x88, byte(accessByte(file.update, profile))),
    ...(file.erase === undefined ? [] : [tlv(0x89, byte(accessByte(file.erase, profile)))]),
    tlv(0x8a, Uint8Array.of(TRANSPORTS[file.updateTransport], macKid)),
  );
}

function contentDescriptor(file: ElementaryFile): readonly Uint8Array[] {
  switch (file.structure) {
    case 'transparent':
      return [tlv(0x80, uint16(file.sizeBytes))];
    case 'fixed-records':
    case 'cyclic':
      return [tlv(0x85, concatBytes(byte(file.recordCount), byte(file.recordSizeBytes)))];
    case 'tlv-records':
      return [
        tlv(0x85, concatBytes(byte(file.elements.length), byte(0))),
        ...file.elements.map((element) => tlv(0x86, concatBytes(byte(element.item), byte(element.sizeBytes)))),
      ];
  }
}

export const createFile = defineCommand({
  name: 'CREATE FILE',
  text: { zh: '建立文件', en: 'Create a file' },
  clause: 'CARD.md "Our blank-card product"; ADR 001 "CREATE FILE"',
  statusWords: {
    '6982': 'CARD_SECURITY_NOT_SATISFIED',
    '6985': 'CARD_CONDITIONS_NOT_SATISFIED',
    '6A80': 'CARD_DATA_REFUSED',
    '6A84': 'CARD_MEMORY_FULL',
    '6A89': 'CARD_FILE_EXISTS',
  },
  build: (descriptor: Uint8Array) => ({ cla: 0x80, ins: 0xe0, p1: 0x00, p2: 0x00, data: descriptor }),
  read: readNothing,
});

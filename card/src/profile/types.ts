/**
 * The shapes in which the card's specification is declared. The declarations themselves stand in `files/`,
 * `key-slots.ts`, `code-tables/`, `commands.ts` and `products/`; `define*()` in `define.ts` refuses what contradicts
 * itself. The emulator, the personalization script, the forms and the manual are all made from these declarations.
 */
import type { Text } from '../errors/index.ts';

export type { Text };

/** Directories of the national card (CARD-FACTS 1.1). */
export const DIRECTORY_NAMES = ['MF', 'DDF1', 'DF01', 'DF02', 'DF03'] as const;
export type DirectoryName = (typeof DIRECTORY_NAMES)[number];

export interface Directory {
  readonly name: DirectoryName;
  /** 2-byte file identifier, for example 0xDDF1. */
  readonly fid: number;
  readonly parent: DirectoryName | null;
  /** DF name (AID) as upper-case hex; null for the MF. */
  readonly dfName: string | null;
  readonly text: Text;
  readonly clause: string;
}

/** Names of the key slots on the user card, in the order in which they are loaded (CARD.md, "Slots and pilot keys"). */
export const CARD_KEY_SLOTS = [
  'MK.MF',
  'IRK.DDF1',
  'STK.MF',
  'STK.DDF1',
  'STK.DF01',
  'STK.DF02',
  'STK.DF03',
  'BK.MF',
  'LK.DF01',
  'LK.DF02',
  'LK.DF03',
  'UK1.DDF1',
  'UK1.DF01',
  'UK1.DF02',
  'UK2.DF02',
  'UK3.DF02',
  'UK1.DF03',
  'UK2.DF03',
  'RK1.DDF1',
  'RK1.DF01',
  'RK1.DF02',
  'RK1.DF03',
] as const;
export type CardKeySlotName = (typeof CARD_KEY_SLOTS)[number];

/** Slots that never reach a card: transport master of the blanks, the security code's key, and what commands SAMs (ADR 006). */
export const OFF_CARD_KEY_SLOTS = ['TMK', 'CVK', 'SAM-TMK', 'SAM-MK'] as const;
export type OffCardKeySlotName = (typeof OFF_CARD_KEY_SLOTS)[number];
export type KeySlotName = CardKeySlotName | OffCardKeySlotName;

export type KeyClass = 'MK' | 'IRK' | 'STK' | 'BK' | 'LK' | 'UK' | 'RK';

export interface KeySlot {
  readonly name: CardKeySlotName;
  readonly directory: DirectoryName;
  readonly class: KeyClass;
  /** Key identifier: P2 of EXTERNAL/INTERNAL AUTHENTICATE and of WRITE KEY; b8 set = local to DF01–DF03. */
  readonly kid: number;
  /** 1: provincial root dispersed by the card only; 2: national root dispersed by province, then card. */
  readonly levels: 1 | 2;
  /** Byte 2 of WRITE KEY's first block. */
  readonly typeCode: number;
  /** Authentication tries before the key blocks; null where the key is never the object of an authentication. */
  readonly maxTries: number | null;
  /** SAM reference `80 DE P1 P2` (CARD-FACTS 3.4); null where ordinary terminal SAMs do not hold the key. */
  readonly samReference: { readonly p1: number; readonly p2: number } | null;
  readonly text: Text;
  readonly clause: string;
}

export type AlgorithmSuite = 'intl-128' | 'sm-128' | 'pboc-3des';

/** Storage class of a data element (CARD-FACTS 1.2). */
export type StorageType = 'an' | 'ans' | 'b' | 'cn';

/**
 * How the bytes of an element mean something to a person:
 * text – GBK/GB 18030 text or ASCII; date – cn4 `YYYYMMDD` ⇄ `YYYY-MM-DD`; date-time – cn7 ⇄ `YYYY-MM-DDThh:mm:ss`;
 * digits – cn digit string kept as it is; integer – cn digits as a number string without leading zeros;
 * decimal – cn with nibble A as the point (CARD.md switch) ⇄ `"12.5"`; flag – 00/01 ⇄ boolean;
 * code – a code of the named table, as a string, leading zeros as in the table; bytes – upper-case hex;
 * digit-text – ans field that holds ASCII digits (CVN).
 */
export type ElementMeaning =
  | { readonly kind: 'text' }
  | { readonly kind: 'digit-text' }
  | { readonly kind: 'date' }
  | { readonly kind: 'date-time' }
  | { readonly kind: 'digits' }
  | { readonly kind: 'integer' }
  | { readonly kind: 'decimal'; readonly fractionDigits: number }
  | { readonly kind: 'flag' }
  | { readonly kind: 'code'; readonly table: CodeTableId }
  | { readonly kind: 'bytes' };

export type CodeTableId = string;

export interface DataElement {
  /** Stable English key, unique in the profile, for example `name`, `bloodAbo`, `inpatient.diagnosis1.code`. */
  readonly id: string;
  /** Item number (标志) of table 8-2; its value is the tag of a TLV record. */
  readonly item: number;
  readonly text: Text;
  readonly storage: StorageType;
  readonly sizeBytes: number;
  readonly meaning: ElementMeaning;
  readonly clause: string;
}

/** An element at an offset of a transparent file or of a cyclic record. */
export interface PlacedElement extends DataElement {
  readonly offset: number;
}

export type Access =
  | { readonly kind: 'free' }
  | { readonly kind: 'never' }
  /** Allowed after EXTERNAL AUTHENTICATE with this key in the file's own directory. */
  | { readonly kind: 'key'; readonly slot: CardKeySlotName };

/** How an update travels in the `operational` state (CARD-FACTS 2.1). */
export type UpdateTransport = 'plain' | 'mac' | 'encipher-and-mac';

/** `DDF1/EF05` … the path of an elementary file, used as its id everywhere. */
export type FileId = string;

interface ElementaryFileBase {
  readonly id: FileId;
  readonly directory: DirectoryName;
  readonly fid: number;
  readonly text: Text;
  readonly read: Access;
  readonly update: Access;
  /** Key whose session protects updates; null for plain transport. */
  readonly updateTransport: UpdateTransport;
  readonly updateMacSlot: CardKeySlotName | null;
  /** DF03/EF05 and EF06 only: ERASE RECORD (flag := FF). */
  readonly erase?: Access;
  /** Bytes of content the chip must provide. */
  readonly sizeBytes: number;
  readonly clause: string;
}

/** One TLV record an element, tag = item number, addressed by number (order here) or by tag. */
export interface TlvRecordFile extends ElementaryFileBase {
  readonly structure: 'tlv-records';
  readonly elements: readonly DataElement[];
}

/** Newest record is number 1; the value only, no tag. */
export interface CyclicFile extends ElementaryFileBase {
  readonly structure: 'cyclic';
  readonly recordCount: number;
  readonly recordSizeBytes: number;
  readonly elements: readonly PlacedElement[];
}

/** DF03 index files: one flag byte a record, 00 valid, FF empty. */
export interface FixedRecordFile extends ElementaryFileBase {
  readonly structure: 'fixed-records';
  readonly recordCount: number;
  readonly recordSizeBytes: number;
}

export interface TransparentFile extends ElementaryFileBase {
  readonly structure: 'transparent';
  /** Empty for the photo, whose content is a length and a JPEG. */
  readonly elements: readonly PlacedElement[];
  /** Bytes of business data before the signature; equals sizeBytes where the file carries none. */
  readonly businessSizeBytes: number;
  /** For visit files: the index file and record number whose flag commits this slot. */
  readonly index?: { readonly file: FileId; readonly recordNumber: number };
}

export type ElementaryFile = TlvRecordFile | CyclicFile | FixedRecordFile | TransparentFile;

export interface CodeEntry {
  readonly code: string;
  readonly text: Text;
}

export interface CodeTable {
  readonly id: CodeTableId;
  readonly text: Text;
  /** Standard with edition, for example `GB/T 2261.1-2003`. */
  readonly standard: string;
  /** Present where the values could not be established: no entries, and every code that fits its element is taken. */
  readonly source?: 'not found';
  readonly entries: readonly CodeEntry[];
}

export interface CardProfile {
  /** Value of element 2 (规范版本). */
  readonly version: string;
  readonly directories: readonly Directory[];
  readonly keySlots: readonly KeySlot[];
  readonly files: readonly ElementaryFile[];
  readonly codeTables: readonly CodeTable[];
  file(id: FileId): ElementaryFile;
  directory(name: DirectoryName): Directory;
  keySlot(name: CardKeySlotName): KeySlot;
  codeTable(id: CodeTableId): CodeTable;
  element(id: string): { readonly file: ElementaryFile; readonly element: DataElement };
}

/** A blank-card product: everything a vendor decides (CARD.md, "Our blank-card product"). */
export interface CardProduct {
  readonly id: string;
  readonly text: Text;
  readonly historicalBytesLength: number;
  /** Which 8 historical bytes are the card factor (CARD-FACTS conflict 3). */
  readonly cardFactorPosition: 'first-8' | 'last-8';
  /** True: the product is delivered with its files created; CREATE FILE is skipped. */
  readonly preFormatted: boolean;
  readonly textEncoding: 'gbk' | 'gb18030';
  readonly decimalPoint: 'nibble-a' | 'implied';
  readonly maxKeyVersionsPerSlot: number;
  readonly maxBinaryBlockBytes: number;
}

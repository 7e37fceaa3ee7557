/** The shapes in which the SAM (安全存取模块) is declared: files, key references, product. CARD-FACTS 3.4, 5; ADR 006. */
import type { CardKeySlotName, Text } from '../types.ts';

export type SamDirectoryName = 'MF' | 'DF01';

/** `bytes` – upper-case hex; `byte` – one number; `date` – cn4 `YYYYMMDD` ⇄ `YYYY-MM-DD`. */
export interface SamField {
  readonly name: string;
  readonly sizeBytes: number;
  readonly meaning: 'bytes' | 'byte' | 'date';
  readonly text: Text;
}

/** Who writes a file or loads a key: the nation at first issue, the province at second issue. */
export type SamIssueStep = 'first' | 'second';

export interface SamFile {
  readonly id: `${SamDirectoryName}/${string}`;
  readonly directory: SamDirectoryName;
  readonly fid: number;
  /** Short file identifier: P1 of READ BINARY is `80 | SFI`. */
  readonly sfi: number;
  readonly sizeBytes: number;
  /** In file order, without gaps; empty for a certificate, which has a parser of its own. */
  readonly fields: readonly SamField[];
  readonly writtenAt: SamIssueStep;
  readonly text: Text;
  readonly clause: string;
}

/** A key that `80 DE P1 P2` turns into a session key. */
export interface SamKeyReference {
  readonly slot: CardKeySlotName;
  /** High three bits: dispersal levels; low five: key type. */
  readonly p1: number;
  readonly p2: number;
  readonly levels: 1 | 2;
  /** 7 enciphers only, 8 enciphers and makes MACs. */
  readonly type: number;
  /** A two-level key is the national root and comes with the first issue; a one-level key is the province's. */
  readonly loadedAt: SamIssueStep;
}

export interface SamProduct {
  readonly id: string;
  readonly text: Text;
  readonly historicalBytesLength: number;
  /** The last historical bytes of every SAM of this product, as hex; they tell it from a user card. */
  readonly historicalBytesEnd: string;
  readonly maxKeyVersions: number;
  readonly pinTries: number;
  /** Packed digits. */
  readonly pinBytes: { readonly least: number; readonly most: number };
  /** CARD-FACTS 5.2 leaves it open: is `80 DE` refused until the PIN is verified? Signing needs it in any case. */
  readonly sessionKeyNeedsPin: boolean;
}

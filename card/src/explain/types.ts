/** What an explanation is: the parts of a command or an answer with their meaning, in both languages. */
import type { CardKeySlotName, CardProduct, CardProfile, DirectoryName, FileId, Text } from '../profile/types.ts';

/** Where the card stands when the command arrives; null = not known. `followCommand` keeps it along a trace. */
export interface ExplainContext {
  readonly profile: CardProfile;
  readonly product: CardProduct;
  readonly directory: DirectoryName | null;
  readonly file: FileId | null;
}

export interface ExplainedField {
  readonly label: Text;
  /** Upper-case hex, or `<n bytes>` for what may be a PIN or a foreign secret. */
  readonly raw: string;
  readonly meaning: Text | null;
}

/** How the command travels: CLA 04 enciphers and MACs, 84 MACs; WRITE KEY enciphers its data inside a MAC. */
export type Protection = 'none' | 'mac' | 'encipher-and-mac';

export interface ExplainedCommand {
  /** `READ RECORD`; `INS xx` when the card has no such command. */
  readonly name: string;
  readonly known: boolean;
  readonly text: Text;
  readonly clause: string | null;
  /** CLA INS P1 P2. */
  readonly header: string;
  readonly protection: Protection;
  readonly fields: readonly ExplainedField[];
  /** Files, elements and keys that the command is about; several keys when the directory is not known. */
  readonly files: readonly FileId[];
  readonly elements: readonly string[];
  readonly keys: readonly CardKeySlotName[];
}

export interface ExplainedAnswer {
  /** Four hex digits. */
  readonly statusWord: string;
  /** True for 9000 and 61xx. */
  readonly success: boolean;
  /** What the word means in general. */
  readonly text: Text;
  /** What it means after this command, and what to do; null for a success or when the command is not known. */
  readonly outcome: { readonly code: string; readonly message: Text; readonly nextStep: Text } | null;
  readonly fields: readonly ExplainedField[];
}

/** What a form gives back about one command. */
export interface CommandParts {
  readonly fields?: readonly ExplainedField[];
  readonly files?: readonly FileId[];
  readonly elements?: readonly string[];
  readonly keys?: readonly CardKeySlotName[];
}

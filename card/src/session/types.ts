/** What a `CardSession` takes and what it gives. */
import type { ElementValue } from '../personalization/types.ts';
import type { CardProduct, CardProfile, Text } from '../profile/types.ts';

export type { ElementValue };

import type { RandomBytes, TerminalKeys, Transport } from './ports.ts';

export interface CardSessionOptions {
  readonly transport: Transport;
  readonly keys: TerminalKeys;
  readonly profile: CardProfile;
  readonly product: CardProduct;
  /** Answer to reset as PC/SC gives it, or the ATS. */
  readonly atr: Uint8Array;
  /** For R1 and R2 of internal authentication. */
  readonly random: RandomBytes;
}

/** `not-checked` is no pass: the keys at hand hold no IRK. */
export type Genuineness = 'genuine' | 'not-genuine' | 'not-checked';

export interface DecodedElement {
  readonly id: string;
  readonly item: number;
  readonly label: Text;
  /** null = the card holds nothing there. */
  readonly value: ElementValue;
  /** Text of the code, for coded elements whose code the table knows. */
  readonly text?: Text;
  /** The value's bytes as they stand on the card. */
  readonly raw: Uint8Array;
}

export interface AllergyEntry {
  readonly substance: string;
  readonly reaction: string;
}

export interface ImmunizationEntry {
  readonly name: string;
  /** `YYYY-MM-DD`; empty when the card holds none. */
  readonly date: string;
}

/** Card number, issuer and holder (DDF1/EF05, EF06). */
export interface CardIdentity {
  readonly cardFactor: Uint8Array;
  readonly provinceCode: string;
  readonly elements: readonly DecodedElement[];
}

export interface SummaryOptions {
  readonly photo?: boolean;
  /** The psychiatric flag has its own file; it is read only when asked for by name (FIELD.md, "Clinic"). */
  readonly psychiatric?: boolean;
}

export interface CardSummary {
  /** DDF1/EF05, EF06, EF08. */
  readonly identity: readonly DecodedElement[];
  /** DF01/EF05–EF08. */
  readonly contacts: readonly DecodedElement[];
  /** DF02/EF05. */
  readonly alerts: readonly DecodedElement[];
  /** Newest first; empty records are left out. */
  readonly allergies: readonly AllergyEntry[];
  readonly immunizations: readonly ImmunizationEntry[];
  /** JPEG without its length; null when not asked for or when the card carries none. */
  readonly photo: Uint8Array | null;
  /** DF02/EF06; null when not asked for. */
  readonly psychiatric: readonly DecodedElement[] | null;
}

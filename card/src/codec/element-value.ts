/** Shapes shared by the encoder and the decoder of data elements. */
import type { Text } from '../errors/index.ts';
import type { CardProfile } from '../profile/index.ts';
import type { DecimalPoint } from './decimals.ts';
import type { TextEncoding } from './text.ts';

/** Text, date, code, digits as string; flag as boolean; bytes as upper-case hex; null = empty. */
export type ElementValue = string | boolean | null;

/** The switches of the blank-card product; `profile` gives the code tables, by default the national ones. */
export interface CodecOptions {
  readonly textEncoding: TextEncoding;
  readonly decimalPoint: DecimalPoint;
  readonly profile?: CardProfile;
}

export interface DecodedElement {
  readonly value: ElementValue;
  /** The element's bytes as upper-case hex. */
  readonly raw: string;
  /** Meaning of a code; absent where the table does not hold it (the code itself stands in `value`). */
  readonly text?: Text;
  /** Why `value` is null although the field is not empty: the bytes break the rule of the element. */
  readonly fault?: Text;
}

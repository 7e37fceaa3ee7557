/**
 * One element between bytes and value without loss: what we would write otherwise is kept beside the value (irregular), and
 * goes back as it was while the value still says the same.
 */
import { bytesToHex, equalBytes, hexToBytes } from '../bytes/index.ts';
import { type CodecOptions, decodeElement, type ElementValue, emptyElement, encodeElement } from '../codec/index.ts';
import { isRhcError, type Text } from '../errors/index.ts';
import type { CardProduct, CardProfile, DataElement } from '../profile/types.ts';
import type { CodedValue, ElementPlace, IrregularElement, SummaryWarning } from './types.ts';

export interface SummaryContext {
  readonly profile: CardProfile;
  readonly product: CardProduct;
}

export function codecOptions({ profile, product }: SummaryContext): CodecOptions {
  return { ...product, profile };
}

export function isEmptyElement(context: SummaryContext, element: DataElement, bytes: Uint8Array): boolean {
  return decodeElement(element, bytes, codecOptions(context)).value === null;
}

/** Collects what is out of the ordinary while files are read. */
export class ElementReader {
  readonly irregular: IrregularElement[] = [];
  readonly warnings: SummaryWarning[] = [];
  readonly #context: SummaryContext;

  constructor(context: SummaryContext) {
    this.#context = context;
  }

  /** `regular`: bytes that this place has when it is empty, where they are not the element's own (an unused record). */
  read(place: ElementPlace, element: DataElement, bytes: Uint8Array, regular?: Uint8Array): ElementValue {
    const options = codecOptions(this.#context);
    const { value, text, fault } = decodeElement(element, bytes, options);
    const written = regular ?? encodedOrNull(element, value, options);
    if (written === null || !equalBytes(written, bytes)) this.keep(place, bytes);
    if (fault !== undefined) this.warnings.push({ ...place, code: 'content-malformed', text: fault });
    else if (element.meaning.kind === 'code' && value !== null && text === undefined) {
      const { source, text: table } = this.#context.profile.codeTable(element.meaning.table);
      this.warnings.push({ ...place, ...(source === 'not found' ? tableNotFound(table) : codeUnknown(table)) });
    }
    return value;
  }

  keep(place: ElementPlace, bytes: Uint8Array): void {
    this.irregular.push({ ...place, bytes: bytesToHex(bytes) });
  }
}

function codeUnknown({ zh, en }: Text): { code: 'code-unknown'; text: Text } {
  return { code: 'code-unknown', text: { zh: `代码不在“${zh}”代码表中`, en: `the code is not in the table “${en}”` } };
}

function tableNotFound({ zh, en }: Text): { code: 'code-table-not-found'; text: Text } {
  const text = { zh: `“${zh}”代码表未能查证，只有代码`, en: `the table “${en}” could not be established: bare code` };
  return { code: 'code-table-not-found', text };
}

/** null: the codec would not write this value (an unknown code, damaged text). */
function encodedOrNull(element: DataElement, value: ElementValue, options: CodecOptions): Uint8Array | null {
  try {
    return encodeElement(element, value, options);
  } catch (error) {
    if (isRhcError(error)) return null;
    throw error;
  }
}

export class ElementWriter {
  readonly #context: SummaryContext;
  readonly #irregular: ReadonlyMap<string, Uint8Array>;
  readonly #missing: 'empty' | 'as-irregular';

  constructor(context: SummaryContext, irregular: readonly IrregularElement[], missing: 'empty' | 'as-irregular') {
    this.#context = context;
    this.#missing = missing;
    this.#irregular = new Map(irregular.map((entry) => [keyOf(entry), hexToBytes(entry.bytes)]));
  }

  /** @throws a codec error naming the element */
  write(place: ElementPlace, element: DataElement, given: ElementValue, regular?: Uint8Array): Uint8Array {
    const value = given === '' ? null : given;
    const options = codecOptions(this.#context);
    const kept = this.kept(place, element.sizeBytes);
    if (kept !== undefined) {
      if (value === null && this.#missing === 'as-irregular') return kept;
      if (decodeElement(element, kept, options).value === value) return kept;
    }
    if (value === null) return regular ?? emptyElement(element);
    return encodeElement(element, value, options);
  }

  /** Does the element say nothing, its kept bytes included where they count? */
  isEmpty(place: ElementPlace, element: DataElement, value: ElementValue): boolean {
    if (value !== null && value !== '') return false;
    const kept = this.#missing === 'as-irregular' ? this.kept(place, element.sizeBytes) : undefined;
    return kept === undefined || isEmptyElement(this.#context, element, kept);
  }

  kept(place: ElementPlace, sizeBytes: number): Uint8Array | undefined {
    const bytes = this.#irregular.get(keyOf(place));
    return bytes?.length === sizeBytes ? bytes : undefined;
  }
}

function keyOf({ file, record, element }: ElementPlace): string {
  return `${file}/${record ?? ''}/${element}`;
}

export function codedValue(profile: CardProfile, element: DataElement, code: string): CodedValue {
  if (element.meaning.kind !== 'code') return { code, zh: null, en: null };
  const { entries } = profile.codeTable(element.meaning.table);
  const text = entries.find((entry) => entry.code === code)?.text;
  return { code, zh: text?.zh ?? null, en: text?.en ?? null };
}

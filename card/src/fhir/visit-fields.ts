/**
 * The fields of a visit, or of one entry of its lists, on their way into resources: what has a place in FHIR is taken, the
 * rest goes into extensions of their own names, so that no field of the profile is lost.
 */
import type { CardProfile, DataElement } from '../profile/types.ts';
import type { CodedValue, SummaryVisit } from '../summary/types.ts';
import type { InpatientVisit, OutpatientVisit, VisitKind } from '../visits/types.ts';
import { pathOfVisitField, visitFieldValue, visitLayout } from '../visits/visit-layout.ts';
import type { CodeableConcept, Extension } from './fhir-types.ts';
import { extensionUrl } from './systems.ts';
import { concept, fhirText, fromDateTime, isFhirCode, tableCode, toDateTime, toNumber } from './values.ts';

export type AnyVisit = SummaryVisit<InpatientVisit | OutpatientVisit>;
type Value = string | boolean;

interface Field {
  readonly element: DataElement;
  readonly value: Value;
  readonly coded: CodedValue | undefined;
}

/** Name of the list and number of the entry, from 1; null: the visit itself. */
export interface EntryPlace {
  readonly list: string;
  readonly number: number;
}

export class EntryFields {
  readonly #kind: VisitKind;
  readonly #list: string | null;
  readonly #fields: Map<string, Field>;

  constructor(kind: VisitKind, list: string | null, fields: ReadonlyMap<string, Field>) {
    this.#kind = kind;
    this.#list = list;
    this.#fields = new Map(fields);
  }

  get empty(): boolean {
    return this.#fields.size === 0;
  }

  hasAny(names: readonly string[]): boolean {
    return names.some((name) => this.#fields.has(name));
  }

  /** A text that FHIR can hold; the field then needs no extension. */
  text(name: string): string | undefined {
    return fhirText(this.#take(name)?.value as string | undefined);
  }

  /** A code that FHIR can hold; another one (two spaces in a row) stays and becomes an extension. */
  code(name: string): string | undefined {
    const value = this.#fields.get(name)?.value;
    return typeof value === 'string' && isFhirCode(value) ? this.text(name) : undefined;
  }

  dateTime(name: string): string | undefined {
    const value = this.#take(name)?.value;
    return typeof value === 'string' ? toDateTime(value) : undefined;
  }

  number(name: string): number | undefined {
    const value = this.#take(name)?.value;
    return typeof value === 'string' ? toNumber(value) : undefined;
  }

  concept(name: string): CodeableConcept | undefined {
    const field = this.#take(name);
    return field === undefined ? undefined : conceptOf(field);
  }

  /** Only these, as extensions. */
  extensions(names: readonly string[]): readonly Extension[] {
    return names.flatMap((name) => {
      const field = this.#take(name);
      return field === undefined ? [] : this.#extension(name, field);
    });
  }

  /** Everything that has not been taken. */
  rest(): readonly Extension[] {
    return this.extensions([...this.#fields.keys()]);
  }

  #take(name: string): Field | undefined {
    const field = this.#fields.get(name);
    this.#fields.delete(name);
    return field;
  }

  #extension(name: string, field: Field): readonly Extension[] {
    const value = extensionValue(field);
    return value === undefined ? [] : [{ url: fieldUrl(this.#kind, this.#list, name), ...value }];
  }
}

function fieldUrl(kind: VisitKind, list: string | null, name: string): string {
  return extensionUrl([kind, ...(list === null ? [] : [list]), name].join('-'));
}

function conceptOf({ element, value, coded }: Field): CodeableConcept | undefined {
  if (element.meaning.kind !== 'code' || typeof value !== 'string') return undefined;
  return concept(element.meaning.table, coded ?? { code: value, zh: null, en: null });
}

function extensionValue(field: Field): Omit<Extension, 'url'> | undefined {
  const { element, value } = field;
  if (typeof value === 'boolean') return { valueBoolean: value };
  switch (element.meaning.kind) {
    case 'date':
      return { valueDate: value };
    case 'date-time':
      return { valueDateTime: toDateTime(value) };
    case 'decimal': {
      const valueDecimal = toNumber(value);
      return valueDecimal === undefined ? undefined : { valueDecimal };
    }
    case 'integer': {
      const valueUnsignedInt = toNumber(value);
      return valueUnsignedInt === undefined ? undefined : { valueUnsignedInt };
    }
    case 'code': {
      const valueCodeableConcept = conceptOf(field);
      return valueCodeableConcept === undefined || Object.keys(valueCodeableConcept).length === 0
        ? undefined
        : { valueCodeableConcept };
    }
    default: {
      const valueString = fhirText(value);
      return valueString === undefined ? undefined : { valueString };
    }
  }
}

/** Fields by list entry; the key null is the visit itself. */
export function fieldsOfVisit(
  profile: CardProfile,
  kind: VisitKind,
  { visit, codes }: AnyVisit,
): { readonly own: EntryFields; readonly entries: readonly (EntryPlace & { readonly fields: EntryFields })[] } {
  const own = new Map<string, Field>();
  const lists = new Map<string, Map<number, Map<string, Field>>>();
  for (const field of visitLayout(profile, kind).fields) {
    const value = visitFieldValue(visit, field) as Value | undefined;
    if (value === undefined) continue;
    const entry: Field = { element: field.element, value, coded: codes[pathOfVisitField(field)] };
    if (field.block === undefined) {
      own.set(field.name, entry);
      continue;
    }
    const { list, index } = field.block;
    const byNumber = lists.get(list) ?? new Map<number, Map<string, Field>>();
    lists.set(list, byNumber);
    const fields = byNumber.get(index + 1) ?? new Map<string, Field>();
    byNumber.set(index + 1, fields);
    fields.set(field.name, entry);
  }
  const entries = [...lists].flatMap(([list, byNumber]) =>
    [...byNumber].map(([number, fields]) => ({ list, number, fields: new EntryFields(kind, list, fields) })),
  );
  return { own: new EntryFields(kind, null, own), entries };
}

/** Reads back what `EntryFields` wrote as extensions. */
export class FieldReader {
  readonly #kind: VisitKind;
  readonly #elements: ReadonlyMap<string, readonly [name: string, element: DataElement]>;

  constructor(profile: CardProfile, kind: VisitKind) {
    this.#kind = kind;
    this.#elements = new Map(
      visitLayout(profile, kind).fields.map(({ element, name, block }) => [
        fieldUrl(kind, block?.list ?? null, name),
        [name, element] as const,
      ]),
    );
  }

  /** Code table of a field, for concepts that stand in a resource's own members. */
  tableOf(list: string | null, name: string): string {
    const [, element] = this.#elements.get(fieldUrl(this.#kind, list, name)) ?? [];
    if (element?.meaning.kind !== 'code') throw new RangeError(`${name} of ${list ?? 'the visit'} is not coded`);
    return element.meaning.table;
  }

  read(extensions: readonly Extension[] | undefined): Record<string, Value> {
    const values: Record<string, Value> = {};
    for (const extension of extensions ?? []) {
      const [name, element] = this.#elements.get(extension.url) ?? [];
      if (name === undefined || element === undefined) continue;
      const value = extensionToValue(extension, element);
      if (value !== undefined) values[name] = value;
    }
    return values;
  }
}

function extensionToValue(extension: Extension, { meaning }: DataElement): Value | undefined {
  if (extension.valueBoolean !== undefined) return extension.valueBoolean;
  if (meaning.kind === 'code') return tableCode(extension.valueCodeableConcept, meaning.table);
  if (meaning.kind === 'date-time') return fromDateTime(extension.valueDateTime);
  const number = extension.valueDecimal ?? extension.valueUnsignedInt;
  return number === undefined ? (extension.valueDate ?? extension.valueString) : String(number);
}

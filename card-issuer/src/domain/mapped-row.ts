/** A row of a file → what enrolment takes, by a mapping. Checks the form only; what a field may say is checked after. */
import type { FieldFault } from '@rhc/card/errors';
import { ROSTER_ROW_RULES } from './enrolment-rules.ts';
import type { ResidentField, ResidentInput } from './resident.ts';
import type { RosterMapping } from './roster-mappings.ts';

export interface MappedRow {
  /** Without the photo: the row only names its file. */
  readonly input: ResidentInput;
  /** As the row writes it; empty where it names none. */
  readonly photoFile: string;
  readonly faults: readonly FieldFault[];
  /** The column of the file for a field, for reports. */
  columnOf(field: string): string;
  /** What the file said for a field. */
  valueOf(field: string): string;
}

const LISTS = new Set<ResidentField>(['paymentMethods', 'alerts']);

/** Which position of a row feeds which field. @returns faults of the header when something needed is missing or unknown */
export function readHeader(
  header: readonly string[],
  mapping: RosterMapping,
): { readonly fields: readonly (ResidentField | null)[]; readonly faults: readonly FieldFault[] } {
  const names = header.map((name) => name.replace(/^\uFEFF/, '').trim());
  const unknown = names.filter((name) => name !== '' && !(name in mapping.columns));
  const twice = names.filter((name, index) => name !== '' && names.indexOf(name) !== index);
  const needed = Object.entries(mapping.columns).filter(([, field]) => field === 'name' || field === 'documentNumber');
  const missing = needed.filter(([column]) => !names.includes(column));
  const fault = (zh: string, en: string) => (field: string) => ({ field, rule: { zh, en } });
  return {
    fields: names.map((name) => mapping.columns[name] ?? null),
    faults: [
      ...missing.map(([column]) => fault('缺少这一列', 'this column is missing')(column)),
      ...unknown.map(fault('映射中没有这个列名', 'the mapping has no such column')),
      ...twice.map(fault('列名重复', 'this column occurs twice')),
    ],
  };
}

export function mapRow(
  cells: readonly string[],
  fields: readonly (ResidentField | null)[],
  mapping: RosterMapping,
): MappedRow {
  const values = new Map<string, string>(Object.entries(mapping.constants));
  fields.forEach((field, index) => {
    if (field !== null) values.set(field, (cells[index] ?? '').trim());
  });
  derive(values, mapping);
  const faults: FieldFault[] =
    cells.length === fields.length ? [] : [{ field: '(row)', ...ROSTER_ROW_RULES.cells(cells.length, fields.length) }];
  return {
    input: inputOf(values),
    photoFile: values.get('photo') ?? '',
    faults,
    columnOf: (path) => {
      const field = path.replace(/\[.*$/, '');
      const column = Object.entries(mapping.columns).find(([, mapped]) => mapped === field)?.[0] ?? field;
      return column + path.slice(field.length).replace(/\d+/, (n) => String(Number(n) + 1));
    },
    valueOf: (path) => values.get(path.replace(/\[.*$/, '')) ?? '',
  };
}

function derive(values: Map<string, string>, { derive: wanted }: RosterMapping): void {
  const number = values.get('documentNumber') ?? '';
  const missing = (field: (typeof wanted)[number]) => wanted.includes(field) && (values.get(field) ?? '') === '';
  if (/^\d{17}[\dXx]$/.test(number)) {
    if (missing('birthDate')) values.set('birthDate', number.slice(6, 14));
    if (missing('sex')) values.set('sex', Number(number.charAt(16)) % 2 === 1 ? '1' : '2');
  }
  if (missing('areaCode')) values.set('areaCode', (values.get('villageCode') ?? '').slice(0, 6));
}

const parts = (cell: string): string[] =>
  cell
    .split(/[;；、]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

function inputOf(values: ReadonlyMap<string, string>): ResidentInput {
  const text = (field: ResidentField) => values.get(field) ?? '';
  const plain = Object.fromEntries(
    [...values].filter(([field]) => !LISTS.has(field as ResidentField) && field !== 'photo'),
  );
  return {
    ...(plain as Partial<ResidentInput>),
    name: text('name'),
    sex: text('sex'),
    ethnicGroup: text('ethnicGroup'),
    birthDate: text('birthDate'),
    documentType: text('documentType'),
    documentNumber: text('documentNumber'),
    areaCode: text('areaCode'),
    paymentMethods: parts(text('paymentMethods')),
    alerts: parts(text('alerts')),
    allergies: parts(text('allergies')).map((part) => {
      const [substance = '', ...reaction] = part.split(/[:：]/);
      return { substance, reaction: reaction.join(':') };
    }),
    immunizations: parts(text('immunizations')).map((part) => {
      const at = part.lastIndexOf('@');
      return at < 0 ? { name: part, date: '' } : { name: part.slice(0, at), date: part.slice(at + 1) };
    }),
    otherDocuments: [],
    otherContacts: [],
  };
}

/** Enough to find the cell in one's own file, not enough to know the person: the ends of a value. */
export function masked(value: string): string {
  const characters = [...value];
  if (characters.length <= 1) return characters.length === 0 ? '' : '*';
  if (characters.length <= 4) return `${characters[0]}${'*'.repeat(characters.length - 1)}`;
  return `${characters[0]}${'*'.repeat(characters.length - 2)}${characters.at(-1)}`;
}

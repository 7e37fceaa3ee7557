/**
 * The roster of residents as CSV: UTF-8 (with or without BOM) or GB 18030, declared or detected, with the Chinese
 * column names below in its first line. Rows become ResidentInput; nothing is checked here but the form of the table.
 */
import type { FieldFault } from '@rhc/card/errors';
import { CsvError, parse } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import { issuerErrors } from '../errors.ts';
import type { ResidentInput } from './resident.ts';
import { ROSTER_COLUMNS } from './roster-columns.ts';

type RosterColumn = keyof typeof ROSTER_COLUMNS;
const COLUMN_NAMES = Object.keys(ROSTER_COLUMNS) as RosterColumn[];
const COLUMN_OF_FIELD = new Map<string, string>(COLUMN_NAMES.map((column) => [ROSTER_COLUMNS[column], column]));

export type RosterEncoding = 'utf-8' | 'gb18030';

export interface RosterRow {
  /** Line of the data, 1 = the first after the header. */
  readonly row: number;
  readonly input: ResidentInput;
  /** Faults of the row's own form (a photo that was not sent along, an immunization without a date). */
  readonly faults: readonly FieldFault[];
}

/**
 * @param photos JPEG files that lie beside the roster, by file name
 * @throws ROSTER_UNREADABLE when it is no such table
 */
export function readRoster(
  bytes: Uint8Array,
  options: { encoding?: RosterEncoding | undefined; photos?: ReadonlyMap<string, Uint8Array> } = {},
): { encoding: RosterEncoding; rows: RosterRow[] } {
  const encoding = options.encoding ?? detectEncoding(bytes);
  const [header, ...records] = parseTable(decodeRoster(bytes, encoding));
  checkHeader(header ?? []);
  const photos = options.photos ?? new Map<string, Uint8Array>();
  const rows = records.map((cells, index) => {
    const value = (column: RosterColumn) => (cells[(header ?? []).indexOf(column)] ?? '').trim();
    return rosterRow(index + 1, value, photos);
  });
  return { encoding, rows };
}

/** The roster's column for a field path such as `allergies[1]`; the path itself where there is none. */
export function columnOfField(path: string): string {
  const field = path.replace(/\[.*$/, '');
  return (COLUMN_OF_FIELD.get(field) ?? field) + path.slice(field.length).replace(/\d+/, (n) => String(Number(n) + 1));
}

/** UTF-8 when the bytes are valid UTF-8 (GB 18030 text of any length almost never is), else GB 18030. */
export function detectEncoding(bytes: Uint8Array): RosterEncoding {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'utf-8';
  } catch {
    return 'gb18030';
  }
}

function decodeRoster(bytes: Uint8Array, encoding: RosterEncoding): string {
  if (encoding === 'gb18030') return iconv.decode(bytes, 'gb18030');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable('(file)', '声明为 UTF-8，但内容不是有效的 UTF-8', 'is declared UTF-8 but is not', cause);
  }
}

function parseTable(text: string): string[][] {
  try {
    return parse(text, { bom: true, skip_empty_lines: true, relax_column_count: false }) as string[][];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = String((error as { lines?: unknown }).lines ?? '?');
    throw unreadable(
      `第 ${line} 行`,
      '列数与标题行不符，或引号未配对',
      'has another number of cells than the header, or an open quote',
      error,
    );
  }
}

function checkHeader(header: readonly string[]): void {
  const names = header.map((name) => name.trim());
  const missing = COLUMN_NAMES.filter((column) => !names.includes(column));
  const unknown = names.filter((name) => !(name in ROSTER_COLUMNS));
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const faults: FieldFault[] = [
    ...missing.map((field) => ({ field, rule: { zh: '缺少这一列', en: 'this column is missing' } })),
    ...unknown.map((field) => ({ field, rule: { zh: '没有这个列名', en: 'there is no such column' } })),
    ...twice.map((field) => ({ field, rule: { zh: '列名重复', en: 'this column occurs twice' } })),
  ];
  if (faults.length > 0) throw issuerErrors.make('ROSTER_UNREADABLE', { fields: faults });
}

function rosterRow(
  row: number,
  value: (column: RosterColumn) => string,
  photos: ReadonlyMap<string, Uint8Array>,
): RosterRow {
  const faults: FieldFault[] = [];
  const photoName = value('照片');
  const photo = photos.get(photoName);
  if (photoName !== '' && photo === undefined) {
    faults.push({
      field: 'photo',
      rule: { zh: `没有收到照片文件 ${photoName}`, en: `the photo ${photoName} was not sent along` },
    });
  }
  const immunizations = list(value('免疫')).map((part) => {
    const at = part.lastIndexOf('@');
    return at < 0 ? { name: part, date: '' } : { name: part.slice(0, at), date: part.slice(at + 1) };
  });
  const allergies = list(value('过敏')).map((part) => {
    const [substance = '', ...reaction] = part.split(/[:：]/);
    return { substance, reaction: reaction.join(':') };
  });
  const input: ResidentInput = {
    name: value('姓名'),
    sex: value('性别'),
    ethnicGroup: value('民族'),
    birthDate: value('出生日期'),
    documentType: value('证件类别'),
    documentNumber: value('证件号码'),
    areaCode: value('地区代码'),
    householdAddress: value('户籍地址'),
    currentAddress: value('现住址'),
    phone: value('本人电话'),
    contactName: value('联系人姓名'),
    contactRelationship: value('联系人关系'),
    contactPhone: value('联系人电话'),
    paymentMethods: list(value('付费方式')),
    bloodAbo: value('ABO血型'),
    bloodRh: value('RH血型'),
    alerts: list(value('警示')),
    otherAlert: value('其他警示'),
    allergies,
    immunizations,
    education: value('文化程度'),
    marital: value('婚姻状况'),
    occupation: value('职业'),
    ehrNumber: value('健康档案编号'),
    ruralSchemeNumber: value('新农合号'),
    photo,
  };
  return { row, input, faults };
}

function list(cell: string): string[] {
  return cell
    .split(/[;；]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function unreadable(field: string, zh: string, en: string, cause: unknown) {
  return issuerErrors.make('ROSTER_UNREADABLE', { fields: [{ field, rule: { zh, en } }], cause });
}

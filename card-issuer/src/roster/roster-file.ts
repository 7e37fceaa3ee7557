/** The file of an import: what it is, its sealed parts, its rows as a stream (CSV in UTF-8 or GB 18030, XLSX, a ZIP of either). */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FieldFault } from '@rhc/card/errors';
import { parse } from 'csv-parse';
import iconv from 'iconv-lite';
import { readSheet } from 'read-excel-file/node';
import { type Charset, charsetOf } from '../domain/charset.ts';
import { issuerErrors } from '../errors.ts';
import { type Database, imports } from '../store/index.ts';
import { MAX_PACKAGE_BYTES, NO_PHOTOS, openPackage, type RosterPhotos } from './roster-package.ts';

const PART_BYTES = 1024 * 1024;
const START_BYTES = 64;
/** A workbook is unzipped whole in memory: some 20 bytes of heap a byte of file. */
const MAX_WORKBOOK_BYTES = 32 * 1024 * 1024;

export interface ReadRow {
  readonly row: number;
  readonly cells: readonly string[];
}
export const EMPTY_FILE: FieldFault = { field: '(file)', rule: { zh: '文件没有内容', en: 'the file is empty' } };

/** @throws ROSTER_UNREADABLE for a file that has to be held in memory and is too large for that */
export function requireSize({ format, bytes }: Pick<imports.RosterImport, 'format' | 'bytes'>): void {
  const most = { csv: Number.POSITIVE_INFINITY, xlsx: MAX_WORKBOOK_BYTES, zip: MAX_PACKAGE_BYTES }[format];
  if (bytes <= most) return;
  const size = `${Math.ceil(bytes / 1024 / 1024)} MB`;
  const limit = `${most / 1024 / 1024} MB`;
  const rule =
    format === 'xlsx'
      ? {
          zh: `工作簿 ${size}，最大 ${limit}：请另存为 CSV`,
          en: `a workbook of ${size}, at most ${limit}: save it as CSV`,
        }
      : { zh: `ZIP ${size}，最大 ${limit}：请分成几个`, en: `a ZIP of ${size}, at most ${limit}: split it` };
  throw issuerErrors.make('ROSTER_UNREADABLE', { fields: [{ field: '(file)', rule }] });
}

/** Of the first entry of a workbook (ECMA-376 part 2), whoever wrote it. */
const WORKBOOK_START = /^(\[Content_Types\]\.xml|_rels\/|docProps\/|xl\/|customXml\/)/;
/** APPNOTE.TXT 4.3.7: a ZIP begins with its first entry's header, whose name stands at offset 30. */
function formatOf(start: Buffer): imports.RosterImport['format'] {
  if (start.subarray(0, 2).toString('latin1') !== 'PK') return 'csv';
  return WORKBOOK_START.test(start.subarray(30).toString('latin1')) ? 'xlsx' : 'zip';
}

export async function* inParts(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of file) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes < PART_BYTES) continue;
    yield Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(held);
}

/** What is to be known of a file before it is read: format, encoding, size, lines. */
export class FileLook {
  readonly #hash = createHash('sha256');
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true });
  #isUtf8 = true;
  #bytes = 0;
  #lines = 0;
  #start = Buffer.alloc(0);

  see(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    if (this.#start.length < START_BYTES) this.#start = Buffer.concat([this.#start, chunk.subarray(0, START_BYTES)]);
    this.#bytes += chunk.length;
    for (const byte of chunk) if (byte === 0x0a) this.#lines += 1;
    if (!this.#isUtf8) return;
    try {
      this.#utf8.decode(chunk, { stream: true });
    } catch {
      this.#isUtf8 = false;
    }
  }

  seen() {
    const format = formatOf(this.#start);
    return {
      format,
      encoding: this.#isUtf8 ? ('utf-8' as const) : ('gb18030' as const),
      bytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
      rowsTotal: format === 'csv' ? Math.max(0, this.#lines - 1) : 0,
    };
  }
}

export interface OpenedRoster {
  /** Header first (row 0), then the rows of data from 1 on; empty lines are no rows. */
  readonly rows: AsyncIterable<ReadRow>;
  readonly photos: RosterPhotos;
}

/** @throws ROSTER_UNREADABLE, also while its rows are read */
export async function openRoster(database: Database, job: imports.RosterImport): Promise<OpenedRoster> {
  if (job.format === 'csv') return { rows: csvRows(partsOf(database, job.id), job.encoding), photos: NO_PHOTOS };
  const chunks: Uint8Array[] = [];
  for await (const chunk of partsOf(database, job.id)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (job.format === 'xlsx') return { rows: workbookRows(bytes), photos: NO_PHOTOS };
  return openRosterPackage(bytes);
}

/** @throws ROSTER_UNREADABLE, also while its rows are read */
export function openRosterPackage(zip: Uint8Array): OpenedRoster {
  const { table, photos } = openPackage(zip);
  const rows = /\.xlsx$/i.test(table.name) ? workbookRows(table.bytes) : csvRows([table.bytes], charsetOf(table.bytes));
  return { rows, photos };
}

async function* csvRows(
  bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  charset: Charset,
): AsyncGenerator<ReadRow> {
  const text = Readable.from(bytes).pipe(iconv.decodeStream(charset));
  const parser = text.pipe(parse({ bom: true, skip_empty_lines: true, relax_column_count: true, relax_quotes: true }));
  let row = 0;
  for await (const cells of parser as AsyncIterable<string[]>) {
    yield { row, cells };
    row += 1;
  }
}

async function* partsOf(database: Database, id: string): AsyncGenerator<Uint8Array> {
  for (let part = 0; ; part++) {
    const bytes = await imports.readPart(database, id, part);
    if (bytes === null) return;
    yield bytes;
  }
}

/** The first sheet as texts; days as people write them. */
async function* workbookRows(file: Uint8Array): AsyncGenerator<ReadRow> {
  const sheet = await readSheet(Buffer.from(file)).catch((cause: unknown) => {
    const rule = { zh: '不是可读的 XLSX 工作簿', en: 'is no workbook (XLSX) that can be read' };
    throw issuerErrors.make('ROSTER_UNREADABLE', { fields: [{ field: '(file)', rule }], cause });
  });
  let row = 0;
  for (const cells of sheet) {
    if (cells.every((cell) => cell === null)) continue;
    yield {
      row,
      cells: cells.map((cell) => (cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell ?? ''))),
    };
    row += 1;
  }
}

/** The file of an import: what it is, its sealed parts, its rows as a stream (CSV in UTF-8 or GB 18030, XLSX). */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FieldFault } from '@rhc/card/errors';
import { parse } from 'csv-parse';
import iconv from 'iconv-lite';
import { readSheet } from 'read-excel-file/node';
import { issuerErrors } from '../errors.ts';
import { type Database, imports } from '../store/index.ts';

const PART_BYTES = 1024 * 1024;
/** A workbook is unzipped whole in memory: some 20 bytes of heap a byte of file. */
export const MAX_WORKBOOK_BYTES = 32 * 1024 * 1024;

export interface ReadRow {
  readonly row: number;
  readonly cells: readonly string[];
}
export const EMPTY_FILE: FieldFault = { field: '(file)', rule: { zh: '文件没有内容', en: 'the file is empty' } };

export function tooLarge(bytes: number) {
  const megabytes = Math.ceil(bytes / 1024 / 1024);
  const rule = {
    zh: `工作簿 ${megabytes} MB，最大 ${MAX_WORKBOOK_BYTES / 1024 / 1024} MB：请另存为 CSV`,
    en: `a workbook of ${megabytes} MB, at most ${MAX_WORKBOOK_BYTES / 1024 / 1024}: save it as CSV`,
  };
  return issuerErrors.make('ROSTER_UNREADABLE', { fields: [{ field: '(file)', rule }] });
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
    if (this.#start.length < 4) this.#start = Buffer.concat([this.#start, chunk.subarray(0, 4)]);
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
    const format = this.#start.subarray(0, 2).toString('latin1') === 'PK' ? ('xlsx' as const) : ('csv' as const);
    return {
      format,
      encoding: this.#isUtf8 ? ('utf-8' as const) : ('gb18030' as const),
      bytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
      rowsTotal: format === 'csv' ? Math.max(0, this.#lines - 1) : 0,
    };
  }
}

/** Header first (row 0), then the rows of data from 1 on; empty lines are no rows. */
export async function* readRows(database: Database, job: imports.RosterImport): AsyncGenerator<ReadRow> {
  let row = 0;
  if (job.format === 'xlsx') {
    const chunks: Uint8Array[] = [];
    for await (const chunk of partsOf(database, job.id)) chunks.push(chunk);
    for (const cells of await workbookRows(Buffer.concat(chunks))) {
      yield { row, cells };
      row += 1;
    }
    return;
  }
  const text = Readable.from(partsOf(database, job.id)).pipe(iconv.decodeStream(job.encoding));
  const parser = text.pipe(parse({ bom: true, skip_empty_lines: true, relax_column_count: true, relax_quotes: true }));
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
async function workbookRows(file: Uint8Array): Promise<string[][]> {
  try {
    const sheet = await readSheet(Buffer.from(file));
    return sheet
      .filter((cells) => cells.some((cell) => cell !== null))
      .map((cells) =>
        cells.map((cell) => (cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell ?? ''))),
      );
  } catch (cause) {
    const rule = { zh: '不是可读的 XLSX 工作簿', en: 'is no workbook (XLSX) that can be read' };
    throw issuerErrors.make('ROSTER_UNREADABLE', { fields: [{ field: '(file)', rule }], cause });
  }
}

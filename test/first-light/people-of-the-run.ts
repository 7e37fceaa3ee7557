/** What the roster says of its (invented) people, in every form in which it could stand in a log or a database. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import type { Secret } from './secrets-of-the-run.ts';

const COLUMNS = ['姓名', '证件号码', '户籍地址', '现住址', '本人电话', '联系人姓名', '联系人电话'];

export function peopleOfTheRoster(root: string): Secret[] {
  const bytes = readFileSync(join(root, 'test-vectors/residents/pilot-roster.csv'));
  const rows = parse(iconv.decode(bytes, 'gb18030'), { columns: true }) as Record<string, string>[];
  const values = new Map<string, string>();
  rows.forEach((row, index) => {
    for (const column of COLUMNS) {
      const value = row[column] ?? '';
      if ([...value].length > 1) values.set(value, `${column} of row ${index + 1}`);
    }
  });
  return [...values].map(([value, name]) => {
    const octets = [Buffer.from(value), iconv.encode(value, 'gb18030')];
    const hex = octets.map((bytes) => bytes.toString('hex'));
    const texts = [encodeURIComponent(value), ...hex, ...hex.map((text) => text.toUpperCase())];
    return { name, forms: [...octets, ...texts.map((text) => Buffer.from(text))] };
  });
}

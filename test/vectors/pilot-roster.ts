/** The pilot roster through the issuer's own reader and validation, and what is expected of each of its rows. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { z } from 'zod';
import { readHeader } from '../../card-issuer/src/domain/mapped-row.ts';
import { ROSTER_PRESETS } from '../../card-issuer/src/domain/roster-mappings.ts';
import { openRosterPackage } from '../../card-issuer/src/roster/roster-file.ts';
import { type CheckedRow, checkRow, type HeaderFields } from '../../card-issuer/src/roster/roster-row.ts';
import { vectorFolder } from './vector-files.ts';

const folder = join(vectorFolder, 'residents');
export const expected = z
  .object({
    count: z.int(),
    taken: z.int(),
    refused: z.int(),
    rows: z.array(
      z.discriminatedUnion('outcome', [
        z.object({ row: z.int(), name: z.string(), outcome: z.literal('taken') }),
        z.object({ row: z.int(), name: z.string(), outcome: z.literal('refused'), field: z.string() }),
      ]),
    ),
  })
  .parse(JSON.parse(readFileSync(join(folder, 'pilot-roster.expected.json'), 'utf8')));

export const photos = new Map(
  readdirSync(join(folder, 'photos')).map((name) => [`photos/${name}`, readFileSync(join(folder, 'photos', name))]),
);
export const roster = readFileSync(join(folder, 'pilot-roster.csv'));

/** In the order of the roster; a row that is refused has no resident. */
export async function checkedRoster(): Promise<readonly CheckedRow[]> {
  const mapping = ROSTER_PRESETS.find(({ source }) => source === 'rhc');
  if (mapping === undefined) throw new Error('no preset for our own roster');
  const opened = openRosterPackage(zipSync({ 'pilot-roster.csv': roster, ...Object.fromEntries(photos) }));
  const checked: CheckedRow[] = [];
  let fields: HeaderFields = [];
  const seen = new Map<string, number>();
  for await (const read of opened.rows) {
    if (read.row > 0) checked.push(checkRow(read, fields, mapping, opened.photos, '2026-11-22', seen));
    else {
      const header = readHeader(read.cells, mapping);
      if (header.faults.length > 0) throw new Error(`header: ${JSON.stringify(header.faults)}`);
      fields = header.fields;
    }
  }
  return checked;
}

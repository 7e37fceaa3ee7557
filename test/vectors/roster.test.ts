/**
 * The pilot roster through the issuer's own reader and validation: each row is taken or refused as
 * pilot-roster.expected.json says, and refused for that one field only. Every JPEG beside it fits the card.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import { z } from 'zod';
import { charsetOf } from '../../card-issuer/src/domain/charset.ts';
import { readHeader } from '../../card-issuer/src/domain/mapped-row.ts';
import { ROSTER_PRESETS } from '../../card-issuer/src/domain/roster-mappings.ts';
import { openRosterPackage } from '../../card-issuer/src/roster/roster-file.ts';
import { type CheckedRow, checkRow, type HeaderFields } from '../../card-issuer/src/roster/roster-row.ts';
import { vectorFolder } from './vector-files.ts';

const folder = join(vectorFolder, 'residents');
const expected = z
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

const photos = new Map(
  readdirSync(join(folder, 'photos')).map((name) => [`photos/${name}`, readFileSync(join(folder, 'photos', name))]),
);
const roster = readFileSync(join(folder, 'pilot-roster.csv'));
const mapping = ROSTER_PRESETS.find(({ source }) => source === 'rhc');
const checked: CheckedRow[] = [];
beforeAll(async () => {
  if (mapping === undefined) throw new Error('no preset for our own roster');
  const opened = openRosterPackage(zipSync({ 'pilot-roster.csv': roster, ...Object.fromEntries(photos) }));
  let fields: HeaderFields = [];
  const seen = new Map<string, number>();
  for await (const read of opened.rows) {
    if (read.row > 0) checked.push(checkRow(read, fields, mapping, opened.photos, '2026-11-22', seen));
    else {
      const header = readHeader(read.cells, mapping);
      expect(header.faults).toEqual([]);
      fields = header.fields;
    }
  }
});

describe('pilot roster', () => {
  test('is GB 18030 and has the rows that are expected', () => {
    expect(charsetOf(roster)).toBe('gb18030');
    expect(checked.map(({ row, mapped }) => ({ row, name: mapped.input.name }))).toEqual(
      expected.rows.map(({ row, name }) => ({ row, name })),
    );
    expect(checked).toHaveLength(expected.count);
    expect(expected.taken + expected.refused).toBe(expected.count);
  });

  test.each(expected.rows)('row $row $name is $outcome', (wanted) => {
    const row = checked[wanted.row - 1];
    if (row === undefined) throw new Error(`no row ${wanted.row}`);
    const fields = row.faults.map(({ field }) => row.mapped.columnOf(field));
    expect(fields).toEqual(wanted.outcome === 'taken' ? [] : [wanted.field]);
    expect(row.resident === null).toBe(wanted.outcome === 'refused');
  });

  test('a photo that a row names is in its record', () => {
    const named = checked.filter(({ mapped, resident }) => resident !== null && mapped.photoFile !== '');
    expect(named.length).toBeGreaterThan(0);
    for (const { mapped, resident } of named) {
      expect(resident?.photo).toBe(photos.get(mapped.photoFile)?.toString('base64'));
    }
  });
});

test('photos fit the card', () => {
  expect(photos.size).toBeGreaterThan(0);
  for (const photo of photos.values()) {
    expect(photo.length).toBeLessThanOrEqual(3072);
    expect(photo.subarray(0, 3).toString('hex')).toBe('ffd8ff');
  }
});

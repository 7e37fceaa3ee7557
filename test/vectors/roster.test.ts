/**
 * The pilot roster through the issuer's own reader and validation: each row is taken or refused as
 * pilot-roster.expected.json says, and refused for that one field only. Every JPEG beside it fits the card.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { columnOfField, readRoster } from '../../card-issuer/src/domain/roster.ts';
import { validateResident } from '../../card-issuer/src/domain/validate-resident.ts';
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
const roster = readRoster(readFileSync(join(folder, 'pilot-roster.csv')), { photos });

describe('pilot roster', () => {
  test('is GB 18030 and has the rows that are expected', () => {
    expect(roster.encoding).toBe('gb18030');
    expect(roster.rows.map(({ row, input }) => ({ row, name: input.name }))).toEqual(
      expected.rows.map(({ row, name }) => ({ row, name })),
    );
    expect(roster.rows).toHaveLength(expected.count);
    expect(expected.taken + expected.refused).toBe(expected.count);
  });

  test.each(expected.rows)('row $row $name is $outcome', (wanted) => {
    const row = roster.rows[wanted.row - 1];
    if (row === undefined) throw new Error(`no row ${wanted.row}`);
    expect(row.faults).toEqual([]);
    const validation = validateResident(row.input, '2026-11-22');
    const fields = validation.ok ? [] : validation.faults.map((fault) => columnOfField(fault.field));
    expect(fields).toEqual(wanted.outcome === 'taken' ? [] : [wanted.field]);
  });
});

test('photos fit the card', () => {
  expect(photos.size).toBeGreaterThan(0);
  for (const photo of photos.values()) {
    expect(photo.length).toBeLessThanOrEqual(3072);
    expect(photo.subarray(0, 3).toString('hex')).toBe('ffd8ff');
  }
});

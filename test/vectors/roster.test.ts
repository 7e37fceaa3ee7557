/**
 * The pilot roster through the issuer's own reader and validation: each row is taken or refused as
 * pilot-roster.expected.json says, and refused for that one field only. Every JPEG beside it fits the card.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { charsetOf } from '../../card-issuer/src/domain/charset.ts';
import type { CheckedRow } from '../../card-issuer/src/roster/roster-row.ts';
import { checkedRoster, expected, photos, roster } from './pilot-roster.ts';

let checked: readonly CheckedRow[] = [];
beforeAll(async () => {
  checked = await checkedRoster();
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

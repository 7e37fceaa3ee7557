/** Counts of divisions as published for Hebei since 2020: 49 districts, 21 county-level cities, 91 + 6 counties. */
import { describe, expect, test } from '@jest/globals';
import { ethnicGroup } from './gb-3304.ts';
import { gbt2260Hebei, regionFullName, regionName } from './gb-t-2260-hebei.ts';

const codes = gbt2260Hebei.entries.map((entry) => entry.code);
const counties = gbt2260Hebei.entries.filter(({ code }) => !code.endsWith('00') && !code.endsWith('01'));

describe('GB/T 2260, Hebei', () => {
  test('1 province, 11 prefecture cities with their 市辖区 codes, 167 divisions of county level', () => {
    expect(codes.filter((code) => code.endsWith('00'))).toEqual([
      ...['130000', '130100', '130200', '130300', '130400', '130500', '130600'],
      ...['130700', '130800', '130900', '131000', '131100'],
    ]);
    expect(codes.filter((code) => code.endsWith('01'))).toHaveLength(11);
    expect(counties).toHaveLength(167);
    expect(codes).toHaveLength(1 + 11 + 11 + 167);
    expect([...codes].sort()).toEqual(codes);
  });

  test('49 districts, 21 county-level cities, 91 counties, 6 autonomous counties, told by code and by name', () => {
    const ending = (suffix: string) => counties.filter(({ text }) => text.zh.endsWith(suffix));
    expect(ending('区').map(({ code }) => Number(code.slice(4)) <= 20)).toEqual(Array(49).fill(true));
    expect(ending('市').map(({ code }) => Number(code.slice(4)) >= 81)).toEqual(Array(21).fill(true));
    expect(ending('自治县')).toHaveLength(6);
    expect(ending('县').map(({ code }) => /[2-3]/.test(code.charAt(4)))).toEqual(Array(97).fill(true));
    expect(ending('自治县').map(({ text }) => text.en.endsWith(' Autonomous County'))).toEqual(Array(6).fill(true));
  });

  test('names and full names', () => {
    expect(regionName('130102')).toEqual({ zh: '长安区', en: "Chang'an District" });
    expect(regionFullName('130703')?.zh).toBe('河北省张家口市桥西区');
    expect(regionFullName('130101')?.zh).toBe('河北省石家庄市市辖区');
    expect(regionFullName('130000')?.zh).toBe('河北省');
    expect(regionName('139999')).toBeUndefined();
  });
});

test('GB 3304 has the groups 01 to 56, every name once', () => {
  expect(ethnicGroup.entries.map(({ code }) => Number(code))).toEqual(Array.from({ length: 56 }, (_, k) => k + 1));
  expect(new Set(ethnicGroup.entries.map(({ text }) => text.zh)).size).toBe(56);
  expect(new Set(ethnicGroup.entries.map(({ text }) => text.en)).size).toBe(56);
});

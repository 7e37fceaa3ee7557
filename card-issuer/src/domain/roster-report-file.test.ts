/** The report file is read back by the CSV library that reads rosters. */
import { expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { rosterReportFile } from './roster-report-file.ts';

test('a line a fault, quoted, and no formula', () => {
  const rule = (zh: string) => ({ zh, en: 'rule, "quoted"' });
  const file = rosterReportFile([
    { row: 1, outcome: 'taken', name: '张三', faults: [], nextStep: null },
    {
      row: 2,
      outcome: 'refused',
      name: '=HYPERLINK("x")',
      faults: [
        { field: '性别', rule: rule('甲，\n乙') },
        { field: '姓名', rule: rule('丙') },
      ],
      nextStep: { zh: '更正', en: 'correct it' },
    },
  ]);
  expect(file.startsWith('\uFEFF行,')).toBe(true);
  expect((parse(file, { bom: true }) as string[][]).slice(1)).toEqual([
    ['1', '登记', '张三', '', '', '', '', ''],
    ['2', '拒绝', `'=HYPERLINK("x")`, '性别', '甲，\n乙', '更正', 'rule, "quoted"', 'correct it'],
    ['2', '拒绝', `'=HYPERLINK("x")`, '姓名', '丙', '更正', 'rule, "quoted"', 'correct it'],
  ]);
});

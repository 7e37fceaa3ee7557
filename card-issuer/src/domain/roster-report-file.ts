/** The report of a roster import as a CSV file that spreadsheets open: one line a fault, one line a row without fault. */
import type { FieldFault, Text } from '@rhc/card/errors';
import { csvFile } from './csv-file.ts';

export interface ReportedRow {
  readonly row: number;
  readonly outcome: 'taken' | 'known' | 'refused';
  readonly name: string;
  readonly faults: readonly FieldFault[];
  readonly nextStep: Text | null;
}

const HEADER = ['行', '结果', '姓名', '字段', '规则', '下一步', 'rule', 'next step'];
const OUTCOMES = { taken: '登记', known: '已登记', refused: '拒绝' } as const;

export function rosterReportFile(report: readonly ReportedRow[]): string {
  const lines = report.flatMap(({ row, outcome, name, faults, nextStep }) => {
    const start = [String(row), OUTCOMES[outcome], name];
    const step = [nextStep?.zh ?? '', nextStep?.en ?? ''] as const;
    if (faults.length === 0) return [[...start, '', '', step[0], '', step[1]]];
    return faults.map(({ field, rule }) => [...start, field, rule.zh, step[0], rule.en, step[1]]);
  });
  return csvFile([HEADER, ...lines]);
}

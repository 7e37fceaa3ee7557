/** The report of an import as a file: CSV (UTF-8 with mark, RFC 4180) or XLSX, one line a fault. */
import type { FieldFault, Text } from '@rhc/card/errors';
import writeExcelFile from 'write-excel-file/node';

export interface ReportLine {
  readonly row: number;
  readonly outcome: 'taken' | 'known' | 'refused';
  readonly name: string;
  readonly faults: readonly (FieldFault & { readonly value: string })[];
  readonly nextStep: Text | null;
}

const HEADER = ['行', '结果', '姓名', '字段', '值', '规则', '下一步', 'rule', 'next step'];
const OUTCOMES = { taken: '登记', known: '已登记', refused: '拒绝' } as const;
/** A sheet has 1,048,576 rows; the header is one. */
export const MAX_SHEET_LINES = 1_048_575;

function cellsOf({ row, outcome, name, faults, nextStep }: ReportLine): string[][] {
  const start = [String(row), OUTCOMES[outcome], name];
  if (faults.length === 0) return [[...start, '', '', '', nextStep?.zh ?? '', '', nextStep?.en ?? '']];
  return faults.map((fault) => {
    const remedy = fault.nextStep ?? nextStep ?? { zh: '', en: '' };
    return [...start, fault.field, fault.value, fault.rule.zh, remedy.zh, fault.rule.en, remedy.en];
  });
}

/** Piece by piece, so that a report of a million lines is never one text. */
export async function* importReportCsv(pages: AsyncIterable<readonly ReportLine[]>): AsyncGenerator<string> {
  yield `\uFEFF${line(HEADER)}`;
  for await (const page of pages) yield page.flatMap(cellsOf).map(line).join('');
}

export async function importReportXlsx(pages: AsyncIterable<readonly ReportLine[]>): Promise<Buffer> {
  const lines: string[][] = [];
  for await (const page of pages) {
    for (const cells of page.flatMap(cellsOf)) if (lines.length < MAX_SHEET_LINES) lines.push(cells);
  }
  const rows = [HEADER, ...lines].map((cells) => cells.map((value) => ({ value, type: String })));
  return writeExcelFile(rows).toBuffer();
}

const line = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`;

/** A text from a roster must not become a formula in the clerk's spreadsheet. */
function cell(text: string): string {
  const tame = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}

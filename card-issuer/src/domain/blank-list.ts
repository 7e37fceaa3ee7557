/** A supplier's list of blanks: CSV with 箱号 (box) and 芯片序列号 (the card factor, 8 bytes as hex), UTF-8 or GB 18030. */
import type { FieldFault } from '@rhc/card/errors';
import { CsvError, parse } from 'csv-parse/sync';
import { issuerErrors } from '../errors.ts';
import { textOf } from './charset.ts';

const BOX_COLUMN = '箱号';
const CHIP_COLUMN = '芯片序列号';

export interface BlankListRow {
  /** Line of the data, 1 = the first after the header. */
  readonly row: number;
  readonly box: string;
  /** 16 upper-case hex digits, when there is no fault. */
  readonly cardFactor: string;
  readonly faults: readonly FieldFault[];
}

/** @throws STOCK_LIST_UNREADABLE */
export function readBlankList(bytes: Uint8Array): BlankListRow[] {
  const [header = [], ...records] = table(textOf(bytes));
  const names = header.map((name) => name.trim());
  const box = names.indexOf(BOX_COLUMN);
  const chip = names.indexOf(CHIP_COLUMN);
  if (box < 0 || chip < 0) throw issuerErrors.make('STOCK_LIST_UNREADABLE', { detail: 'a column is missing' });
  const seen = new Set<string>();
  return records.map((cells, index) => {
    const row = {
      row: index + 1,
      box: (cells[box] ?? '').trim(),
      cardFactor: (cells[chip] ?? '').trim().toUpperCase(),
    };
    const faults = rowFaults(row, seen);
    seen.add(row.cardFactor);
    return { ...row, faults };
  });
}

function table(text: string): string[][] {
  try {
    return parse(text, { bom: true, skip_empty_lines: true }) as string[][];
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw issuerErrors.make('STOCK_LIST_UNREADABLE', { cause });
  }
}

/** What a row of the list, or the books, can say against a chip. */
export const BLANK_LIST_RULES = {
  box: {
    field: BOX_COLUMN,
    rule: { zh: '应为 1–40 位字母、数字、点或横线', en: '1 to 40 letters, digits, dots or hyphens' },
    nextStep: { zh: '照箱体标签填写箱号', en: "Write the number on the box's label" },
  },
  chip: {
    field: CHIP_COLUMN,
    rule: { zh: '应为 16 位十六进制数字', en: '16 hexadecimal digits' },
    nextStep: { zh: '请供应商重发清单', en: 'Ask the supplier for the list again' },
  },
  chipAgain: {
    field: CHIP_COLUMN,
    rule: { zh: '本清单中重复', en: 'stands twice in this list' },
    nextStep: { zh: '请供应商核对这两行,重发清单', en: 'Ask the supplier which of the two rows holds' },
  },
  chipKnown: {
    field: CHIP_COLUMN,
    rule: { zh: '已经入库或已经使用', en: 'is in the books or in use already' },
    nextStep: {
      zh: '清单发过的不必再收;不是的,封存这张卡并报供应商',
      en: 'A list received before needs nothing; else seal the card and tell the supplier',
    },
  },
} as const satisfies Record<string, FieldFault>;

function rowFaults(row: { box: string; cardFactor: string }, seen: ReadonlySet<string>): FieldFault[] {
  const faults: FieldFault[] = [];
  if (!/^[\w.-]{1,40}$/.test(row.box)) faults.push(BLANK_LIST_RULES.box);
  if (!/^[0-9A-F]{16}$/.test(row.cardFactor)) faults.push(BLANK_LIST_RULES.chip);
  else if (seen.has(row.cardFactor)) faults.push(BLANK_LIST_RULES.chipAgain);
  return faults;
}

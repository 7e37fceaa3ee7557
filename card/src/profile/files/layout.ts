/**
 * The short forms in which the files below are written: one row an element, a repeated block once with its count.
 * Items and offsets stand in the rows as the tables print them, so that a reader can hold both side by side.
 */
import type { Access, CardKeySlotName, DataElement, ElementMeaning, PlacedElement, StorageType } from '../types.ts';

export const TEXT: ElementMeaning = { kind: 'text' };
export const DIGIT_TEXT: ElementMeaning = { kind: 'digit-text' };
export const DATE: ElementMeaning = { kind: 'date' };
export const DATE_TIME: ElementMeaning = { kind: 'date-time' };
export const DIGITS: ElementMeaning = { kind: 'digits' };
export const INTEGER: ElementMeaning = { kind: 'integer' };
/** Amounts and doses are N..n,2 in DD (CARD-FACTS 1.2, 1.5, 1.6). */
export const DECIMAL: ElementMeaning = { kind: 'decimal', fractionDigits: 2 };
export const FLAG: ElementMeaning = { kind: 'flag' };
export const BYTES: ElementMeaning = { kind: 'bytes' };
export const code = (table: string): ElementMeaning => ({ kind: 'code', table });

export const FREE: Access = { kind: 'free' };
export const NEVER: Access = { kind: 'never' };
export const key = (slot: CardKeySlotName): Access => ({ kind: 'key', slot });

/** item (or step within a block), id, zh, en, storage, size in bytes, meaning. */
export type Row = readonly [number, string, string, string, StorageType, number, ElementMeaning];
/** The same with the offset in front. */
export type PlacedRow = readonly [offset: number, ...Row];

function element([item, id, zh, en, storage, sizeBytes, meaning]: Row, clause: string): DataElement {
  return { id, item, text: { zh, en }, storage, sizeBytes, meaning, clause: `${clause}, 表8-2 item ${item}` };
}

export function elements(clause: string, rows: readonly Row[]): readonly DataElement[] {
  return rows.map((row) => element(row, clause));
}

export function placed(clause: string, rows: readonly PlacedRow[]): readonly PlacedElement[] {
  return rows.map(([offset, ...row]) => ({ ...element(row, clause), offset }));
}

export interface RepeatedBlock {
  /** `inpatient.diagnosis` gives `inpatient.diagnosis1.name` and so on. */
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly count: number;
  readonly firstItem: number;
  readonly firstOffset: number;
  readonly strideBytes: number;
  /** Offset and item count from the block's beginning; items follow one another in every block of the national tables. */
  readonly rows: readonly PlacedRow[];
}

export function repeated(clause: string, block: RepeatedBlock): readonly PlacedElement[] {
  const copies = Array.from({ length: block.count }, (_, k) =>
    placed(
      clause,
      block.rows.map(
        ([offset, step, id, zh, en, storage, sizeBytes, meaning]): PlacedRow => [
          block.firstOffset + k * block.strideBytes + offset,
          block.firstItem + k * block.rows.length + step,
          `${block.id}${k + 1}.${id}`,
          `${block.zh}${k + 1}${zh}`,
          `${block.en} ${k + 1}: ${en}`,
          storage,
          sizeBytes,
          meaning,
        ],
      ),
    ),
  );
  return copies.flat();
}

/** Content size of a TLV record file: tag, length and value of every record (CARD-FACTS 1.3). */
export function tlvSizeBytes(list: readonly DataElement[]): number {
  return list.reduce((sum, { sizeBytes }) => sum + 2 + sizeBytes, 0);
}

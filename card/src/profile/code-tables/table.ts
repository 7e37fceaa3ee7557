/**
 * The short form in which code tables are written. A code stands as the card's interface shows it: two digits where the
 * element is cn1, the number where it is b1, the characters where it is ans (CARD-FACTS 1.2, "interface view").
 */
import { defineCodeTable } from '../define.ts';
import type { CodeTable } from '../types.ts';

export type CodeRow = readonly [code: string, zh: string, en: string];

export function codeTable(id: string, zh: string, en: string, standard: string, rows: readonly CodeRow[]): CodeTable {
  return defineCodeTable({
    id,
    text: { zh, en },
    standard,
    entries: rows.map(([code, codeZh, codeEn]) => ({ code, text: { zh: codeZh, en: codeEn } })),
  });
}

/** A table that is cited but whose values could not be established: every code is taken as it stands. */
export function codeTableNotFound(id: string, zh: string, en: string, standard: string): CodeTable {
  return defineCodeTable({ id, text: { zh, en }, standard, source: 'not found', entries: [] });
}

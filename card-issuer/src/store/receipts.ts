/** Receipts: numbered without gaps, one for every operation that a holder takes paper away from. No personal data. */
import type { ReasonCode } from '../domain/card-reasons.ts';
import { nextCount } from './counters.ts';
import type { Database } from './database.ts';
import { inPages, type ListPage } from './list-pages.ts';
import { integer } from './rows.ts';

export interface Receipt {
  readonly number: number;
  readonly cardId: string;
  /** A move of the life cycle, or `replace`. */
  readonly operation: string;
  readonly reason: ReasonCode;
  readonly feeFen: number;
  /** End of a temporary loss. */
  readonly validUntil: string | null;
  readonly actor: string;
  readonly at: string;
}

export async function insertReceipt(transaction: Database, receipt: Omit<Receipt, 'number'>): Promise<Receipt> {
  const number = await nextCount(transaction, 'receipt');
  await transaction('receipts').insert({
    number,
    card_id: receipt.cardId,
    operation: receipt.operation,
    reason: receipt.reason,
    fee_fen: receipt.feeFen,
    valid_until: receipt.validUntil,
    actor: receipt.actor,
    at: receipt.at,
  });
  return { number, ...receipt };
}

/** Oldest first. */
export async function listReceipts(database: Database, cardId: string, page: ListPage): Promise<Receipt[]> {
  const query = database('receipts').where({ card_id: cardId });
  inPages(query, [{ column: 'number', order: 'asc' }], page);
  const rows = (await query) as {
    number: unknown;
    card_id: string;
    operation: string;
    reason: ReasonCode;
    fee_fen: unknown;
    valid_until: string | null;
    actor: string;
    at: string;
  }[];
  return rows.map((row) => ({
    number: integer(row.number),
    cardId: row.card_id,
    operation: row.operation,
    reason: row.reason,
    feeFen: integer(row.fee_fen),
    validUntil: row.valid_until,
    actor: row.actor,
    at: row.at,
  }));
}

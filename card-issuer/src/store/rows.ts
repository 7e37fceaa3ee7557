/** What a row is, and the few conversions between rows and types: JSON columns, and integers that pg gives as text. */
import type { CardState } from '../domain/card-state.ts';

export function parseJson<T>(text: string): T {
  return JSON.parse(text) as T;
}

export function integer(value: unknown): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError('the database gave no whole number');
  return number;
}

export interface CardRow {
  readonly id: string;
  readonly resident_id: string;
  readonly state: CardState;
  readonly card_number: string;
  readonly issue_serial: string;
  readonly card_factor: string | null;
  readonly issue_date: string | null;
  readonly expiry_date: string | null;
  readonly card_data: string | null;
  readonly verdict: string | null;
  readonly ordered_at: string;
  readonly personalized_at: string | null;
  readonly activated_at: string | null;
  readonly spoil_reason: string | null;
  readonly replaces: string | null;
  readonly suspended_until: string | null;
  readonly medical_copy: string | null;
  readonly ordered_by: string | null;
  readonly reviewed_by: string | null;
}

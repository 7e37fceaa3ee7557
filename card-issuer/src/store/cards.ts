/** Card orders. A change of state names the state it starts from in its WHERE, so that two writers cannot both win. */
import type { CardData, ElementValue } from '@rhc/card/personalization';
import { type CardMove, type CardState, nextCardState, USABLE_CARD_STATES } from '../domain/card-state.ts';
import type { MedicalCopy } from '../domain/medical-copy.ts';
import { issuerErrors } from '../errors.ts';
import { insertCardMove, type MoveSigned } from './card-moves.ts';
import { nextCount } from './counters.ts';
import type { Database } from './database.ts';
import { personalDataOf } from './personal-data.ts';
import { type CardRow, integer, parseJson } from './rows.ts';

export interface Card {
  readonly id: string;
  readonly residentId: string;
  readonly state: CardState;
  readonly cardNumber: string;
  readonly issueSerial: string;
  readonly cardFactor: string | null;
  readonly issueDate: string | null;
  readonly expiryDate: string | null;
  readonly verdict: CardVerdict | null;
  readonly orderedAt: string;
  readonly personalizedAt: string | null;
  readonly activatedAt: string | null;
  readonly spoilReason: string | null;
  /** The card that this one takes the place of. */
  readonly replaces: string | null;
  /** End of a temporary loss; null in every other state. */
  readonly suspendedUntil: string | null;
  /** Null: ordered before it was written down. */
  readonly orderedBy: string | null;
  /** Who had reviewed the enrolment; null: nobody had to. Never who ordered. */
  readonly reviewedBy: string | null;
}

/** What the chip proved; made only from a complete read-back. */
export interface CardVerdict {
  readonly readBack: { readonly equal: boolean; readonly bytes: number; readonly differences: number };
  readonly genuine: boolean;
  /** Status word (4 hex digits) with which the chip refused the undispersed root; null when an earlier run saw it. */
  readonly negativeControl: string | null;
  readonly initialState: string;
  readonly keys: readonly { readonly slot: string; readonly version: number; readonly kcv: string }[];
}

export function cardOf(database: Database, row: CardRow): Card {
  return {
    id: row.id,
    residentId: row.resident_id,
    state: row.state,
    cardNumber:
      row.card_number === '' ? '' : personalDataOf(database).open(`cards.card_number/${row.id}`, row.card_number),
    issueSerial: row.issue_serial,
    cardFactor: row.card_factor,
    issueDate: row.issue_date,
    expiryDate: row.expiry_date,
    verdict: row.verdict === null ? null : parseJson<CardVerdict>(row.verdict),
    orderedAt: row.ordered_at,
    personalizedAt: row.personalized_at,
    activatedAt: row.activated_at,
    spoilReason: row.spoil_reason,
    replaces: row.replaces,
    suspendedUntil: row.suspended_until,
    orderedBy: row.ordered_by,
    reviewedBy: row.reviewed_by,
  };
}

export async function insertCard(
  database: Database,
  card: Pick<Card, 'id' | 'residentId' | 'cardNumber' | 'issueSerial' | 'orderedAt' | 'orderedBy' | 'reviewedBy'> & {
    readonly replaces?: string;
    readonly medicalCopy?: MedicalCopy | null;
  },
): Promise<void> {
  const vault = personalDataOf(database);
  await database('cards').insert({
    id: card.id,
    resident_id: card.residentId,
    state: 'ordered',
    card_number: vault.seal(`cards.card_number/${card.id}`, card.cardNumber),
    issue_serial: card.issueSerial,
    ordered_at: card.orderedAt,
    ordered_by: card.orderedBy,
    reviewed_by: card.reviewedBy,
    replaces: card.replaces ?? null,
    medical_copy:
      card.medicalCopy == null ? null : vault.seal(`cards.medical_copy/${card.id}`, JSON.stringify(card.medicalCopy)),
  });
}

export async function findCard(database: Database, id: string): Promise<Card | null> {
  const row = await database<CardRow>('cards').where({ id }).first();
  return row === undefined ? null : cardOf(database, row as CardRow);
}

/** The card that holds this chip, if any is in use. */
export async function findCardByFactor(database: Database, cardFactor: string): Promise<Card | null> {
  const row = await database<CardRow>('cards')
    .where({ card_factor: cardFactor })
    .whereNot({ state: 'spoiled' })
    .first();
  return row === undefined ? null : cardOf(database, row as CardRow);
}

/** Of each of these chips the card that it belongs to; a chip of none is absent. */
export async function ownersOfChips(
  database: Database,
  cardFactors: readonly string[],
): Promise<Map<string, { readonly id: string; readonly state: CardState }>> {
  const rows = await database<CardRow>('cards')
    .whereIn('card_factor', [...cardFactors])
    .whereNot({ state: 'spoiled' })
    .select('id', 'state', 'card_factor');
  return new Map(rows.map(({ id, state, card_factor }) => [card_factor as string, { id, state }]));
}

export async function listCards(
  database: Database,
  filter: {
    readonly issueSerial?: string | undefined;
    readonly residentId?: string | undefined;
    readonly state?: CardState | undefined;
    readonly limit: number;
    /** Newest first: what was ordered before this one. */
    readonly before?: { readonly at: string; readonly id: string } | null;
  },
): Promise<Card[]> {
  const query = database<CardRow>('cards')
    .orderBy([
      { column: 'ordered_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(filter.limit);
  const { before } = filter;
  if (before != null) {
    query.where((older) => {
      older.where('ordered_at', '<', before.at).orWhere((same) => {
        same.where('ordered_at', before.at).where('id', '<', before.id);
      });
    });
  }
  if (filter.issueSerial !== undefined) query.where({ issue_serial: filter.issueSerial });
  if (filter.residentId !== undefined) query.where({ resident_id: filter.residentId });
  if (filter.state !== undefined) query.where({ state: filter.state });
  return ((await query) as CardRow[]).map((row) => cardOf(database, row));
}

/** Orders that wait and that no reader works for, oldest first: what a bureau can make. */
export async function listOldestOrdered(database: Database, limit: number): Promise<Card[]> {
  const rows = await database<CardRow>('cards')
    .where({ state: 'ordered' })
    .whereNotExists(database('jobs').whereRaw('jobs.card_id = cards.id').select('jobs.id'))
    .orderBy(['ordered_at', 'id'])
    .limit(limit);
  return (rows as CardRow[]).map((row) => cardOf(database, row));
}

export async function countCardsByState(database: Database): Promise<Record<string, number>> {
  const rows = (await database('cards').select('state').count({ total: '*' }).groupBy('state')) as unknown as {
    state: string;
    total: unknown;
  }[];
  return Object.fromEntries(rows.map((row) => [row.state, integer(row.total)]));
}

/** The card that takes the place of this one, waste left aside. */
export async function findSuccessor(database: Database, id: string): Promise<Card | null> {
  const row = await database<CardRow>('cards').where({ replaces: id }).whereNot({ state: 'spoiled' }).first();
  return row === undefined ? null : cardOf(database, row as CardRow);
}

/** Cards whose temporary loss ended at or before `at`. */
export async function listLapsed(database: Database, at: string, limit: number): Promise<Card[]> {
  const rows = await database<CardRow>('cards')
    .where({ state: 'suspended' })
    .where('suspended_until', '<=', at)
    .orderBy('suspended_until')
    .limit(limit);
  return (rows as CardRow[]).map((row) => cardOf(database, row));
}

/** Cards in use whose last day of validity is before `day`. */
export async function listOverdue(database: Database, day: string, limit: number): Promise<Card[]> {
  const rows = await database<CardRow>('cards')
    .whereIn('state', [...USABLE_CARD_STATES])
    .where('expiry_date', '<', day)
    .orderBy('expiry_date')
    .limit(limit);
  return (rows as CardRow[]).map((row) => cardOf(database, row));
}

/** What the new card takes over from the card that it replaces; null for a first card. */
export async function findMedicalCopy(database: Database, id: string): Promise<MedicalCopy | null> {
  const row = (await database('cards').where({ id }).first('medical_copy')) as { medical_copy: string | null };
  if (row.medical_copy === null) return null;
  return parseJson<MedicalCopy>(personalDataOf(database).open(`cards.medical_copy/${id}`, row.medical_copy));
}

/**
 * Moves a card along the table of transitions, writes `changes` with it and the move itself beside it. Call it inside a
 * transaction: card, move and event are written together or not at all.
 * @throws CARD_STATE_FORBIDS, also when another writer was faster
 */
export async function moveCard(
  database: Database,
  card: Pick<Card, 'id' | 'state'>,
  move: CardMove,
  signed: MoveSigned,
  changes: Readonly<Partial<Record<keyof CardRow, string | null>>> = {},
): Promise<CardState> {
  const to = nextCardState(card.state, move);
  const changed = await database('cards')
    .where({ id: card.id, state: card.state })
    .update({ suspended_until: null, ...changes, state: to });
  if (changed !== 1) throw issuerErrors.make('CARD_STATE_FORBIDS', { detail: `${move}: state had changed meanwhile` });
  await insertCardMove(database, { cardId: card.id, move, from: card.state, to, ...signed });
  return to;
}

/** The card's frozen content; null before a chip is bound. */
export async function findCardData(database: Database, id: string): Promise<CardData | null> {
  const row = await database<CardRow>('cards').where({ id }).first('card_data');
  const text = (row as Pick<CardRow, 'card_data'> | undefined)?.card_data ?? null;
  if (text === null) return null;
  const frozen = parseJson<FrozenCardData>(personalDataOf(database).open(`cards.card_data/${id}`, text));
  return { ...frozen, photo: frozen.photo === null ? null : new Uint8Array(Buffer.from(frozen.photo, 'base64')) };
}

interface FrozenCardData {
  readonly elements: Readonly<Record<string, ElementValue>>;
  readonly allergies: CardData['allergies'];
  readonly immunizations: CardData['immunizations'];
  readonly photo: string | null;
}

/** Sealed, as it stands in the card's row. */
export function freezeCardData(database: Database, cardId: string, data: CardData): string {
  const frozen: FrozenCardData = {
    elements: data.elements,
    allergies: data.allergies,
    immunizations: data.immunizations,
    photo: data.photo === null ? null : Buffer.from(data.photo).toString('base64'),
  };
  return personalDataOf(database).seal(`cards.card_data/${cardId}`, JSON.stringify(frozen));
}

/** The server's copy after the chip took a change. */
export async function saveCardData(database: Database, id: string, data: CardData): Promise<void> {
  await database('cards')
    .where({ id })
    .update({ card_data: freezeCardData(database, id, data) });
}

/** The next value of the counter that issue serials are made of. Inside a transaction: it is used or given back whole. */
export function nextIssueCounter(transaction: Database): Promise<number> {
  return nextCount(transaction, 'issue-serial');
}

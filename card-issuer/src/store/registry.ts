/** What the higher registration centre is told, in the order of moves; and the lists that came from elsewhere. */
import type { CardMove, CardState } from '../domain/card-state.ts';
import type { Database } from './database.ts';
import { inPages, type ListPage } from './list-pages.ts';
import { personalDataOf } from './personal-data.ts';
import { integer } from './rows.ts';

export interface ReportedMove {
  /** Place of the move in line: the cursor of the next page. */
  readonly sequence: number;
  readonly at: string;
  readonly move: CardMove;
  readonly state: CardState;
  readonly reason: string | null;
  readonly issueSerial: string;
  readonly cardNumber: string;
  readonly cardFactor: string | null;
  readonly areaCode: string;
  readonly documentType: string;
  readonly issueDate: string | null;
  readonly expiryDate: string | null;
}

/** Moves after a place, in line; call `givePlaces` first. */
export async function listMoves(
  database: Database,
  page: { readonly after: number; readonly limit: number },
): Promise<ReportedMove[]> {
  const vault = personalDataOf(database);
  const rows = (await database('card_moves as m')
    .join('cards as c', 'c.id', 'm.card_id')
    .join('residents as r', 'r.id', 'c.resident_id')
    .where('m.position', '>', page.after)
    .orderBy('m.position')
    .limit(page.limit)
    .select(
      'm.position as sequence',
      'm.at',
      'm.move',
      'm.to_state as state',
      'm.reason',
      'c.id',
      'c.issue_serial as issueSerial',
    )
    .select('c.card_number as sealed', 'c.card_factor as cardFactor', 'c.issue_date as issueDate')
    .select('c.expiry_date as expiryDate', 'r.area_code as areaCode', 'r.document_type as documentType')) as (Omit<
    ReportedMove,
    'sequence' | 'cardNumber'
  > & { sequence: unknown; sealed: string; id: string })[];
  return rows.map(({ id, sealed, sequence, ...row }) => ({
    ...row,
    sequence: integer(sequence),
    cardNumber: sealed === '' ? '' : vault.open(`cards.card_number/${id}`, sealed),
    // Free text of waste is nobody else's business.
    reason: row.move === 'spoil' ? null : row.reason,
  }));
}

export interface ForeignHotlist {
  readonly provinceCode: string;
  readonly version: number;
  readonly madeAt: string;
  readonly entries: number;
  readonly keyId: string;
  readonly importedBy: string;
  readonly importedAt: string;
}

/** False when a newer or the same version is there. */
export async function saveForeignHotlist(
  database: Database,
  list: ForeignHotlist & { readonly file: Uint8Array },
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const row = (await transaction('foreign_hotlists').where({ province_code: list.provinceCode }).first('version')) as
      | { version: unknown }
      | undefined;
    if (row !== undefined && integer(row.version) >= list.version) return false;
    await transaction('foreign_hotlists')
      .insert({
        province_code: list.provinceCode,
        version: list.version,
        made_at: list.madeAt,
        entries: list.entries,
        key_id: list.keyId,
        file: Buffer.from(list.file),
        imported_by: list.importedBy,
        imported_at: list.importedAt,
      })
      .onConflict('province_code')
      .merge();
    return true;
  });
}

/** By province. */
export async function listForeignHotlists(database: Database, page?: ListPage): Promise<ForeignHotlist[]> {
  const query = database('foreign_hotlists');
  inPages(query, [{ column: 'province_code', order: 'asc' }], page);
  const rows = (await query
    .select('province_code as provinceCode', 'version', 'made_at as madeAt', 'entries', 'key_id as keyId')
    .select('imported_by as importedBy', 'imported_at as importedAt')) as (Omit<
    ForeignHotlist,
    'version' | 'entries'
  > & {
    version: unknown;
    entries: unknown;
  })[];
  return rows.map((row) => ({ ...row, version: integer(row.version), entries: integer(row.entries) }));
}

export async function findForeignFile(
  database: Database,
  provinceCode: string,
): Promise<{ readonly version: number; readonly file: Uint8Array } | null> {
  const row = (await database('foreign_hotlists').where({ province_code: provinceCode }).first('version', 'file')) as
    | { version: unknown; file: Uint8Array }
    | undefined;
  return row === undefined ? null : { version: integer(row.version), file: new Uint8Array(row.file) };
}

/** Null when no card of ours has the serial. */
export async function findStateBySerial(database: Database, issueSerial: string): Promise<CardState | null> {
  const row = (await database('cards').where({ issue_serial: issueSerial }).first('state')) as
    | { state: CardState }
    | undefined;
  return row?.state ?? null;
}

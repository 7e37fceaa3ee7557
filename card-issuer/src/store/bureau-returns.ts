/** Return files of a card bureau, and what each returned line came to. */
import type { LineFault, ReturnLine } from '../domain/bureau/index.ts';
import type { Database } from './database.ts';
import { integer, parseJson } from './rows.ts';

export interface BureauReturn {
  readonly id: string;
  readonly orderId: string;
  readonly sequence: number;
  readonly sha256: string;
  readonly signer: string;
  readonly final: boolean;
  readonly lines: number;
  readonly state: 'taking' | 'taken';
  readonly takenBy: string;
  readonly takenAt: string;
}

interface ReturnRow {
  readonly id: string;
  readonly order_id: string;
  readonly sequence: unknown;
  readonly sha256: string;
  readonly signer: string;
  readonly final: unknown;
  readonly lines: unknown;
  readonly state: BureauReturn['state'];
  readonly taken_by: string;
  readonly taken_at: string;
}
const RETURN_COLUMNS = 'id,order_id,sequence,sha256,signer,final,lines,state,taken_by,taken_at'.split(',');

const returnOf = (row: ReturnRow): BureauReturn => ({
  id: row.id,
  orderId: row.order_id,
  sequence: integer(row.sequence),
  sha256: row.sha256,
  signer: row.signer,
  final: integer(row.final) === 1,
  lines: integer(row.lines),
  state: row.state,
  takenBy: row.taken_by,
  takenAt: row.taken_at,
});

export async function insertReturn(
  transaction: Database,
  entry: Omit<BureauReturn, 'state'> & { readonly file: Uint8Array },
): Promise<void> {
  await transaction('bureau_returns').insert({
    id: entry.id,
    order_id: entry.orderId,
    sequence: entry.sequence,
    sha256: entry.sha256,
    file: Buffer.from(entry.file),
    signer: entry.signer,
    final: entry.final ? 1 : 0,
    lines: entry.lines,
    state: 'taking',
    taken_by: entry.takenBy,
    taken_at: entry.takenAt,
  });
}

export async function listReturns(
  database: Database,
  filter: { readonly orderId?: string; readonly id?: string; readonly sha256?: string; readonly state?: 'taking' },
): Promise<BureauReturn[]> {
  const query = database('bureau_returns').orderBy(['order_id', 'sequence']).select(RETURN_COLUMNS);
  if (filter.orderId !== undefined) query.where({ order_id: filter.orderId });
  if (filter.id !== undefined) query.where({ id: filter.id });
  if (filter.sha256 !== undefined) query.where({ sha256: filter.sha256 });
  if (filter.state !== undefined) query.where({ state: filter.state });
  return ((await query) as ReturnRow[]).map(returnOf);
}

export async function findReturnFile(database: Database, id: string): Promise<Uint8Array | null> {
  const row = (await database('bureau_returns').where({ id }).first('file')) as { file: Uint8Array } | undefined;
  return row === undefined ? null : new Uint8Array(row.file);
}

export async function endReturn(transaction: Database, id: string): Promise<void> {
  await transaction('bureau_returns').where({ id }).update({ state: 'taken' });
}

export interface ReturnedLine {
  readonly line: number;
  readonly issueSerial: string | null;
  readonly outcome: ReturnLine['outcome'] | null;
  readonly result: 'accepted' | 'known' | 'refused';
  readonly fault: LineFault | null;
}

/** A line that two nodes take at once violates the primary key. */
export async function insertReturnedLine(
  transaction: Database,
  returnId: string,
  { line, issueSerial, outcome, result, fault }: ReturnedLine,
): Promise<void> {
  await transaction('bureau_return_lines').insert({
    return_id: returnId,
    line,
    issue_serial: issueSerial,
    outcome,
    result,
    fault: fault === null ? null : JSON.stringify(fault),
  });
}

export async function listReturnedLines(database: Database, returnId: string): Promise<ReturnedLine[]> {
  const rows = (await database('bureau_return_lines').where({ return_id: returnId }).orderBy('line')) as {
    line: unknown;
    issue_serial: string | null;
    outcome: ReturnedLine['outcome'];
    result: ReturnedLine['result'];
    fault: string | null;
  }[];
  return rows.map((row) => ({
    line: integer(row.line),
    issueSerial: row.issue_serial,
    outcome: row.outcome,
    result: row.result,
    fault: row.fault === null ? null : parseJson(row.fault),
  }));
}

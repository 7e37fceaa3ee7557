/**
 * Import of a roster: every row is taken, known already, or refused with its fields, rules and next step. Rows stand
 * alone: a refused row leaves nothing behind and hinders no other. Written in parts of 500 rows, so that a large roster
 * neither blocks the database nor is lost whole; sent again, rows that were taken are simply known.
 */
import type { FieldFault, Text } from '@rhc/card/errors';
import type { Clock } from './clock.ts';
import { dayInChina } from './clock.ts';
import { type Resident, sameResident } from './domain/resident.ts';
import { columnOfField, type RosterEncoding, type RosterRow, readRoster } from './domain/roster.ts';
import { validateResident } from './domain/validate-resident.ts';
import { issuerErrors } from './errors.ts';
import type { Residents } from './residents.ts';
import { type Database, residents } from './store/index.ts';

export interface RosterRowReport {
  readonly row: number;
  readonly outcome: 'taken' | 'known' | 'refused';
  readonly name: string;
  /** Null when refused, and in a dry run. */
  readonly residentId: string | null;
  /** Field = column of the roster. */
  readonly faults: readonly FieldFault[];
  readonly nextStep: Text | null;
}

export interface RosterReport {
  readonly encoding: RosterEncoding;
  readonly dryRun: boolean;
  readonly rows: number;
  readonly taken: number;
  readonly known: number;
  readonly refused: number;
  readonly report: readonly RosterRowReport[];
}

const ROWS_AT_ONCE = 500;

export async function importRoster(
  parts: { database: Database; clock: Clock; residents: Residents },
  bytes: Uint8Array,
  options: { encoding?: RosterEncoding | undefined; dryRun?: boolean; photos?: ReadonlyMap<string, Uint8Array> } = {},
): Promise<RosterReport> {
  const { encoding, rows } = readRoster(bytes, options);
  const dryRun = options.dryRun ?? false;
  const today = dayInChina(parts.clock.nowMs());
  const seen = new Map<string, number>();
  const report: RosterRowReport[] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const part = rows.slice(from, from + ROWS_AT_ONCE).map((row) => checkRow(row, today, seen));
    report.push(
      ...(await parts.database.transaction((transaction) => takeRows(parts.residents, transaction, part, dryRun))),
    );
  }
  const count = (outcome: RosterRowReport['outcome']) => report.filter((row) => row.outcome === outcome).length;
  return {
    encoding,
    dryRun,
    rows: rows.length,
    taken: count('taken'),
    known: count('known'),
    refused: count('refused'),
    report,
  };
}

type CheckedRow = {
  readonly row: RosterRow;
  readonly faults: readonly FieldFault[];
  readonly resident: Resident | null;
};

function checkRow(row: RosterRow, today: string, seen: Map<string, number>): CheckedRow {
  const checked = validateResident(row.input, today);
  const faults = [...row.faults, ...(checked.ok ? [] : checked.faults)];
  if (!checked.ok || faults.length > 0) return { row, faults, resident: null };
  const key = `${checked.resident.documentType}/${checked.resident.documentNumber}`;
  const first = seen.get(key);
  if (first !== undefined) {
    const rule = { zh: `与第 ${first} 行的证件号码相同`, en: `is the document number of row ${first} again` };
    return { row, faults: [{ field: 'documentNumber', rule }], resident: null };
  }
  seen.set(key, row.row);
  return { row, faults: [], resident: checked.resident };
}

async function takeRows(
  register: Residents,
  transaction: Database,
  rows: readonly CheckedRow[],
  dryRun: boolean,
): Promise<RosterRowReport[]> {
  const numbers = rows.flatMap(({ resident }) => resident?.documentNumber ?? []);
  const enrolled = await residents.findResidentsByDocument(transaction, numbers);
  const before = new Map(enrolled.map((entry) => [entry.resident.documentNumber, entry]));
  const reports: RosterRowReport[] = [];
  for (const { row, faults, resident } of rows) {
    const name = row.input.name;
    if (resident === null) {
      reports.push(refused(row.row, name, faults, issuerErrors.table.RESIDENT_REFUSED.nextStep));
      continue;
    }
    const known = before.get(resident.documentNumber);
    if (known !== undefined && !sameResident(known.resident, resident)) {
      const { message, nextStep } = issuerErrors.table.RESIDENT_ALREADY_ENROLLED;
      reports.push(refused(row.row, name, [{ field: 'documentNumber', rule: message }], nextStep));
      continue;
    }
    const residentId = known?.id ?? (dryRun ? null : (await register.enrolValidated(transaction, resident)).id);
    reports.push({
      row: row.row,
      outcome: known === undefined ? 'taken' : 'known',
      name,
      residentId,
      faults: [],
      nextStep: null,
    });
  }
  return reports;
}

function refused(row: number, name: string, faults: readonly FieldFault[], nextStep: Text): RosterRowReport {
  const named = faults.map(({ field, rule }) => ({ field: columnOfField(field), rule }));
  return { row, outcome: 'refused', name, residentId: null, faults: named, nextStep };
}

/** One row of an import: mapped, checked, and how its refusal is told without the value. */
import type { FieldFault } from '@rhc/card/errors';
import { ROSTER_ROW_RULES } from '../domain/enrolment-rules.ts';
import { type MappedRow, mapRow, masked, type readHeader } from '../domain/mapped-row.ts';
import type { Resident } from '../domain/resident.ts';
import type { RosterMapping } from '../domain/roster-mappings.ts';
import { validateResident } from '../domain/validate-resident.ts';
import { issuerErrors } from '../errors.ts';
import type { imports } from '../store/index.ts';
import type { ReadRow } from './roster-file.ts';
import type { RosterPhotos } from './roster-package.ts';

export interface CheckedRow {
  readonly row: number;
  readonly mapped: MappedRow;
  readonly faults: readonly FieldFault[];
  readonly resident: Resident | null;
}

export type HeaderFields = ReturnType<typeof readHeader>['fields'];

export function checkRow(
  { row, cells }: ReadRow,
  fields: HeaderFields,
  mapping: RosterMapping,
  photos: RosterPhotos,
  today: string,
  seen: Map<string, number>,
): CheckedRow {
  const mapped = mapRow(cells, fields, mapping);
  if (mapped.faults.length > 0) return { row, mapped, faults: mapped.faults, resident: null };
  const { photo, fault } = photos.find(mapped.photoFile, mapped.input.documentNumber);
  const checked = validateResident(photo === null ? mapped.input : { ...mapped.input, photo }, today);
  const faults: FieldFault[] = [
    ...(checked.ok ? [] : checked.faults),
    ...(fault === null ? [] : [{ field: 'photo', ...fault }]),
  ];
  if (!checked.ok || faults.length > 0) return { row, mapped, faults, resident: null };
  const { documentType, documentNumber } = checked.resident;
  const key = `${documentType}/${documentNumber}`;
  const first = documentNumber === '' ? undefined : seen.get(key);
  if (first !== undefined) {
    const faults = [{ field: 'documentNumber', ...ROSTER_ROW_RULES.numberAgain(first) }];
    return { row, mapped, faults, resident: null };
  }
  seen.set(key, row);
  return { row, mapped, faults: [], resident: checked.resident };
}

/** Field, masked value, rule and remedy of every fault, and the next step for the row. */
export function refusedRow(row: number, mapped: MappedRow, faults: readonly FieldFault[]): imports.ImportedRow {
  return {
    row,
    outcome: 'refused',
    residentId: null,
    name: masked(mapped.input.name),
    faults: faults.map((fault) => ({
      ...fault,
      field: mapped.columnOf(fault.field),
      value: masked(mapped.valueOf(fault.field)),
    })),
    nextStep: issuerErrors.table.RESIDENT_REFUSED.nextStep,
  };
}

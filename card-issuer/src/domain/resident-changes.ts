/** What differs between two versions of a resident, field by field. */
import type { Resident } from './resident.ts';

export interface FieldChange {
  readonly field: string;
  readonly old: unknown;
  readonly new: unknown;
}

/** A photo is named as changed and not kept twice. */
export function changesBetween(before: Resident, after: Resident): FieldChange[] {
  return (Object.keys(after) as (keyof Resident)[])
    .filter((field) => JSON.stringify(before[field] ?? null) !== JSON.stringify(after[field] ?? null))
    .map((field) =>
      field === 'photo'
        ? { field, old: before.photo === null ? null : '(photo)', new: after.photo === null ? null : '(photo)' }
        : { field, old: before[field] ?? null, new: after[field] ?? null },
    );
}

/** What the forms want, and what the card must still hold for it (compare-and-set against what was read). */
import type { PatchWish, VisitWish } from '../../src/contract/index.ts';
import type { Reading } from './agent-streams.ts';

/** The card has three places for allergies; the oldest gives way. */
export const ALLERGY_PLACES = 3;

export interface PatchForm {
  readonly phone: string;
  readonly substance: string;
  readonly reaction: string;
  /** Flags of the alerts that shall stand; null: not touched. */
  readonly flags: readonly string[] | null;
}

export const EMPTY_PATCH: PatchForm = { phone: '', substance: '', reaction: '', flags: null };

export const flagsOf = ({ alerts = [] }: Reading) => alerts.filter(({ value }) => typeof value === 'boolean');

/** Null: the form asks for nothing. */
export function patchOf(form: PatchForm, reading: Reading): { patch: PatchWish; expected: PatchWish } | null {
  const patch: PatchWish = {};
  const expected: PatchWish = {};
  const phone = form.phone.trim();
  const substance = form.substance.trim();
  if (phone !== '') {
    patch.phone1 = phone;
    expected.phone1 = reading.identity.find(({ id }) => id === 'phone1')?.value ?? null;
  }
  if (substance !== '') {
    const held = reading.allergies ?? [];
    patch.allergies = [{ substance, reaction: form.reaction.trim() }, ...held].slice(0, ALLERGY_PLACES);
    expected.allergies = [...held];
  }
  for (const { id, value } of form.flags === null ? [] : flagsOf(reading)) {
    const wanted = form.flags?.includes(id) ?? false;
    if (wanted === value) continue;
    patch[id] = wanted;
    expected[id] = value;
  }
  return Object.keys(patch).length === 0 ? null : { patch, expected };
}

export interface VisitForm {
  readonly kind: 'outpatient' | 'inpatient';
  readonly institution: string;
  readonly department: string;
  readonly diagnosis: string;
  readonly code: string;
}

export const EMPTY_VISIT: VisitForm = { kind: 'outpatient', institution: '', department: '', diagnosis: '', code: '' };

const MINUTES_EAST_OF_GREENWICH = 8 * 60;

/** `YYYY-MM-DDThh:mm:ss` in China, whatever the machine's zone is. */
export const chinaTime = (now: number): string =>
  new Date(now + MINUTES_EAST_OF_GREENWICH * 60_000).toISOString().slice(0, 19);

export function visitOf(form: VisitForm, now: number): { visit: VisitWish } | null {
  const [institution, department, name, code] = [form.institution, form.department, form.diagnosis, form.code].map(
    (text) => text.trim(),
  );
  if (!institution || !name) return null;
  const diagnoses = [{ name, ...(code ? { code } : {}) }];
  const visit: VisitWish =
    form.kind === 'outpatient'
      ? { kind: 'outpatient', institutionName: institution, visitTime: chinaTime(now), diagnoses }
      : { kind: 'inpatient', institutionName: institution, admissionDate: chinaTime(now).slice(0, 10), diagnoses };
  if (department) visit[form.kind === 'outpatient' ? 'department' : 'admissionDepartment'] = department;
  return { visit };
}

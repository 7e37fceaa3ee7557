/** A resident's record in words: only what is filled in, codes as their tables name them. */
import { Both } from '@rhc/console-shell';
import type { ReactNode } from 'react';
import type { EnrolmentFormResponse } from '../../src/contract/index.ts';
import type { County, Draft } from '../counter/draft.ts';
import { type FieldRow, MAIN_FIELDS, MORE_FIELDS } from '../counter/form-fields.tsx';
import { usePlaces } from '../counter/villages.ts';

export function RecordSummary({
  draft,
  form,
  counties,
}: {
  draft: Draft;
  form: EnrolmentFormResponse;
  counties: readonly County[];
}): ReactNode {
  const places = usePlaces(draft.areaCode);
  const shown = (row: FieldRow): string => {
    if (row.kind === 'records') return recordsOf(draft, row.field).join(';');
    const value = draft[row.field] as string | readonly string[] | undefined;
    if (value === undefined || value.length === 0) return '';
    if (row.kind === 'village') return places.value?.find(({ code }) => code === value)?.label ?? String(value);
    const county = counties.find(({ areaCode }) => areaCode === value);
    if (row.kind === 'county') return county === undefined ? String(value) : `${county.city}${county.name}`;
    if (row.kind === 'alerts') {
      return form.alerts.flatMap(({ id, text }) => (value.includes(id) ? [text.zh] : [])).join('、');
    }
    const entries = row.table === undefined ? [] : form.tables[row.table];
    const named = (code: string) => entries.find((entry) => entry.code === code)?.text.zh ?? code;
    return typeof value === 'string' ? named(value) : value.map((each) => named(String(each))).join('、');
  };
  return (
    <dl className="record-summary">
      {[...MAIN_FIELDS, ...MORE_FIELDS]
        .filter((row) => shown(row) !== '')
        .map((row) => (
          <div key={row.field}>
            <dt>
              <Both zh={row.zh} en={row.en} />
            </dt>
            <dd>{shown(row)}</dd>
          </div>
        ))}
    </dl>
  );
}

function recordsOf({ allergies = [], immunizations = [] }: Draft, field: FieldRow['field']): string[] {
  return field === 'allergies'
    ? allergies.map(({ substance, reaction }) => `${substance} ${reaction}`.trim())
    : immunizations.map(({ name, date }) => `${name} ${date}`);
}

/** A resident's record in words: only what is filled in, codes as their tables name them. */
import { Both } from '@rhc/console-shell';
import type { ReactNode } from 'react';
import type { EnrolmentFormResponse } from '../../src/contract/index.ts';
import type { County, Draft } from '../counter/draft.ts';
import { type FieldRow, MAIN_FIELDS, MORE_FIELDS } from '../counter/form-fields.tsx';

export function RecordSummary({
  draft,
  form,
  counties,
}: {
  draft: Draft;
  form: EnrolmentFormResponse;
  counties: readonly County[];
}): ReactNode {
  const shown = (row: FieldRow): string => {
    const value = draft[row.field];
    if (value === undefined || value.length === 0) return '';
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
      {(draft.allergies ?? []).map(({ substance, reaction }) => (
        <div key={substance}>
          <dt>
            <Both zh="过敏" en="Allergy" />
          </dt>
          <dd>
            {substance} {reaction}
          </dd>
        </div>
      ))}
    </dl>
  );
}

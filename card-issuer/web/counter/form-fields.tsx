/**
 * The fields of the form as a table: which control each has, and whether Enter passes by when it is filled. Sizes and codes
 * come from the service's form, which has them from the card.
 */
import { Both, type FieldFault, Remedy, type Text } from '@rhc/console-shell';
import { Input, Select } from 'antd';
import type { ReactNode } from 'react';
import type { EnrolmentFormResponse } from '../../src/contract/index.ts';
import { matches, pinyinInitials } from '../pinyin.ts';
import type { County, Draft } from './draft.ts';
import { RECORD_PARTS, RecordList } from './record-list.tsx';
import { VillageChoice } from './village-choice.tsx';

type Table = keyof EnrolmentFormResponse['tables'];
type TextField = {
  [K in keyof Draft]-?: Draft[K] extends string | undefined ? K : never;
}[keyof Draft];

export interface FieldRow extends Text {
  readonly field: TextField | 'paymentMethods' | 'alerts' | 'allergies' | 'immunizations';
  readonly kind: 'text' | 'one' | 'many' | 'county' | 'village' | 'alerts' | 'records';
  readonly table?: Table;
  readonly required?: true;
  /** Asked for only when this other field is filled. */
  readonly with?: TextField;
  readonly wide?: true;
  readonly hint?: string;
}

/** In the order in which Enter goes through them. */
export const MAIN_FIELDS: readonly FieldRow[] = [
  { field: 'documentType', zh: '证件类型', en: 'Document', kind: 'one', table: 'documentType', required: true },
  { field: 'documentNumber', zh: '证件号码', en: 'Number', kind: 'text', required: true },
  { field: 'name', zh: '姓名', en: 'Name', kind: 'text', required: true },
  { field: 'sex', zh: '性别', en: 'Sex', kind: 'one', table: 'sex', required: true },
  { field: 'birthDate', zh: '出生日期', en: 'Birth date', kind: 'text', required: true, hint: '1985-06-12' },
  { field: 'ethnicGroup', zh: '民族', en: 'Ethnic group', kind: 'one', table: 'ethnicGroup', required: true },
  { field: 'areaCode', zh: '县(市、区)', en: 'County', kind: 'county', required: true },
  { field: 'phone', zh: '电话', en: 'Phone', kind: 'text' },
  { field: 'villageCode', zh: '乡镇(街道)、村(居)', en: 'Township, village', kind: 'village', wide: true },
  { field: 'householdAddress', zh: '户籍地址', en: 'Registered address', kind: 'text', wide: true },
  { field: 'contactName', zh: '联系人', en: 'Contact', kind: 'text' },
  {
    field: 'contactRelationship',
    zh: '关系',
    en: 'Relation',
    kind: 'one',
    table: 'contactRelationship',
    with: 'contactName',
  },
  { field: 'contactPhone', zh: '联系人电话', en: "Contact's phone", kind: 'text', with: 'contactName' },
];
/** Asked for when there is something to say; F4 leads there. What a doctor must know stands first. */
export const MORE_FIELDS: readonly FieldRow[] = [
  { field: 'allergies', zh: '过敏', en: 'Allergies', kind: 'records', wide: true },
  { field: 'immunizations', zh: '免疫接种', en: 'Immunizations', kind: 'records', wide: true },
  { field: 'alerts', zh: '医学警示', en: 'Alerts', kind: 'alerts', wide: true },
  { field: 'otherAlert', zh: '其他警示', en: 'Other alert', kind: 'text', wide: true },
  { field: 'bloodAbo', zh: 'ABO 血型', en: 'Blood group', kind: 'one', table: 'bloodAbo' },
  { field: 'bloodRh', zh: 'Rh 血型', en: 'Rh', kind: 'one', table: 'bloodRh' },
  { field: 'paymentMethods', zh: '医疗付费方式', en: 'Payment', kind: 'many', table: 'paymentMethods', wide: true },
  { field: 'currentAddress', zh: '现住址', en: 'Residence', kind: 'text', wide: true },
  { field: 'secondPhone', zh: '电话二', en: 'Second phone', kind: 'text' },
  { field: 'education', zh: '学历', en: 'Education', kind: 'one', table: 'education' },
  { field: 'marital', zh: '婚姻', en: 'Marital status', kind: 'one', table: 'marital' },
  { field: 'occupation', zh: '职业', en: 'Occupation', kind: 'one', table: 'occupation' },
  { field: 'ehrNumber', zh: '健康档案编号', en: 'Health record number', kind: 'text' },
  { field: 'ruralSchemeNumber', zh: '新农合证号', en: 'Rural scheme number', kind: 'text' },
];

export interface FieldProps {
  readonly row: FieldRow;
  readonly draft: Draft;
  readonly form: EnrolmentFormResponse;
  readonly counties: readonly County[];
  readonly fault: FieldFault | null;
  onChange(change: Partial<Draft>): void;
  /** A choice was made: the next field, please. */
  onChosen(): void;
}

export function FormField(props: FieldProps): ReactNode {
  const { row, fault } = props;
  const { field, zh, en, required } = row;
  return (
    <div className={row.wide === true ? 'counter-field counter-field-wide' : 'counter-field'} data-field={field}>
      <label htmlFor={`counter-${field}${row.kind === 'records' ? '-0' : ''}`}>
        <Both zh={zh} en={en} /> {required === true && <b aria-hidden="true">*</b>}
      </label>
      <Control {...props} />
      {fault !== null && (
        <p className="counter-fault" id={`counter-${field}-fault`}>
          <Both {...fault.rule} /> <Remedy {...fault} />
        </p>
      )}
    </div>
  );
}

function Control({ row, draft, form, counties, fault, onChange, onChosen }: FieldProps): ReactNode {
  const { field, kind, table, hint } = row;
  const status = fault === null ? '' : 'error';
  const shared = {
    id: `counter-${field}`,
    status,
    'aria-required': row.required === true,
    ...(fault === null ? {} : { 'aria-invalid': true, 'aria-describedby': `counter-${field}-fault` }),
  } as const;
  const entries = table === undefined ? [] : form.tables[table];
  const options = entries.map(({ code, text }) => option(code, `${text.zh} ${code}`, text.zh));
  if (kind === 'records') {
    const name = field as keyof typeof RECORD_PARTS;
    const { max, sizeBytes } = form.records[name];
    const rows = (draft[name] ?? []) as readonly Record<string, string>[];
    return (
      <RecordList
        id={shared.id}
        parts={RECORD_PARTS[name]}
        rows={rows}
        max={max}
        sizeBytes={sizeBytes}
        faulty={fault !== null}
        onChange={(changed) => onChange({ [name]: changed })}
        onLeave={onChosen}
      />
    );
  }
  if (kind === 'text') {
    const text = draft[field] as string | undefined;
    const size = form.sizeBytes[field];
    return (
      <Input
        {...shared}
        autoComplete="off"
        maxLength={size ?? 60}
        placeholder={hint ?? ''}
        value={text ?? ''}
        onChange={({ target }) => onChange({ [field]: target.value })}
      />
    );
  }
  const search = { showSearch: { filterOption: matches }, allowClear: row.required !== true } as const;
  if (kind === 'village') {
    const county = counties.find(({ areaCode }) => areaCode === draft.areaCode);
    return <VillageChoice shared={{ ...shared, ...search }} {...{ county, draft, onChange, onChosen }} />;
  }
  if (kind === 'many' || kind === 'alerts') {
    const choices = kind === 'alerts' ? form.alerts.map(({ id, text }) => option(id, text.zh, text.zh)) : options;
    return (
      <Select
        {...shared}
        {...search}
        mode="multiple"
        options={choices}
        value={[...((draft[field] as string[] | undefined) ?? [])]}
        onChange={(value) => onChange({ [field]: value })}
        // With nothing typed Enter goes on; it would open the list, or take the last choice back.
        onInputKeyDown={(event) => {
          const { key, ctrlKey, target } = event;
          if (key !== 'Enter' || ctrlKey || (target as HTMLInputElement).value !== '') return;
          event.preventDefault();
          event.stopPropagation();
          onChosen();
        }}
      />
    );
  }
  const countyOptions = counties.map(({ areaCode, name, city }) =>
    option(areaCode, `${city}${name} ${areaCode}`, `${city} ${name}`),
  );
  const value = draft[field] as string | undefined;
  return (
    <Select
      {...shared}
      {...search}
      options={kind === 'county' ? countyOptions : options}
      value={value === undefined || value === '' ? null : value}
      onChange={(chosen: string | null | undefined) => onChange({ [field]: chosen ?? '' })}
      onSelect={onChosen}
    />
  );
}

/** @param words whose initials find it too */
const option = (value: string, label: string, words: string) => ({
  value,
  label,
  search: `${label} ${words.split(' ').map(pinyinInitials).join(' ')}`.toUpperCase(),
});

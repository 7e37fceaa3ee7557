/**
 * Which column of a source's file is which field: presets as data, one a source; what a county's file really says is kept
 * beside them (`roster_mappings`). `derive`: taken from the identity number or the village code when no column says it.
 */
import type { Text } from '@rhc/card/errors';
import type { ResidentField } from './resident.ts';
import { ROSTER_COLUMNS } from './roster-columns.ts';

export interface RosterMapping {
  readonly source: string;
  readonly text: Text;
  /** Column of the file → field; null: known and not taken. */
  readonly columns: Readonly<Record<string, ResidentField | null>>;
  /** Fields that every row of the source has alike. */
  readonly constants: Readonly<Partial<Record<ResidentField, string>>>;
  readonly derive: readonly ('birthDate' | 'sex' | 'areaCode')[];
}

export const ROSTER_PRESETS: readonly RosterMapping[] = [
  {
    source: 'rhc',
    text: { zh: '居民健康卡名册', en: 'resident health card roster' },
    columns: ROSTER_COLUMNS,
    constants: {},
    derive: [],
  },
  {
    source: 'rural-scheme',
    text: { zh: '新农合参合名册', en: 'members of the rural cooperative scheme' },
    columns: {
      参合人姓名: 'name',
      性别: 'sex',
      民族: 'ethnicGroup',
      身份证号: 'documentNumber',
      医疗证号: 'ruralSchemeNumber',
      行政村代码: 'villageCode',
      家庭住址: 'householdAddress',
      联系电话: 'phone',
      户主姓名: null,
      与户主关系: null,
      参合年度: null,
    },
    constants: { documentType: '居民身份证', paymentMethods: '新农合' },
    derive: ['birthDate', 'sex', 'areaCode'],
  },
  {
    source: 'newborn',
    text: { zh: '新生儿名册', en: 'newborns' },
    columns: {
      新生儿姓名: 'name',
      性别: 'sex',
      民族: 'ethnicGroup',
      出生日期: 'birthDate',
      出生医学证明编号: 'documentNumber',
      地区代码: 'areaCode',
      家庭住址: 'currentAddress',
      母亲姓名: 'contactName',
      母亲电话: 'contactPhone',
      血型: 'bloodAbo',
      接生机构: null,
      出生体重: null,
    },
    constants: { documentType: '出生医学证明', contactRelationship: '母亲' },
    derive: [],
  },
  {
    source: 'occupational',
    text: { zh: '职业病危害接触人群', en: 'groups at occupational risk' },
    columns: {
      姓名: 'name',
      民族: 'ethnicGroup',
      身份证号码: 'documentNumber',
      行政区划代码: 'areaCode',
      现住址: 'currentAddress',
      手机号码: 'phone',
      接触危害因素: 'otherAlert',
      血型: 'bloodAbo',
      用人单位: null,
      工种: null,
      接害工龄: null,
    },
    constants: { documentType: '居民身份证' },
    derive: ['birthDate', 'sex'],
  },
];

/** Fields without which nobody can be enrolled: a mapping must give, fix or derive each. */
export const NEEDED_FIELDS = [
  'name',
  'sex',
  'ethnicGroup',
  'birthDate',
  'documentType',
  'documentNumber',
  'areaCode',
] as const satisfies readonly ResidentField[];

/** Needed fields that a mapping leaves open. */
export function openFields(mapping: Pick<RosterMapping, 'columns' | 'constants' | 'derive'>): string[] {
  const given = new Set<string>([...Object.values(mapping.columns).filter((field) => field !== null)]);
  for (const field of [...Object.keys(mapping.constants), ...mapping.derive]) given.add(field);
  return NEEDED_FIELDS.filter((field) => !given.has(field));
}

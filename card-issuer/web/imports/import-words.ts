/** The words of imports: states, outcomes of rows, the fields that a column may be. */
import type { Light, Text } from '@rhc/console-shell';
import type { ImportRowsResponse, RosterImportResponse, RosterMappingsResponse } from '../../src/contract/index.ts';

export type Import = RosterImportResponse;
export type Row = ImportRowsResponse['rows'][number];
export type Mapping = RosterMappingsResponse['mappings'][number];

export const IMPORT_STATES: Readonly<Record<Import['state'], Text & { readonly light: Light }>> = {
  waiting: { zh: '等待', en: 'waits', light: 'idle' },
  running: { zh: '进行中', en: 'running', light: 'busy' },
  paused: { zh: '已暂停', en: 'paused', light: 'warn' },
  done: { zh: '已完成', en: 'done', light: 'good' },
  failed: { zh: '中断', en: 'failed', light: 'bad' },
  cancelled: { zh: '已取消', en: 'cancelled', light: 'idle' },
};

export const OUTCOMES: Readonly<Record<Row['outcome'], Text & { readonly light: Light }>> = {
  taken: { zh: '收入', en: 'taken', light: 'good' },
  known: { zh: '已有', en: 'known', light: 'idle' },
  refused: { zh: '拒绝', en: 'refused', light: 'bad' },
};

export const FIELDS: Readonly<Record<string, string>> = {
  name: '姓名',
  sex: '性别',
  ethnicGroup: '民族',
  birthDate: '出生日期',
  documentType: '证件类别',
  documentNumber: '证件号码',
  areaCode: '地区代码',
  villageCode: '行政村代码',
  householdAddress: '户籍地址',
  currentAddress: '现住址',
  phone: '本人电话',
  contactName: '联系人姓名',
  contactRelationship: '联系人关系',
  contactPhone: '联系人电话',
  paymentMethods: '付费方式',
  bloodAbo: 'ABO 血型',
  bloodRh: 'RH 血型',
  alerts: '警示',
  otherAlert: '其他警示',
  allergies: '过敏',
  immunizations: '免疫',
  education: '文化程度',
  marital: '婚姻状况',
  occupation: '职业',
  ehrNumber: '健康档案编号',
  ruralSchemeNumber: '新农合号',
};
/** Without these nobody can be enrolled. */
export const NEEDED = ['name', 'sex', 'ethnicGroup', 'birthDate', 'documentType', 'documentNumber', 'areaCode'];
export const DERIVED = ['birthDate', 'sex', 'areaCode'] as const;

/** A report names columns as the file does; only our own names need a Chinese word. */
export const fieldText = (field: string): string => (FIELDS[field] === undefined ? field : `${FIELDS[field]} ${field}`);

/** Needed fields that no column, constant or derivation gives. */
export function missingFields(mapping: Pick<Mapping, 'columns' | 'constants' | 'derive'>): string[] {
  const given = new Set<string>([
    ...Object.values(mapping.columns).filter((field) => field !== null),
    ...Object.keys(mapping.constants),
    ...mapping.derive,
  ]);
  return NEEDED.filter((field) => !given.has(field));
}

export const runs = ({ state }: Pick<Import, 'state'>): boolean => state === 'waiting' || state === 'running';

export function leftText({ rowsPerSecond, secondsLeft }: Import): string {
  if (rowsPerSecond === null) return '—';
  const rate = `${rowsPerSecond.toLocaleString('zh-CN')} 行/秒 rows/s`;
  return secondsLeft === null || secondsLeft === 0 ? rate : `${rate} · 剩 left ${secondsLeft} 秒 s`;
}

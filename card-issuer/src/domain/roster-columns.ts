/** Columns of our own roster. */
import type { ResidentField } from './resident.ts';

/** Column → field of the input that faults are reported under. */
export const ROSTER_COLUMNS = {
  姓名: 'name',
  性别: 'sex',
  民族: 'ethnicGroup',
  出生日期: 'birthDate',
  证件类别: 'documentType',
  证件号码: 'documentNumber',
  地区代码: 'areaCode',
  户籍地址: 'householdAddress',
  现住址: 'currentAddress',
  本人电话: 'phone',
  联系人姓名: 'contactName',
  联系人关系: 'contactRelationship',
  联系人电话: 'contactPhone',
  付费方式: 'paymentMethods',
  ABO血型: 'bloodAbo',
  RH血型: 'bloodRh',
  警示: 'alerts',
  其他警示: 'otherAlert',
  过敏: 'allergies',
  免疫: 'immunizations',
  文化程度: 'education',
  婚姻状况: 'marital',
  职业: 'occupation',
  健康档案编号: 'ehrNumber',
  新农合号: 'ruralSchemeNumber',
  照片: 'photo',
} as const satisfies Record<string, ResidentField>;

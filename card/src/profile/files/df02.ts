/** DF02, basic health: clinical data, special information, allergy, immunization. CARD-FACTS 1.4, 2.1 (表8-2, 表10-1). */
import { defineFile } from '../define.ts';
import type { ElementaryFile } from '../types.ts';
import { code, DATE, elements, FLAG, key, placed, TEXT, tlvSizeBytes } from './layout.ts';

const CLAUSE = 'CARD-FACTS 1.4';

const clinical = elements(`${CLAUSE} DF02/EF05`, [
  [41, 'bloodAbo', 'ABO血型', 'ABO blood group', 'b', 1, code('blood-abo')],
  [42, 'bloodRh', 'RH血型', 'Rh blood group', 'cn', 1, code('blood-rh')],
  [43, 'asthma', '哮喘标志', 'Asthma', 'b', 1, FLAG],
  [44, 'heartDisease', '心脏病标志', 'Heart disease', 'b', 1, FLAG],
  [45, 'cardioCerebrovascular', '心脑血管病标志', 'Cardio- and cerebrovascular disease', 'b', 1, FLAG],
  [46, 'epilepsy', '癫痫病标志', 'Epilepsy', 'b', 1, FLAG],
  [47, 'coagulationDisorder', '凝血紊乱标志', 'Coagulation disorder', 'b', 1, FLAG],
  [48, 'diabetes', '糖尿病标志', 'Diabetes', 'b', 1, FLAG],
  [49, 'glaucoma', '青光眼标志', 'Glaucoma', 'b', 1, FLAG],
  [50, 'dialysis', '透析标志', 'Dialysis', 'b', 1, FLAG],
  [51, 'organTransplant', '器官移植标志', 'Organ transplant', 'b', 1, FLAG],
  [52, 'organMissing', '器官缺失标志', 'Missing organ', 'b', 1, FLAG],
  [53, 'prosthesis', '可装卸的义肢标志', 'Removable prosthesis', 'b', 1, FLAG],
  [54, 'pacemaker', '心脏起搏器标志', 'Cardiac pacemaker', 'b', 1, FLAG],
  [55, 'otherAlert', '其他医学警示名称', 'Other medical alert', 'ans', 40, TEXT],
]);

const special = elements(`${CLAUSE} DF02/EF06`, [
  [56, 'psychiatric', '精神病标志', 'Psychiatric condition', 'b', 1, FLAG],
]);

const allergy = placed(`${CLAUSE} other files, 1.6 note (items 58, 59)`, [
  [0, 58, 'allergySubstance', '过敏物质名称', 'Allergen', 'ans', 20, TEXT],
  [20, 59, 'allergyReaction', '过敏反应', 'Allergic reaction', 'ans', 100, TEXT],
]);

const immunization = placed(`${CLAUSE} other files, 1.6 note (items 60, 61)`, [
  [0, 60, 'immunizationName', '免疫接种名称', 'Vaccine', 'ans', 20, TEXT],
  [20, 61, 'immunizationDate', '免疫接种时间', 'Vaccination date', 'cn', 4, DATE],
]);

const protectedByDf02 = {
  directory: 'DF02',
  read: key('RK1.DF02'),
  updateTransport: 'encipher-and-mac',
  updateMacSlot: 'STK.DF02',
} as const;

export const df02Files: readonly ElementaryFile[] = [
  defineFile({
    ...protectedByDf02,
    id: 'DF02/EF05',
    fid: 0xef05,
    structure: 'tlv-records',
    text: { zh: '临床基本数据文件', en: 'Clinical data and alerts' },
    update: key('UK1.DF02'),
    elements: clinical,
    sizeBytes: tlvSizeBytes(clinical),
    clause: `${CLAUSE}, 2.1`,
  }),
  defineFile({
    ...protectedByDf02,
    id: 'DF02/EF06',
    fid: 0xef06,
    structure: 'tlv-records',
    text: { zh: '特殊信息文件', en: 'Special information' },
    update: key('UK2.DF02'),
    elements: special,
    sizeBytes: tlvSizeBytes(special),
    clause: `${CLAUSE}, 2.1 (own write key)`,
  }),
  defineFile({
    ...protectedByDf02,
    id: 'DF02/EF07',
    fid: 0xef07,
    structure: 'cyclic',
    text: { zh: '过敏信息文件', en: 'Allergies' },
    update: key('UK3.DF02'),
    recordCount: 3,
    recordSizeBytes: 120,
    elements: allergy,
    sizeBytes: 360,
    clause: `${CLAUSE} other files, 2.1 (append only)`,
  }),
  defineFile({
    ...protectedByDf02,
    id: 'DF02/EF08',
    fid: 0xef08,
    structure: 'cyclic',
    text: { zh: '免疫信息文件', en: 'Immunizations' },
    update: key('UK3.DF02'),
    recordCount: 10,
    recordSizeBytes: 24,
    elements: immunization,
    sizeBytes: 240,
    clause: `${CLAUSE} other files, 2.1 (append only)`,
  }),
];

/** Codes of clinical elements. CARD-FACTS 1.5, 1.6, 1.8; conflict 14 for Rh (the form asks "Rh negative?"). */
import { codeTable } from './table.ts';

export const bloodAbo = codeTable('blood-abo', 'ABO血型', 'ABO blood group', 'WS 364.9-2011 CV04.50.005', [
  ['1', 'A型', 'A'],
  ['2', 'B型', 'B'],
  ['3', 'O型', 'O'],
  ['4', 'AB型', 'AB'],
  ['5', '不详', 'Unknown'],
]);

export const bloodRh = codeTable('blood-rh', 'RH血型', 'Rh blood group', 'DD 2012 (CARD-FACTS 1.8, conflict 14)', [
  ['01', 'RH阳性', 'Rh positive'],
  ['02', 'RH阴性', 'Rh negative'],
  ['03', '不详', 'Unknown'],
]);

export const serologyItem = codeTable('serology-item', '血清学检查项目', 'Serology item', 'DD 2012 (CARD-FACTS 1.5)', [
  ['00', '乙型肝炎表面抗原（HBsAg）', 'Hepatitis B surface antigen (HBsAg)'],
  ['01', '丙型肝炎抗体（HCV-Ab）', 'Hepatitis C antibody (HCV-Ab)'],
  ['02', '艾滋病病毒抗体（HIV-Ab）', 'HIV antibody (HIV-Ab)'],
]);

export const serologyResult = codeTable(
  'serology-result',
  '血清学检查结果',
  'Serology result',
  'DD 2012 (CARD-FACTS 1.5)',
  [
    ['00', '未做', 'Not done'],
    ['01', '阴性', 'Negative'],
    ['02', '阳性', 'Positive'],
  ],
);

export const incisionHealing = codeTable(
  'incision-healing',
  '手术切口愈合等级',
  'Incision healing grade',
  'DD 2012 (CARD-FACTS 1.5)',
  [
    ['01', '甲', 'Grade A'],
    ['02', '乙', 'Grade B'],
    ['03', '丙', 'Grade C'],
    ['09', '其他', 'Other'],
  ],
);

export const transfusionKind = codeTable(
  'transfusion-kind',
  '输血品种',
  'Transfusion kind',
  'DD 2012 (CARD-FACTS 1.5)',
  [
    ['01', '红细胞', 'Red cells'],
    ['02', '血小板', 'Platelets'],
    ['03', '血浆', 'Plasma'],
    ['04', '全血', 'Whole blood'],
    ['09', '其他', 'Other'],
  ],
);

export const examResult = codeTable('exam-result', '检查检验结果', 'Examination result', 'DD 2012 (CARD-FACTS 1.6)', [
  ['01', '异常', 'Abnormal'],
  ['02', '正常', 'Normal'],
  ['03', '不确定', 'Uncertain'],
]);

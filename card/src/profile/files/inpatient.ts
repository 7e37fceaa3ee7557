/**
 * Layout of an inpatient slot, EE01–EE03: 1639 bytes of business data, then signature and SAM certificate, 1893 in all.
 * CARD-FACTS 1.5. Codes of ICD-10 and ICD-9-CM stay `text`: they are classifications of their own, no tables of the card.
 */
import { BYTES, code, DATE, DECIMAL, FLAG, INTEGER, placed, repeated, TEXT } from './layout.ts';

const CLAUSE = 'CARD-FACTS 1.5';

export const INPATIENT_BUSINESS_BYTES = 1639;
export const INPATIENT_SIZE_BYTES = 1893;

const admission = placed(CLAUSE, [
  [0, 64, 'inpatient.institutionName', '住院机构名称', 'Institution', 'ans', 70, TEXT],
  [70, 65, 'inpatient.institutionCode', '住院机构组织机构代码', 'Institution code', 'ans', 10, TEXT],
  [80, 66, 'inpatient.admissionDate', '入院日期', 'Admission date', 'cn', 4, DATE],
  [84, 67, 'inpatient.admissionCount', '住院次数', 'Number of admissions', 'cn', 2, INTEGER],
  [86, 68, 'inpatient.recordNumber', '病案号', 'Medical record number', 'ans', 18, TEXT],
  [104, 69, 'inpatient.admissionDepartment', '入院科室名称', 'Admission department', 'ans', 50, TEXT],
  [
    154,
    70,
    'inpatient.admissionCondition',
    '入院病情代码',
    'Condition on admission',
    'cn',
    1,
    code('admission-condition'),
  ],
  [155, 71, 'inpatient.hospitalInfection', '医院感染名称', 'Hospital infection', 'ans', 50, TEXT],
  [205, 72, 'inpatient.externalCause', '损伤和中毒外部原因', 'External cause of injury or poisoning', 'ans', 7, TEXT],
]);

const diagnoses = repeated(CLAUSE, {
  id: 'inpatient.diagnosis',
  zh: '诊断',
  en: 'Diagnosis',
  count: 3,
  firstItem: 73,
  firstOffset: 212,
  strideBytes: 247,
  rows: [
    [0, 0, 'serologyItem', '血清学检查项目代码', 'serology item', 'cn', 1, code('serology-item')],
    [1, 1, 'serologyResult', '血清学检查结果代码', 'serology result', 'cn', 1, code('serology-result')],
    [2, 2, 'name', '疾病诊断名称', 'name', 'ans', 50, TEXT],
    [52, 3, 'code', '疾病诊断代码', 'code (ICD-10)', 'ans', 7, TEXT],
    [59, 4, 'confirmedDate', '确诊日期', 'date confirmed', 'cn', 4, DATE],
    [63, 5, 'agreement', '诊断符合情况描述', 'agreement of diagnoses', 'ans', 20, TEXT],
    [83, 6, 'agreementCode', '诊断符合情况代码', 'agreement code', 'cn', 1, code('diagnosis-agreement')],
    [84, 7, 'type', '疾病诊断类型描述', 'type', 'ans', 20, TEXT],
    [104, 8, 'typeCode', '疾病诊断类型代码', 'type code', 'cn', 1, code('diagnosis-type')],
    [105, 9, 'outcomeCode', '治疗结果代码', 'outcome code', 'cn', 1, code('treatment-outcome')],
    [106, 10, 'procedureName', '手术/操作名称', 'procedure', 'ans', 80, TEXT],
    [186, 11, 'procedureCode', '手术/操作代码', 'procedure code (ICD-9-CM)', 'ans', 5, TEXT],
    [191, 12, 'procedureDate', '手术/操作日期', 'procedure date', 'cn', 4, DATE],
    [195, 13, 'anaesthesia', '麻醉方法', 'anaesthesia', 'ans', 50, TEXT],
    [245, 14, 'anaesthesiaCode', '麻醉方法代码', 'anaesthesia code', 'cn', 1, code('anaesthesia')],
    [246, 15, 'incisionHealing', '手术切口愈合等级代码', 'incision healing', 'cn', 1, code('incision-healing')],
  ],
});

const transfusions = repeated(CLAUSE, {
  id: 'inpatient.transfusion',
  zh: '输血',
  en: 'Transfusion',
  count: 4,
  firstItem: 121,
  firstOffset: 953,
  strideBytes: 13,
  rows: [
    [0, 0, 'kind', '输血品种代码', 'kind', 'cn', 1, code('transfusion-kind')],
    [1, 1, 'volume', '输血量', 'volume', 'cn', 2, INTEGER],
    [3, 2, 'unit', '计量单位', 'unit', 'ans', 10, TEXT],
  ],
});

const discharge = placed(CLAUSE, [
  [1005, 133, 'inpatient.rescueCount', '抢救次数', 'Rescues', 'cn', 2, INTEGER],
  [1007, 134, 'inpatient.rescueSuccessCount', '抢救成功次数', 'Successful rescues', 'cn', 2, INTEGER],
  [1009, 135, 'inpatient.dischargeDate', '出院日期', 'Discharge date', 'cn', 4, DATE],
  [1013, 136, 'inpatient.dischargeDepartment', '出院科室名称', 'Discharge department', 'ans', 50, TEXT],
  [1063, 137, 'inpatient.days', '住院天数', 'Days in hospital', 'cn', 3, INTEGER],
  [1066, 138, 'inpatient.autopsy', '尸检标志', 'Autopsy', 'b', 1, FLAG],
  [1067, 139, 'inpatient.followUp', '随诊标志', 'Follow-up', 'b', 1, FLAG],
  [1068, 140, 'inpatient.payment', '医疗付款方式代码', 'Payment method', 'cn', 1, code('payment-method')],
]);

const fees = repeated(CLAUSE, {
  id: 'inpatient.fee',
  zh: '费用',
  en: 'Fee',
  count: 20,
  firstItem: 141,
  firstOffset: 1069,
  strideBytes: 26,
  rows: [
    [0, 0, 'category', '分类', 'category', 'ans', 20, TEXT],
    [20, 1, 'categoryCode', '分类代码', 'category code', 'ans', 1, code('inpatient-fee-category')],
    [21, 2, 'amount', '金额', 'amount', 'cn', 5, DECIMAL],
  ],
});

const totals = placed(CLAUSE, [
  [1589, 201, 'inpatient.totalFee', '住院总费用', 'Total fee', 'cn', 5, DECIMAL],
  [1594, 202, 'inpatient.bedFee', '床位费', 'Bed fee', 'cn', 5, DECIMAL],
  [1599, 203, 'inpatient.nursingFee', '护理费', 'Nursing fee', 'cn', 5, DECIMAL],
  [1604, 204, 'inpatient.westernDrugFee', '西药费', 'Western medicine fee', 'cn', 5, DECIMAL],
  [1609, 205, 'inpatient.chineseDrugFee', '中药费', 'Chinese medicine fee', 'cn', 5, DECIMAL],
  [1614, 206, 'inpatient.laboratoryFee', '化验费', 'Laboratory fee', 'cn', 5, DECIMAL],
  [1619, 207, 'inpatient.treatmentFee', '诊疗费', 'Diagnosis and treatment fee', 'cn', 5, DECIMAL],
  [1624, 208, 'inpatient.surgeryFee', '手术费', 'Surgery fee', 'cn', 5, DECIMAL],
  [1629, 209, 'inpatient.examinationFee', '检查费', 'Examination fee', 'cn', 5, DECIMAL],
  [1634, 210, 'inpatient.otherFee', '其他住院费用', 'Other inpatient fees', 'cn', 5, DECIMAL],
]);

const proof = placed(CLAUSE, [
  [1639, 211, 'inpatient.signature', '交易信息签名', 'Transaction signature', 'b', 64, BYTES],
  [1703, 212, 'inpatient.samCertificate', 'SAM卡证书', 'SAM certificate', 'b', 190, BYTES],
]);

export const inpatientElements = [
  ...admission,
  ...diagnoses,
  ...transfusions,
  ...discharge,
  ...fees,
  ...totals,
  ...proof,
];

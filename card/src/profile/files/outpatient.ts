/**
 * Layout of an outpatient slot, ED01–ED05: 3013 bytes of business data, then signature and SAM certificate, 3267 in all.
 * CARD-FACTS 1.6. Codes of ICD-10, ICD-9-CM and LOINC stay `text`: they are terminologies of their own, no tables of the card.
 */
import { BYTES, code, DATE, DATE_TIME, DECIMAL, INTEGER, placed, repeated, TEXT } from './layout.ts';

const CLAUSE = 'CARD-FACTS 1.6';

export const OUTPATIENT_BUSINESS_BYTES = 3013;
export const OUTPATIENT_SIZE_BYTES = 3267;

const visit = placed(CLAUSE, [
  [0, 213, 'outpatient.institutionName', '就诊机构名称', 'Institution', 'ans', 70, TEXT],
  [70, 214, 'outpatient.institutionCode', '就诊机构组织机构代码', 'Institution code', 'ans', 10, TEXT],
  [80, 215, 'outpatient.visitTime', '就诊日期时间', 'Time of visit', 'cn', 7, DATE_TIME],
  [87, 216, 'outpatient.visitNumber', '门诊号', 'Outpatient number', 'ans', 18, TEXT],
  [105, 217, 'outpatient.department', '就医科室名称', 'Department', 'ans', 50, TEXT],
  [155, 218, 'outpatient.payment', '医疗付款方式', 'Payment method', 'cn', 1, code('payment-method')],
]);

const diagnoses = repeated(CLAUSE, {
  id: 'outpatient.diagnosis',
  zh: '症状与诊断',
  en: 'Symptom and diagnosis',
  count: 5,
  firstItem: 219,
  firstOffset: 156,
  strideBytes: 125,
  rows: [
    [0, 0, 'symptomName', '症状名称', 'symptom', 'ans', 50, TEXT],
    [50, 1, 'symptomCode', '症状代码', 'symptom code (ICD-10 R)', 'ans', 5, TEXT],
    [55, 2, 'date', '诊断日期', 'date of diagnosis', 'cn', 4, DATE],
    [59, 3, 'name', '门诊诊断名称', 'diagnosis', 'ans', 50, TEXT],
    [109, 4, 'code', '门诊诊断代码', 'diagnosis code (ICD-10)', 'ans', 7, TEXT],
    [116, 5, 'onsetTime', '发病日期时间', 'time of onset', 'cn', 7, DATE_TIME],
    [123, 6, 'durationMinutes', '症状持续时间（分钟）', 'duration of symptom in minutes', 'cn', 2, INTEGER],
  ],
});

const exams = repeated(CLAUSE, {
  id: 'outpatient.exam',
  zh: '检查检验',
  en: 'Examination',
  count: 10,
  firstItem: 254,
  firstOffset: 781,
  strideBytes: 126,
  rows: [
    [0, 0, 'name', '项目名称', 'name', 'ans', 80, TEXT],
    [80, 1, 'result', '结果代码', 'result', 'cn', 1, code('exam-result')],
    [81, 2, 'quantity', '定量结果', 'quantity', 'cn', 5, DECIMAL],
    [86, 3, 'unit', '计量单位', 'unit', 'ans', 20, TEXT],
    [106, 4, 'code', '项目代码', 'code', 'ans', 20, TEXT],
  ],
});

const drugs = repeated(CLAUSE, {
  id: 'outpatient.drug',
  zh: '用药',
  en: 'Drug',
  count: 5,
  firstItem: 304,
  firstOffset: 2041,
  strideBytes: 91,
  rows: [
    [0, 0, 'name', '药物名称', 'name', 'ans', 50, TEXT],
    [50, 1, 'formCode', '药物剂型代码', 'dosage form code', 'cn', 1, code('dosage-form')],
    [51, 2, 'days', '用药天数', 'days', 'cn', 3, INTEGER],
    [54, 3, 'frequency', '使用频率', 'frequency', 'ans', 20, TEXT],
    [74, 4, 'doseUnit', '剂量单位', 'unit of dose', 'ans', 6, TEXT],
    [80, 5, 'dose', '次剂量', 'single dose', 'cn', 3, DECIMAL],
    [83, 6, 'totalDose', '总剂量', 'total dose', 'cn', 6, DECIMAL],
    [89, 7, 'routeCode', '使用途径代码', 'route code', 'cn', 2, code('administration-route')],
  ],
});

const procedures = repeated(CLAUSE, {
  id: 'outpatient.procedure',
  zh: '手术/操作',
  en: 'Procedure',
  count: 3,
  firstItem: 344,
  firstOffset: 2496,
  strideBytes: 89,
  rows: [
    [0, 0, 'name', '名称', 'name', 'ans', 80, TEXT],
    [80, 1, 'code', '代码', 'code (ICD-9-CM)', 'ans', 5, TEXT],
    [85, 2, 'date', '日期', 'date', 'cn', 4, DATE],
  ],
});

const fees = repeated(CLAUSE, {
  id: 'outpatient.fee',
  zh: '费用',
  en: 'Fee',
  count: 10,
  firstItem: 353,
  firstOffset: 2763,
  strideBytes: 25,
  rows: [
    [0, 0, 'category', '分类名称', 'category', 'ans', 20, TEXT],
    [20, 1, 'categoryCode', '分类代码', 'category code', 'cn', 1, code('outpatient-fee-category')],
    [21, 2, 'amount', '金额', 'amount', 'cn', 4, DECIMAL],
  ],
});

const proof = placed(CLAUSE, [
  [3013, 383, 'outpatient.signature', '交易信息签名', 'Transaction signature', 'b', 64, BYTES],
  [3077, 384, 'outpatient.samCertificate', 'SAM卡证书', 'SAM certificate', 'b', 190, BYTES],
]);

export const outpatientElements = [...visit, ...diagnoses, ...exams, ...drugs, ...procedures, ...fees, ...proof];

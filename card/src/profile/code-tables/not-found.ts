/**
 * Coded elements whose values could not be established. Nothing is guessed: a wrong meaning beside a clinical code is worse
 * than the bare code, which is kept as it stands and reported with a warning.
 */
import { codeTableNotFound } from './table.ts';

/** Two lists bear this name: 1 危, 2 急, 3 一般 (病案首页 2001) and 1 有, 2 临床未确定, 3 情况不明, 4 无 (2011, CV05.10.019). */
export const admissionCondition = codeTableNotFound(
  'admission-condition',
  '入院病情',
  'Condition on admission',
  'CARD-FACTS 1.5 names none',
);

/** Two lists bear this name: 0 未做, 1 符合, 2 不符合, 3 不肯定 (病案首页 2001) and 1 符合, 2 不符合, 9 无对照. */
export const diagnosisAgreement = codeTableNotFound(
  'diagnosis-agreement',
  '诊断符合情况',
  'Agreement of diagnoses',
  'CARD-FACTS 1.5 names none',
);

export const outpatientFeeCategory = codeTableNotFound(
  'outpatient-fee-category',
  '门诊费用分类',
  'Outpatient fee category',
  'WS 364.13-2011 CV07.10.001',
);

export const inpatientFeeCategory = codeTableNotFound(
  'inpatient-fee-category',
  '住院费用分类',
  'Inpatient fee category',
  'CARD-FACTS 1.5 names none',
);

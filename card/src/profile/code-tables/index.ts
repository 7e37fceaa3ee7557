/** Every code table of the national profile; CARD-FACTS 1.8. */
import type { CodeTable } from '../types.ts';
import { cardClass, paymentMethod } from './card.ts';
import {
  bloodAbo,
  bloodRh,
  examResult,
  incisionHealing,
  serologyItem,
  serologyResult,
  transfusionKind,
} from './clinical.ts';
import { administrationRoute, dosageForm } from './drugs.ts';
import { ethnicGroup } from './gb-3304.ts';
import { gbt2260Hebei } from './gb-t-2260-hebei.ts';
import { anaesthesia, diagnosisType, treatmentOutcome } from './inpatient.ts';
import { admissionCondition, diagnosisAgreement, inpatientFeeCategory, outpatientFeeCategory } from './not-found.ts';
import { addressType, documentType, education, maritalStatus, occupation, relation, sex } from './person.ts';

export const codeTables: readonly CodeTable[] = [
  cardClass,
  addressType,
  sex,
  bloodAbo,
  bloodRh,
  paymentMethod,
  relation,
  education,
  occupation,
  maritalStatus,
  documentType,
  ethnicGroup,
  gbt2260Hebei,
  serologyItem,
  serologyResult,
  incisionHealing,
  transfusionKind,
  examResult,
  anaesthesia,
  diagnosisType,
  treatmentOutcome,
  administrationRoute,
  dosageForm,
  admissionCondition,
  diagnosisAgreement,
  outpatientFeeCategory,
  inpatientFeeCategory,
];

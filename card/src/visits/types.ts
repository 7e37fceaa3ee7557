/**
 * Visits as values: an element by its key, a repeated block as a list. The fields are the profile's (`files/inpatient.ts`,
 * `files/outpatient.ts`); a test holds both together.
 */
/** 诊断. */
export interface InpatientDiagnosis {
  /** 血清学检查项目代码, code of `serology-item`. */
  readonly serologyItem?: string;
  /** 血清学检查结果代码, code of `serology-result`. */
  readonly serologyResult?: string;
  /** 疾病诊断名称. */
  readonly name?: string;
  /** 疾病诊断代码. */
  readonly code?: string;
  /** 确诊日期, `YYYY-MM-DD`. */
  readonly confirmedDate?: string;
  /** 诊断符合情况描述. */
  readonly agreement?: string;
  /** 诊断符合情况代码, code of `diagnosis-agreement`. */
  readonly agreementCode?: string;
  /** 疾病诊断类型描述. */
  readonly type?: string;
  /** 疾病诊断类型代码, code of `diagnosis-type`. */
  readonly typeCode?: string;
  /** 治疗结果代码, code of `treatment-outcome`. */
  readonly outcomeCode?: string;
  /** 手术/操作名称. */
  readonly procedureName?: string;
  /** 手术/操作代码. */
  readonly procedureCode?: string;
  /** 手术/操作日期, `YYYY-MM-DD`. */
  readonly procedureDate?: string;
  /** 麻醉方法. */
  readonly anaesthesia?: string;
  /** 麻醉方法代码, code of `anaesthesia`. */
  readonly anaesthesiaCode?: string;
  /** 手术切口愈合等级代码, code of `incision-healing`. */
  readonly incisionHealing?: string;
}

/** 输血. */
export interface InpatientTransfusion {
  /** 输血品种代码, code of `transfusion-kind`. */
  readonly kind?: string;
  /** 输血量, digits. */
  readonly volume?: string;
  /** 计量单位. */
  readonly unit?: string;
}

/** 费用. */
export interface InpatientFee {
  /** 分类. */
  readonly category?: string;
  /** 分类代码, code of `inpatient-fee-category`. */
  readonly categoryCode?: string;
  /** 金额, `12.5`. */
  readonly amount?: string;
}

/** 症状与诊断. */
export interface OutpatientDiagnosis {
  /** 症状名称. */
  readonly symptomName?: string;
  /** 症状代码. */
  readonly symptomCode?: string;
  /** 诊断日期, `YYYY-MM-DD`. */
  readonly date?: string;
  /** 门诊诊断名称. */
  readonly name?: string;
  /** 门诊诊断代码. */
  readonly code?: string;
  /** 发病日期时间, `YYYY-MM-DDThh:mm:ss`. */
  readonly onsetTime?: string;
  /** 症状持续时间（分钟）, digits. */
  readonly durationMinutes?: string;
}

/** 检查检验. */
export interface OutpatientExam {
  /** 项目名称. */
  readonly name?: string;
  /** 结果代码, code of `exam-result`. */
  readonly result?: string;
  /** 定量结果, `12.5`. */
  readonly quantity?: string;
  /** 计量单位. */
  readonly unit?: string;
  /** 项目代码. */
  readonly code?: string;
}

/** 用药. */
export interface OutpatientDrug {
  /** 药物名称. */
  readonly name?: string;
  /** 药物剂型代码, code of `dosage-form`. */
  readonly formCode?: string;
  /** 用药天数, digits. */
  readonly days?: string;
  /** 使用频率. */
  readonly frequency?: string;
  /** 剂量单位. */
  readonly doseUnit?: string;
  /** 次剂量, `12.5`. */
  readonly dose?: string;
  /** 总剂量, `12.5`. */
  readonly totalDose?: string;
  /** 使用途径代码, code of `administration-route`. */
  readonly routeCode?: string;
}

/** 手术/操作. */
export interface OutpatientProcedure {
  /** 名称. */
  readonly name?: string;
  /** 代码. */
  readonly code?: string;
  /** 日期, `YYYY-MM-DD`. */
  readonly date?: string;
}

/** 费用. */
export interface OutpatientFee {
  /** 分类名称. */
  readonly category?: string;
  /** 分类代码, code of `outpatient-fee-category`. */
  readonly categoryCode?: string;
  /** 金额, `12.5`. */
  readonly amount?: string;
}

/** 住院记录 (CARD-FACTS 1.5). Absent: the card holds nothing there. */
export interface InpatientVisit {
  readonly kind: 'inpatient';
  /** 住院机构名称. */
  readonly institutionName?: string;
  /** 住院机构组织机构代码. */
  readonly institutionCode?: string;
  /** 入院日期, `YYYY-MM-DD`. */
  readonly admissionDate?: string;
  /** 住院次数, digits. */
  readonly admissionCount?: string;
  /** 病案号. */
  readonly recordNumber?: string;
  /** 入院科室名称. */
  readonly admissionDepartment?: string;
  /** 入院病情代码, code of `admission-condition`. */
  readonly admissionCondition?: string;
  /** 医院感染名称. */
  readonly hospitalInfection?: string;
  /** 损伤和中毒外部原因. */
  readonly externalCause?: string;
  /** At most 3. */
  readonly diagnoses?: readonly InpatientDiagnosis[];
  /** At most 4. */
  readonly transfusions?: readonly InpatientTransfusion[];
  /** 抢救次数, digits. */
  readonly rescueCount?: string;
  /** 抢救成功次数, digits. */
  readonly rescueSuccessCount?: string;
  /** 出院日期, `YYYY-MM-DD`. */
  readonly dischargeDate?: string;
  /** 出院科室名称. */
  readonly dischargeDepartment?: string;
  /** 住院天数, digits. */
  readonly days?: string;
  /** 尸检标志. */
  readonly autopsy?: boolean;
  /** 随诊标志. */
  readonly followUp?: boolean;
  /** 医疗付款方式代码, code of `payment-method`. */
  readonly payment?: string;
  /** At most 20. */
  readonly fees?: readonly InpatientFee[];
  /** 住院总费用, `12.5`. */
  readonly totalFee?: string;
  /** 床位费, `12.5`. */
  readonly bedFee?: string;
  /** 护理费, `12.5`. */
  readonly nursingFee?: string;
  /** 西药费, `12.5`. */
  readonly westernDrugFee?: string;
  /** 中药费, `12.5`. */
  readonly chineseDrugFee?: string;
  /** 化验费, `12.5`. */
  readonly laboratoryFee?: string;
  /** 诊疗费, `12.5`. */
  readonly treatmentFee?: string;
  /** 手术费, `12.5`. */
  readonly surgeryFee?: string;
  /** 检查费, `12.5`. */
  readonly examinationFee?: string;
  /** 其他住院费用, `12.5`. */
  readonly otherFee?: string;
}

/** 门诊记录 (CARD-FACTS 1.6). Absent: the card holds nothing there. */
export interface OutpatientVisit {
  readonly kind: 'outpatient';
  /** 就诊机构名称. */
  readonly institutionName?: string;
  /** 就诊机构组织机构代码. */
  readonly institutionCode?: string;
  /** 就诊日期时间, `YYYY-MM-DDThh:mm:ss`. */
  readonly visitTime?: string;
  /** 门诊号. */
  readonly visitNumber?: string;
  /** 就医科室名称. */
  readonly department?: string;
  /** 医疗付款方式, code of `payment-method`. */
  readonly payment?: string;
  /** At most 5. */
  readonly diagnoses?: readonly OutpatientDiagnosis[];
  /** At most 10. */
  readonly exams?: readonly OutpatientExam[];
  /** At most 5. */
  readonly drugs?: readonly OutpatientDrug[];
  /** At most 3. */
  readonly procedures?: readonly OutpatientProcedure[];
  /** At most 10. */
  readonly fees?: readonly OutpatientFee[];
}

export type Visit = InpatientVisit | OutpatientVisit;
export type VisitKind = Visit['kind'];

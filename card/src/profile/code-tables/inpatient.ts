/**
 * Codes of an inpatient stay. CARD-FACTS 1.5 names CV06.00.103, CV5502.20 and CV05.10.010; the values are those that public
 * health-record software agrees on (three-digit codes of single systems do not fit cn1 and are left out).
 */
import { codeTable } from './table.ts';

export const anaesthesia = codeTable('anaesthesia', '麻醉方法', 'Anaesthesia', 'WS 364.12-2011 CV06.00.103', [
  ['01', '全身麻醉', 'General anaesthesia'],
  ['11', '吸入麻醉', 'Inhalation anaesthesia'],
  ['12', '静脉麻醉', 'Intravenous anaesthesia'],
  ['13', '基础麻醉', 'Basal anaesthesia'],
  ['02', '椎管内麻醉', 'Neuraxial anaesthesia'],
  ['21', '蛛网膜下腔阻滞麻醉', 'Subarachnoid (spinal) block'],
  ['22', '硬脊膜外腔阻滞麻醉', 'Epidural block'],
  ['03', '局部麻醉', 'Local anaesthesia'],
  ['31', '神经丛阻滞麻醉', 'Plexus block'],
  ['32', '神经节阻滞麻醉', 'Ganglion block'],
  ['33', '神经阻滞麻醉', 'Nerve block'],
  ['34', '区域阻滞麻醉', 'Field block'],
  ['35', '局部浸润麻醉', 'Local infiltration'],
  ['36', '表面麻醉', 'Topical anaesthesia'],
  ['04', '复合麻醉', 'Combined anaesthesia'],
  ['41', '静吸复合全麻', 'Combined intravenous and inhalation anaesthesia'],
  ['42', '针药复合麻醉', 'Combined acupuncture and drug anaesthesia'],
  ['43', '神经丛与硬膜外阻滞复合麻醉', 'Combined plexus and epidural block'],
  ['44', '全麻复合全身降温', 'General anaesthesia with hypothermia'],
  ['45', '全麻复合控制性降压', 'General anaesthesia with controlled hypotension'],
  ['09', '其他麻醉方法', 'Other anaesthesia'],
]);

export const diagnosisType = codeTable('diagnosis-type', '疾病诊断类型', 'Type of diagnosis', 'WS 364-2011 CV5502.20', [
  ['01', '出院诊断', 'Discharge diagnosis'],
  ['02', '门诊诊断', 'Outpatient diagnosis'],
  ['03', '入院初步诊断', 'Preliminary diagnosis on admission'],
  ['04', '术前诊断', 'Preoperative diagnosis'],
  ['05', '术后诊断', 'Postoperative diagnosis'],
  ['06', '尸检诊断', 'Autopsy diagnosis'],
  ['07', '放射诊断', 'Radiological diagnosis'],
  ['08', '超声诊断', 'Ultrasound diagnosis'],
  ['09', '病理诊断', 'Pathological diagnosis'],
  ['10', '并发症诊断', 'Diagnosis of a complication'],
  ['11', '院内感染诊断', 'Diagnosis of a hospital infection'],
  ['12', '主要诊断', 'Principal diagnosis'],
  ['13', '次要诊断', 'Secondary diagnosis'],
  ['99', '其他', 'Other'],
]);

export const treatmentOutcome = codeTable(
  'treatment-outcome',
  '治疗结果',
  'Outcome of treatment',
  'WS 364.11-2011 CV05.10.010',
  [
    ['01', '治愈', 'Cured'],
    ['02', '好转', 'Improved'],
    ['03', '稳定', 'Stable'],
    ['04', '恶化', 'Worse'],
    ['05', '死亡', 'Died'],
    ['09', '其他', 'Other'],
  ],
);

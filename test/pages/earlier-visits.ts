/** What other houses wrote on the card of the desk page's test, newest first. */
export const earlierVisits = [
  {
    kind: 'outpatient',
    visitTime: '2026-11-20T09:10:00',
    institutionName: '正定县人民医院',
    department: '内分泌科',
    diagnoses: [{ name: '2型糖尿病', code: 'E11.9' }],
  },
  {
    kind: 'outpatient',
    visitTime: '2026-08-03T15:40:00',
    institutionName: '曙光镇卫生院',
    department: '全科',
    diagnoses: [{ name: '高血压2级', code: 'I10' }],
  },
  {
    kind: 'inpatient',
    admissionDate: '2025-12-01',
    institutionName: '石家庄市第一医院',
    admissionDepartment: '心内科',
    diagnoses: [{ name: '冠心病', code: 'I25.1' }],
  },
];

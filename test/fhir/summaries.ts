/** The holders of the tests (ADR 002: nobody's numbers): a full card, the newborn of the roster, a name with a rare character. */
import { type CardData, encodeCardData, type FileImage } from '@rhc/card/personalization';
import { decodeHealthSummary, type HealthSummary } from '@rhc/card/summary';
import { encodeVisit, type InpatientVisit, type OutpatientVisit, type Visit } from '@rhc/card/visits';
import { context } from '../../card/test/support/arbitrary-card.ts';

const ISSUED = {
  cardClass: '1',
  specVersion: '2.0',
  issuerName: '石家庄市卫健委',
  issuerCode: '1301',
  issuerCertificate: 'AB'.repeat(180),
  issueDate: '2026-11-22',
  securityCode: '042',
  issueSerial: 'HB00000001',
  cityCode: '130100',
  expiryDate: '2036-11-22',
};

const inpatient: InpatientVisit = {
  kind: 'inpatient',
  institutionName: '正定县人民医院',
  institutionCode: '401234567X',
  admissionDate: '2026-03-02',
  admissionCount: '2',
  recordNumber: '2026-00417',
  admissionDepartment: '普通外科',
  admissionCondition: '2',
  diagnoses: [
    {
      serologyItem: '00',
      serologyResult: '01',
      name: '急性阑尾炎',
      code: 'K35.9',
      confirmedDate: '2026-03-02',
      agreement: '符合',
      agreementCode: '1',
      type: '主要诊断',
      typeCode: '12',
      outcomeCode: '01',
      procedureName: '阑尾切除术',
      procedureCode: '47.09',
      procedureDate: '2026-03-02',
      anaesthesia: '硬膜外',
      anaesthesiaCode: '22',
      incisionHealing: '01',
    },
    { name: '2型糖尿病', code: 'E11.9', typeCode: '13' },
  ],
  transfusions: [{ kind: '01', volume: '200', unit: 'mL' }],
  dischargeDate: '2026-03-09',
  days: '7',
  followUp: true,
  autopsy: false,
  payment: '03',
  fees: [{ category: '西药费', categoryCode: '1', amount: '356.4' }],
  totalFee: '4120.55',
  surgeryFee: '1200',
};

const outpatient: OutpatientVisit = {
  kind: 'outpatient',
  institutionName: '样板庄村卫生室',
  visitTime: '2026-10-18T08:05:59',
  visitNumber: 'M20261018-07',
  department: '全科',
  payment: '07',
  diagnoses: [
    { symptomName: '咳嗽', symptomCode: 'R05', onsetTime: '2026-10-16T21:00:00', durationMinutes: '90' },
    { date: '2026-10-18', name: '急性支气管炎', code: 'J20.9' },
  ],
  exams: [{ name: '血红蛋白', result: '02', quantity: '132.5', unit: 'g/L', code: '718-7' }],
  drugs: [
    {
      name: '阿莫西林胶囊',
      formCode: '19',
      days: '5',
      frequency: '每日三次',
      doseUnit: 'g',
      dose: '0.5',
      totalDose: '7.5',
      routeCode: '0001',
    },
  ],
  procedures: [{ name: '雾化吸入', code: '93.94', date: '2026-10-18' }],
  fees: [{ category: '西药费', categoryCode: '01', amount: '23.8' }],
};

function visitSlot(
  files: readonly FileImage[],
  index: string,
  slotFile: string,
  visit: Visit,
  proof: string,
): readonly FileImage[] {
  return files.map((image) => {
    if (image.file === index) return { ...image, contents: image.contents.with(0, Uint8Array.of(0x00)) };
    if (image.file !== slotFile) return image;
    const content = new Uint8Array(image.contents[0]?.length ?? 0);
    const business = encodeVisit(context, visit);
    content.set(business);
    if (proof !== '') content.fill(Number.parseInt(proof, 16), business.length);
    return { ...image, contents: [content] };
  });
}

function summaryOf(data: Partial<CardData>, visits = false): HealthSummary {
  const files = encodeCardData(context.profile, context.product, {
    elements: {},
    allergies: [],
    immunizations: [],
    photo: null,
    ...data,
  });
  if (!visits) return decodeHealthSummary(context, files);
  const first = visitSlot(files, 'DF03/EF05', 'DF03/EE01', inpatient, 'A5');
  return decodeHealthSummary(context, visitSlot(first, 'DF03/EF06', 'DF03/ED01', outpatient, ''));
}

export const fullSummary = summaryOf(
  {
    elements: {
      ...ISSUED,
      cardNumber: '130101195803129021',
      name: '田玉兰',
      sex: '2',
      ethnicGroup: '11',
      birthDate: '1958-03-12',
      idNumber: '130101195803129021',
      phone1: '0311-00000001',
      phone2: '0311-00000002',
      payment1: '03',
      payment2: '05',
      payment3: '07',
      addressType1: '01',
      address1: '河北省石家庄市正定县样板庄村12号',
      addressType2: '02',
      address2: '河北省石家庄市长安区样板街1号',
      contactName1: '田大山',
      contactRelation1: '01',
      contactPhone1: '0311-00005001',
      contactRelation2: '02',
      contactPhone3: '0311-00005003',
      education: '08',
      maritalStatus: '20',
      occupation: '5',
      documentType: '01',
      documentNumber: '130101195803129021',
      ehrNumber: '13012390000000001',
      ruralSchemeNumber: '130123990000001',
      bloodAbo: '1',
      bloodRh: '01',
      asthma: true,
      heartDisease: true,
      diabetes: false,
      pacemaker: true,
      otherAlert: '高血压,服药中',
      psychiatric: false,
    },
    allergies: [
      { substance: '青霉素', reaction: '皮疹,头晕' },
      { substance: '海鲜', reaction: '' },
    ],
    immunizations: [
      { name: '流感疫苗', date: '2025-10-18' },
      { name: '乙肝疫苗', date: '' },
    ],
    photo: Uint8Array.of(0xff, 0xd8, 0xff, 0xd9),
  },
  true,
);

export const newbornSummary = summaryOf({
  elements: {
    ...ISSUED,
    cardNumber: 'Z139900001',
    name: '田玉兰之女',
    sex: '2',
    birthDate: '2026-11-20',
    documentType: '99',
    documentNumber: 'Z139900001',
    contactName1: '田玉兰',
    contactRelation1: '05',
  },
});

export const rareNameSummary = summaryOf({
  elements: { ...ISSUED, cardNumber: '130101199001010014', name: '孙䶮', sex: '1', birthDate: '1990-01-01' },
});

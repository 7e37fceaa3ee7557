/** Which element has which code table, by the clauses of CARD-FACTS 1.4–1.6; written down apart from the declarations. */
import { describe, expect, test } from '@jest/globals';
import { elementsOf, nationalProfile } from '../index.ts';

const coded = [...new Set(nationalProfile.files.flatMap(elementsOf))].flatMap(({ id, meaning }) =>
  meaning.kind === 'code'
    ? [{ id: id.replace(/(diagnosis|transfusion|fee|exam|drug)\d+\./, '$1.'), table: meaning.table }]
    : [],
);

describe('code tables', () => {
  test('every coded element of the facts has one', () => {
    expect(Object.fromEntries(coded.map(({ id, table }) => [id, table]))).toEqual({
      cardClass: 'card-class',
      cityCode: 'region-hebei',
      sex: 'sex',
      ethnicGroup: 'ethnic-group',
      payment1: 'payment-method',
      payment2: 'payment-method',
      payment3: 'payment-method',
      addressType1: 'address-type',
      addressType2: 'address-type',
      contactRelation1: 'relation',
      contactRelation2: 'relation',
      contactRelation3: 'relation',
      education: 'education',
      maritalStatus: 'marital-status',
      occupation: 'occupation',
      documentType: 'document-type',
      bloodAbo: 'blood-abo',
      bloodRh: 'blood-rh',
      'inpatient.admissionCondition': 'admission-condition',
      'inpatient.diagnosis.serologyItem': 'serology-item',
      'inpatient.diagnosis.serologyResult': 'serology-result',
      'inpatient.diagnosis.agreementCode': 'diagnosis-agreement',
      'inpatient.diagnosis.typeCode': 'diagnosis-type',
      'inpatient.diagnosis.outcomeCode': 'treatment-outcome',
      'inpatient.diagnosis.anaesthesiaCode': 'anaesthesia',
      'inpatient.diagnosis.incisionHealing': 'incision-healing',
      'inpatient.transfusion.kind': 'transfusion-kind',
      'inpatient.payment': 'payment-method',
      'inpatient.fee.categoryCode': 'inpatient-fee-category',
      'outpatient.payment': 'payment-method',
      'outpatient.exam.result': 'exam-result',
      'outpatient.drug.formCode': 'dosage-form',
      'outpatient.drug.routeCode': 'administration-route',
      'outpatient.fee.categoryCode': 'outpatient-fee-category',
    });
  });

  test('no table stands idle, and only these four could not be established', () => {
    const used = new Set(coded.map(({ table }) => table));
    expect(nationalProfile.codeTables.filter(({ id }) => !used.has(id))).toEqual([]);
    const missing = nationalProfile.codeTables.filter(({ source }) => source === 'not found').map(({ id }) => id);
    expect(missing).toEqual([
      'admission-condition',
      'diagnosis-agreement',
      'outpatient-fee-category',
      'inpatient-fee-category',
    ]);
  });

  test.each([
    ['anaesthesia', 21],
    ['diagnosis-type', 14],
    ['treatment-outcome', 6],
    ['administration-route', 24],
    ['dosage-form', 75],
  ])('%s has %i codes, each as wide as its element', (id, count) => {
    const { entries } = nationalProfile.codeTable(id);
    expect(entries).toHaveLength(count);
    expect(new Set(entries.map(({ code }) => code.length)).size).toBe(1);
  });
});

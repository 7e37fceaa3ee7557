/** The rules of a resident's record as they are declared: a rule that nobody's row breaks is found by its absence. */
import { ENROLMENT_RULES, type EnrolmentRule, ROSTER_ROW_RULES } from '../../src/domain/enrolment-rules.ts';
import type { ResidentInput } from '../../src/domain/resident.ts';

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const ANY = '\0';

/** Every rule, and what its Chinese words look like when it is told. */
export const DECLARED_RULES: readonly (EnrolmentRule & { readonly told: RegExp })[] = Object.values({
  ...ENROLMENT_RULES,
  ...ROSTER_ROW_RULES,
}).map((declared) => {
  const rule = typeof declared === 'function' ? declared(ANY, ANY) : declared;
  const told = new RegExp(`^${rule.rule.zh.split(ANY).map(escaped).join('.+')}$`, 'u');
  return { ...rule, told };
});

/** Without its document's number. */
export const SOUND_INPUT = {
  name: '单雪莲',
  sex: '女',
  ethnicGroup: '汉',
  birthDate: '1985-06-12',
  documentType: '居民身份证',
  areaCode: '130102',
};

/** What only the form at the counter can say: our roster has no column for it. */
export const FORM_ONLY: readonly Partial<ResidentInput>[] = [
  { villageCode: '13010200100' },
  { villageCode: '130104001003' },
  { villageCode: '130102000003' },
  { otherDocuments: Array.from({ length: 6 }, () => ({ documentType: '护照', documentNumber: 'E12345678' })) },
  { otherDocuments: [{ documentType: '居民身份证', documentNumber: '123456789012345678' }] },
  { otherDocuments: [{ documentType: '护照', documentNumber: '?' }] },
  { otherContacts: Array.from({ length: 3 }, () => ({ name: '甲' })) },
  { otherContacts: [{ name: '' }] },
  { photo: new Uint8Array(4000) },
  { photo: new Uint8Array(9) },
];

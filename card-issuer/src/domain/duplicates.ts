/**
 * How like two residents are. Each rule adds to a score or takes from it and leaves its reason; what scores enough is a
 * candidate for a person to look at, and nothing is ever merged by a score.
 */
import type { Text } from '@rhc/card/errors';
import type { Resident } from './resident.ts';
import { addressKey, nameKey, numberKey, phoneKey } from './resident-keys.ts';

interface Rule {
  readonly points: number;
  readonly text: Text;
  holds(a: Resident, b: Resident): boolean;
}

const numbersOf = (resident: Resident): string[] =>
  [resident.documentNumber, ...(resident.otherDocuments ?? []).map(({ documentNumber }) => documentNumber)].map(
    numberKey,
  );
const addressesOf = (resident: Resident): string[] =>
  [resident.currentAddress, resident.householdAddress].flatMap((address) => (address ? [addressKey(address)] : []));
const share = (a: readonly string[], b: readonly string[]): boolean => a.some((value) => b.includes(value));
const same = (a: string | null, b: string | null): boolean => a !== null && a === b;

export const DUPLICATE_RULES = {
  'same-number': {
    points: 100,
    text: { zh: '证件号码相同', en: 'same document number' },
    holds: (a, b) => share(numbersOf(a), numbersOf(b)),
  },
  'same-name': {
    points: 35,
    text: { zh: '姓名相同', en: 'same name' },
    holds: (a, b) => nameKey(a.name) === nameKey(b.name),
  },
  'same-birth-date': {
    points: 25,
    text: { zh: '出生日期相同', en: 'same birth date' },
    holds: (a, b) => a.birthDate === b.birthDate,
  },
  'same-address': {
    points: 35,
    text: { zh: '地址相同', en: 'same address' },
    holds: (a, b) => share(addressesOf(a), addressesOf(b)),
  },
  'same-phone': {
    points: 15,
    text: { zh: '电话相同', en: 'same phone' },
    holds: (a, b) => same(phoneKey(a.phone), phoneKey(b.phone)),
  },
  'same-contact': {
    points: 10,
    text: { zh: '联系人相同', en: 'same contact person' },
    holds: (a, b) => same(a.contactName, b.contactName),
  },
  'one-without-number': {
    points: 5,
    text: { zh: '其中一人没有身份证号码', en: 'one of them has no identity number' },
    holds: (a, b) => (a.documentKind === 'identity') !== (b.documentKind === 'identity'),
  },
  'other-area': {
    points: -15,
    text: { zh: '县区不同', en: 'another county' },
    holds: (a, b) => a.areaCode !== b.areaCode,
  },
  'other-sex': {
    points: -35,
    text: { zh: '性别不同', en: 'another sex' },
    holds: (a, b) => a.sex !== b.sex,
  },
  'two-identity-numbers': {
    points: -30,
    text: { zh: '两个不同的身份证号码', en: 'two different identity numbers' },
    holds: (a, b) =>
      a.documentKind === 'identity' && b.documentKind === 'identity' && a.documentNumber !== b.documentNumber,
  },
} as const satisfies Record<string, Rule>;

export type DuplicateReason = keyof typeof DUPLICATE_RULES;
/** Name and birth date of one county reach it unless two identity numbers speak against it. */
export const CANDIDATE_SCORE = 60;

export function likeness(a: Resident, b: Resident): { readonly score: number; readonly reasons: DuplicateReason[] } {
  const reasons = (Object.keys(DUPLICATE_RULES) as DuplicateReason[]).filter((name) =>
    DUPLICATE_RULES[name].holds(a, b),
  );
  const score = reasons.reduce((sum, name) => sum + DUPLICATE_RULES[name].points, 0);
  return { score: Math.max(0, Math.min(100, score)), reasons };
}

/** What stands in the form: texts and codes as the register takes them, empty fields as empty texts. */
import { parseIdentityNumber } from '../../src/contract/identity-number.ts';
import type {
  CountiesResponse,
  EnrolmentFormResponse,
  EnrolRequest,
  ResidentResponse,
} from '../../src/contract/index.ts';

export type Draft = Omit<EnrolRequest, 'purpose'>;
export type County = CountiesResponse['counties'][number];

const IDENTITY_CARD = '01';
const HAN = '01';

export const EMPTY: Draft = {
  name: '',
  sex: '',
  ethnicGroup: HAN,
  birthDate: '',
  documentType: IDENTITY_CARD,
  documentNumber: '',
  areaCode: '',
};

/**
 * A new record of this number. Birth date and sex stand in the number itself; the county in it is where it was given,
 * which is only proposed.
 */
export function draftOfNumber(documentNumber: string, counties: readonly County[]): Draft {
  const parsed = parseIdentityNumber(documentNumber);
  if (!parsed.ok) return { ...EMPTY, documentNumber };
  const { birthDate, sex } = parsed.number;
  const proposed = documentNumber.slice(0, 6);
  const areaCode = counties.some((county) => county.areaCode === proposed) ? proposed : '';
  return { ...EMPTY, documentNumber, birthDate, sex, areaCode };
}

/** A stored record, to be corrected. */
export function draftOfRecord(
  { documentKind, alertItems, ...resident }: ResidentResponse['resident'],
  { alerts }: EnrolmentFormResponse,
): Draft {
  const known = Object.entries(resident).filter(([, value]) => value !== null);
  const otherContacts = resident.otherContacts.map(({ name, relationship, phone }) => ({
    name,
    relationship: relationship ?? '',
    phone: phone ?? '',
  }));
  return {
    ...(Object.fromEntries(known) as unknown as Draft),
    otherContacts,
    documentType: ['temporary', 'birth-certificate'].includes(documentKind) ? documentKind : resident.documentType,
    alerts: alerts.filter(({ item }) => alertItems.includes(item)).map(({ id }) => id),
  };
}

/** What is sent: empty fields are left out. */
export function bodyOf(draft: Draft): Draft {
  const filled = Object.entries(draft).filter(
    ([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0),
  );
  const required = {
    name: '',
    sex: '',
    ethnicGroup: '',
    birthDate: '',
    documentType: '',
    documentNumber: '',
    areaCode: '',
  };
  return { ...required, ...(Object.fromEntries(filled) as unknown as Draft) };
}

export const contentOf = (draft: Draft): string =>
  JSON.stringify(Object.entries(bodyOf(draft)).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** The form of an enrolment as data: tables and sizes by the card's own elements, so that no form repeats a code. */
import type { Text } from '@rhc/card/errors';
import { MAX_PHOTO_BYTES } from './photo.ts';
import { codeTableOfItem, elementOfItem } from './profile-items.ts';
import { ALERT_ITEMS, ALLERGY_RECORDS, IMMUNIZATION_RECORDS } from './validate-resident.ts';

/** Field of an enrolment → item number (标志) of the element it fills. */
const TABLE_ITEMS = {
  sex: 12,
  ethnicGroup: 13,
  documentType: 37,
  contactRelationship: 26,
  paymentMethods: 18,
  bloodAbo: 41,
  bloodRh: 42,
  education: 34,
  marital: 35,
  occupation: 36,
} as const;
const SIZE_ITEMS = {
  name: 11,
  phone: 16,
  secondPhone: 17,
  householdAddress: 22,
  currentAddress: 24,
  contactName: 25,
  contactPhone: 27,
  ehrNumber: 39,
  ruralSchemeNumber: 40,
  otherAlert: 55,
} as const;
/** Papers that the card's table does not know (`validateResident`). */
const OTHER_PAPERS: readonly { readonly code: string; readonly text: Text }[] = [
  { code: 'birth-certificate', text: { zh: '出生医学证明', en: 'birth certificate' } },
  { code: 'temporary', text: { zh: '临时身份(新生儿)', en: 'temporary (newborn)' } },
];

type Entry = { readonly code: string; readonly text: Text };

export function enrolmentForm() {
  const table = (item: number): Entry[] => codeTableOfItem(item).entries.map(({ code, text }) => ({ code, text }));
  const tables = Object.fromEntries(
    Object.entries(TABLE_ITEMS).map(([field, item]) => [field, table(item)]),
  ) as unknown as Record<keyof typeof TABLE_ITEMS, Entry[]>;
  return {
    tables: { ...tables, documentType: [...tables.documentType, ...OTHER_PAPERS] },
    alerts: ALERT_ITEMS.map((item) => {
      const { id, text } = elementOfItem(item);
      return { id, item, text: { ...text, zh: text.zh.replace(/标志$/, '') } };
    }),
    sizeBytes: Object.fromEntries(
      Object.entries(SIZE_ITEMS).map(([field, item]) => [field, elementOfItem(item).sizeBytes]),
    ),
    records: { allergies: ALLERGY_RECORDS, immunizations: IMMUNIZATION_RECORDS },
    photoMaxBytes: MAX_PHOTO_BYTES,
  };
}

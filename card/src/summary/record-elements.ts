/** The summary's parts that stand in TLV records, and the elements they come from: one table read in both directions. */
import type { ElementValue } from '../codec/index.ts';
import type { CardProfile } from '../profile/types.ts';
import { codedValue } from './element-bytes.ts';
import { summaryErrors } from './errors.ts';
import {
  ALERT_FLAGS,
  type AlertFlag,
  type CodedValue,
  type HealthSummary,
  type SummaryAddress,
  type SummaryContactPerson,
} from './types.ts';

export type ElementValues = Readonly<Record<string, ElementValue>>;
export type RecordParts = Pick<
  HealthSummary,
  'identity' | 'card' | 'contacts' | 'social' | 'documents' | 'paymentMethods' | 'alerts'
>;

export const PSYCHIATRIC_ELEMENT = 'psychiatric';

const PHONES = ['phone1', 'phone2'] as const;
const ADDRESSES = [1, 2] as const;
const PERSONS = [1, 2, 3] as const;
const PAYMENTS = ['payment1', 'payment2', 'payment3'] as const;

export function recordParts(profile: CardProfile, values: ElementValues): RecordParts {
  const text = (id: string): string | null => {
    const value = values[id];
    return typeof value === 'string' ? value : null;
  };
  const coded = (id: string): CodedValue | null => {
    const code = text(id);
    return code === null ? null : codedValue(profile, profile.element(id).element, code);
  };
  const flag = (id: string): boolean | null => {
    const value = values[id];
    return typeof value === 'boolean' ? value : null;
  };
  return {
    identity: {
      name: text('name'),
      sex: coded('sex'),
      ethnicGroup: coded('ethnicGroup'),
      birthDate: text('birthDate'),
      idNumber: text('idNumber'),
      cardNumber: text('cardNumber'),
    },
    card: {
      class: coded('cardClass'),
      specVersion: text('specVersion'),
      issuerName: text('issuerName'),
      issuerCode: text('issuerCode'),
      issuerCertificate: text('issuerCertificate'),
      city: coded('cityCode'),
      serial: text('issueSerial'),
      securityCode: text('securityCode'),
      issueDate: text('issueDate'),
      expiryDate: text('expiryDate'),
    },
    contacts: {
      phones: PHONES.map(text),
      addresses: ADDRESSES.map((n) => ({ type: coded(`addressType${n}`), text: text(`address${n}`) })),
      persons: PERSONS.map((n) => ({
        name: text(`contactName${n}`),
        relation: coded(`contactRelation${n}`),
        phone: text(`contactPhone${n}`),
      })),
    },
    social: { education: coded('education'), maritalStatus: coded('maritalStatus'), occupation: coded('occupation') },
    documents: {
      type: coded('documentType'),
      number: text('documentNumber'),
      ehrNumber: text('ehrNumber'),
      ruralSchemeNumber: text('ruralSchemeNumber'),
    },
    paymentMethods: PAYMENTS.map(coded),
    alerts: {
      bloodAbo: coded('bloodAbo'),
      bloodRh: coded('bloodRh'),
      flags: Object.fromEntries(ALERT_FLAGS.map((id) => [id, flag(id)])) as Record<AlertFlag, boolean | null>,
      other: text('otherAlert'),
    },
  };
}

/** Every element of the TLV files that the summary has, the psychiatric flag only where the summary has it. */
export function recordValues(summary: HealthSummary): ElementValues {
  const { identity, card, contacts, social, documents, paymentMethods, alerts, psychiatric } = summary;
  const code = (value: CodedValue | null | undefined): string | null => value?.code ?? null;
  requirePlaces('contacts.phones', contacts.phones, PHONES.length);
  requirePlaces('contacts.addresses', contacts.addresses, ADDRESSES.length);
  requirePlaces('contacts.persons', contacts.persons, PERSONS.length);
  requirePlaces('paymentMethods', paymentMethods, PAYMENTS.length);
  const address = (n: number): SummaryAddress | undefined => contacts.addresses[n - 1];
  const person = (n: number): SummaryContactPerson | undefined => contacts.persons[n - 1];
  return {
    name: identity.name,
    sex: code(identity.sex),
    ethnicGroup: code(identity.ethnicGroup),
    birthDate: identity.birthDate,
    idNumber: identity.idNumber,
    cardNumber: identity.cardNumber,
    cardClass: code(card.class),
    specVersion: card.specVersion,
    issuerName: card.issuerName,
    issuerCode: card.issuerCode,
    issuerCertificate: card.issuerCertificate,
    cityCode: code(card.city),
    issueSerial: card.serial,
    securityCode: card.securityCode,
    issueDate: card.issueDate,
    expiryDate: card.expiryDate,
    ...Object.fromEntries(PHONES.map((id, k) => [id, contacts.phones[k] ?? null])),
    ...Object.fromEntries(
      ADDRESSES.flatMap((n) => [
        [`addressType${n}`, code(address(n)?.type)],
        [`address${n}`, address(n)?.text ?? null],
      ]),
    ),
    ...Object.fromEntries(
      PERSONS.flatMap((n) => [
        [`contactName${n}`, person(n)?.name ?? null],
        [`contactRelation${n}`, code(person(n)?.relation)],
        [`contactPhone${n}`, person(n)?.phone ?? null],
      ]),
    ),
    education: code(social.education),
    maritalStatus: code(social.maritalStatus),
    occupation: code(social.occupation),
    documentType: code(documents.type),
    documentNumber: documents.number,
    ehrNumber: documents.ehrNumber,
    ruralSchemeNumber: documents.ruralSchemeNumber,
    ...Object.fromEntries(PAYMENTS.map((id, k) => [id, code(paymentMethods[k])])),
    bloodAbo: code(alerts.bloodAbo),
    bloodRh: code(alerts.bloodRh),
    ...alerts.flags,
    otherAlert: alerts.other,
    ...(psychiatric === undefined ? {} : { [PSYCHIATRIC_ELEMENT]: psychiatric }),
  };
}

/** More entries than the card has places would be lost without a word. */
export function requirePlaces(field: string, list: readonly unknown[], most: number): void {
  if (list.length <= most) return;
  const rule = { zh: `卡上只有 ${most} 个位置`, en: `the card has ${most} places, ${list.length} were given` };
  throw summaryErrors.make('SUMMARY_INVALID', { fields: [{ field, rule }] });
}

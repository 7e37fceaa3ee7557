/** Holder, card, contacts, documents and photo: the Patient of the bundle, with the issuer as Organization. */
import type {
  HealthSummary,
  SummaryAddress,
  SummaryCard,
  SummaryContactPerson,
  SummaryContacts,
  SummaryDocuments,
  SummaryIdentity,
  SummarySocial,
} from '../summary/types.ts';
import type {
  Address,
  CodeableConcept,
  ContactPoint,
  Identifier,
  Organization,
  Patient,
  PatientContact,
} from './fhir-types.ts';
import { CARD_NUMBER_SYSTEM, EHR_NUMBER_SYSTEM, ID_NUMBER_SYSTEM, identifierSystem, TERMINOLOGY } from './systems.ts';
import {
  absent,
  base64ToHex,
  binaryExtension,
  codedOf,
  codeExtension,
  compact,
  concept,
  fhirText,
  findExtension,
  hexOf,
  hexToBase64,
  textExtension,
} from './values.ts';

export const PATIENT_ID = 'patient';
export const ISSUER_ID = 'issuer';

const GENDERS: Readonly<Record<string, string>> = { '1': 'male', '2': 'female' };
const MARITAL: Readonly<Record<string, readonly [code: string, display: string]>> = {
  '10': ['S', 'Never Married'],
  '20': ['M', 'Married'],
  '30': ['W', 'Widowed'],
  '40': ['D', 'Divorced'],
};
/** 现居住地址 */
const PRESENT_RESIDENCE = '02';

type PatientParts = Pick<
  HealthSummary,
  'identity' | 'card' | 'contacts' | 'social' | 'documents' | 'paymentMethods' | 'photo'
>;

export function toPatient(summary: PatientParts): Patient {
  const { identity, contacts, social, paymentMethods, photo } = summary;
  const name = fhirText(identity.name);
  return compact({
    resourceType: 'Patient' as const,
    id: PATIENT_ID,
    extension: [
      ...codeExtension('sex', 'sex', identity.sex),
      ...codeExtension('ethnicGroup', 'ethnic-group', identity.ethnicGroup),
      ...codeExtension('education', 'education', social.education),
      ...codeExtension('occupation', 'occupation', social.occupation),
      ...paymentMethods.flatMap((method, k) => codeExtension(`payment${k + 1}`, 'payment-method', method)),
    ],
    identifier: identifiers(summary),
    name: [name === undefined ? absent() : { text: name }],
    telecom: contacts.phones.flatMap((phone, k) => phoneOf(phone, k)),
    gender: GENDERS[identity.sex?.code ?? ''] ?? 'unknown',
    birthDate: identity.birthDate ?? undefined,
    _birthDate: identity.birthDate === null ? absent() : undefined,
    address: contacts.addresses.flatMap(addressOf),
    maritalStatus: maritalStatus(social),
    photo: photo ? [{ contentType: 'image/jpeg', data: hexToBase64(photo) }] : undefined,
    contact: contacts.persons.flatMap(personOf),
  }) as Patient;
}

export function toIssuer({ issuerName, issuerCode }: SummaryCard): Organization | null {
  const name = fhirText(issuerName);
  if (name === undefined && issuerCode === null) return null;
  return compact({
    resourceType: 'Organization' as const,
    id: ISSUER_ID,
    identifier: issuerCode === null ? undefined : [{ system: identifierSystem('issuer-code'), value: issuerCode }],
    name,
  }) as Organization;
}

export function fromPatient(patient: Patient, issuer: Organization | undefined): PatientParts {
  const photo = patient.photo?.[0]?.data;
  return {
    identity: identityOf(patient),
    card: cardOf(patient, issuer),
    contacts: contactsOf(patient),
    social: {
      education: codedOf(findExtension(patient, 'education')?.valueCodeableConcept, 'education'),
      maritalStatus: codedOf(patient.maritalStatus, 'marital-status'),
      occupation: codedOf(findExtension(patient, 'occupation')?.valueCodeableConcept, 'occupation'),
    },
    documents: documentsOf(patient),
    paymentMethods: [1, 2, 3].map((n) =>
      codedOf(findExtension(patient, `payment${n}`)?.valueCodeableConcept, 'payment-method'),
    ),
    photo: photo === undefined ? null : base64ToHex(photo),
  };
}

function identifiers({ identity, card, documents }: PatientParts): readonly Identifier[] {
  const number = (id: string, system: string, value: string | null): readonly Identifier[] => {
    const text = fhirText(value);
    return text === undefined ? [] : [{ id, system, value: text }];
  };
  const document = compact({
    id: 'document',
    type: documents.type === null ? undefined : concept('document-type', documents.type),
    system: identifierSystem('document-number'),
    value: fhirText(documents.number),
  });
  return [
    ...number('id-number', ID_NUMBER_SYSTEM, identity.idNumber),
    cardIdentifier(identity, card),
    ...(documents.type === null && document.value === undefined ? [] : [document]),
    ...number('ehr-number', EHR_NUMBER_SYSTEM, documents.ehrNumber),
    ...number('rural-scheme-number', identifierSystem('rural-scheme-number'), documents.ruralSchemeNumber),
  ];
}

/** The card itself: its number, its validity, and what else stands in DDF1/EF05. */
function cardIdentifier(identity: SummaryIdentity, card: SummaryCard): Identifier {
  return compact({
    id: 'card',
    extension: [
      ...codeExtension('cardClass', 'card-class', card.class),
      ...textExtension('specVersion', card.specVersion),
      ...binaryExtension('issuerCertificate', card.issuerCertificate),
      ...codeExtension('cityCode', 'region-hebei', card.city),
      ...textExtension('issueSerial', card.serial),
      ...textExtension('securityCode', card.securityCode),
    ],
    system: CARD_NUMBER_SYSTEM,
    value: fhirText(identity.cardNumber),
    period: compact({ start: card.issueDate ?? undefined, end: card.expiryDate ?? undefined }),
    assigner: toIssuer(card) === null ? undefined : { reference: `Organization/${ISSUER_ID}` },
  }) as Identifier;
}

function phoneOf(phone: string | null, index: number): readonly ContactPoint[] {
  const value = fhirText(phone);
  return value === undefined ? [] : [{ id: `phone${index + 1}`, system: 'phone', value, rank: index + 1 }];
}

function addressOf({ type, text }: SummaryAddress, index: number): readonly Address[] {
  const line = fhirText(text);
  if (type === null && line === undefined) return [];
  return [
    compact({
      id: `address${index + 1}`,
      extension: codeExtension('addressType', 'address-type', type),
      use: type?.code === PRESENT_RESIDENCE ? 'home' : undefined,
      text: line,
    }) as Address,
  ];
}

/** R4 pat-1: a contact has at least a detail; who is known by the relation alone has an unknown name. */
function personOf({ name, relation, phone }: SummaryContactPerson, index: number): readonly PatientContact[] {
  const text = fhirText(name);
  const value = fhirText(phone);
  if (text === undefined && value === undefined && relation === null) return [];
  return [
    compact({
      id: `contact${index + 1}`,
      relationship: relation === null ? undefined : [concept('relation', relation)],
      name: text === undefined ? (value === undefined ? absent() : undefined) : { text },
      telecom: value === undefined ? undefined : [{ system: 'phone', value }],
    }) as PatientContact,
  ];
}

function maritalStatus({ maritalStatus: value }: SummarySocial): CodeableConcept | undefined {
  if (value === null) return undefined;
  const own = concept('marital-status', value);
  const hl7 = MARITAL[value.code];
  if (hl7 === undefined || own.coding === undefined) return own;
  const [code, display] = hl7;
  return { ...own, coding: [...own.coding, { system: `${TERMINOLOGY}/v3-MaritalStatus`, code, display }] };
}

function identifierOf({ identifier }: Patient, system: string): Identifier | undefined {
  return identifier?.find((entry) => entry.system === system);
}

function identityOf(patient: Patient): SummaryIdentity {
  return {
    name: patient.name?.[0]?.text ?? null,
    sex: codedOf(findExtension(patient, 'sex')?.valueCodeableConcept, 'sex'),
    ethnicGroup: codedOf(findExtension(patient, 'ethnicGroup')?.valueCodeableConcept, 'ethnic-group'),
    birthDate: patient.birthDate ?? null,
    idNumber: identifierOf(patient, ID_NUMBER_SYSTEM)?.value ?? null,
    cardNumber: identifierOf(patient, CARD_NUMBER_SYSTEM)?.value ?? null,
  };
}

function cardOf(patient: Patient, issuer: Organization | undefined): SummaryCard {
  const card = identifierOf(patient, CARD_NUMBER_SYSTEM);
  const text = (name: string) => findExtension(card, name)?.valueString ?? null;
  return {
    class: codedOf(findExtension(card, 'cardClass')?.valueCodeableConcept, 'card-class'),
    specVersion: text('specVersion'),
    issuerName: issuer?.name ?? null,
    issuerCode: issuer?.identifier?.[0]?.value ?? null,
    issuerCertificate: hexOf(findExtension(card, 'issuerCertificate')),
    city: codedOf(findExtension(card, 'cityCode')?.valueCodeableConcept, 'region-hebei'),
    serial: text('issueSerial'),
    securityCode: text('securityCode'),
    issueDate: card?.period?.start ?? null,
    expiryDate: card?.period?.end ?? null,
  };
}

function contactsOf({ telecom, address, contact }: Patient): SummaryContacts {
  const at = <T extends { readonly id?: string }>(list: readonly T[] | undefined, id: string): T | undefined =>
    list?.find((entry) => entry.id === id);
  return {
    phones: [1, 2].map((n) => at(telecom, `phone${n}`)?.value ?? null),
    addresses: [1, 2].map((n) => {
      const found = at(address, `address${n}`);
      const type = codedOf(findExtension(found, 'addressType')?.valueCodeableConcept, 'address-type');
      return { type, text: found?.text ?? null };
    }),
    persons: [1, 2, 3].map((n) => {
      const found = at(contact, `contact${n}`);
      return {
        name: found?.name?.text ?? null,
        relation: codedOf(found?.relationship?.[0], 'relation'),
        phone: found?.telecom?.[0]?.value ?? null,
      };
    }),
  };
}

function documentsOf(patient: Patient): SummaryDocuments {
  const document = identifierOf(patient, identifierSystem('document-number'));
  return {
    type: codedOf(document?.type, 'document-type'),
    number: document?.value ?? null,
    ehrNumber: identifierOf(patient, EHR_NUMBER_SYSTEM)?.value ?? null,
    ruralSchemeNumber: identifierOf(patient, identifierSystem('rural-scheme-number'))?.value ?? null,
  };
}

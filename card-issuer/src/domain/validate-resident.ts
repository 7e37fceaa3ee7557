/**
 * Validation at enrolment (FIELD.md, "Counter"): everything that a card could not carry, or that would contradict
 * itself, is refused here, all faults of a record together, each with its field, the rule and the remedy in Chinese and English.
 * What reaches the chip's EF05 and EF06 can never be rewritten, so nothing is repaired or cut in silence.
 */
import type { FieldFault } from '@rhc/card/errors';
import { countyName } from './area.ts';
import { ENROLMENT_RULES } from './enrolment-rules.ts';
import { IDENTITY_NUMBER_RULES, parseIdentityNumber } from './identity-number.ts';
import { photoFault } from './photo.ts';
import { codeTableOfItem, elementOfItem, resolveCode } from './profile-items.ts';
import { RecordCheck } from './record-check.ts';
import type { Resident, ResidentInput } from './resident.ts';

export type Validation =
  | { readonly ok: true; readonly resident: Resident }
  | { readonly ok: false; readonly faults: readonly FieldFault[] };

const MAX_PAYMENT_METHODS = 3;
/** Cyclic records (CARD-FACTS 1.4, other files): how many the card keeps, and bytes of their texts. */
export const ALLERGY_RECORDS = { max: 3, sizeBytes: { substance: 20, reaction: 100 } } as const;
export const IMMUNIZATION_RECORDS = { max: 10, sizeBytes: { name: 20 } } as const;
/** Alerts that are a flag of their own: 43–54 of the clinical file, 56 in its own file. */
export const ALERT_ITEMS = [43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 56] as const;
/** The paper form's 1–5 of the marital status (CARD-FACTS conflict 13). */
const MARITAL_FORM: Readonly<Record<string, string>> = { '1': '10', '2': '20', '3': '30', '4': '40', '5': '90' };
/** 出生医学证明 is no entry of the card's document table; it is written as 其他. */
const BIRTH_CERTIFICATE_NAMES = ['出生医学证明', 'birth-certificate'];
/** Shorter words for an alert than the card's own. */
const ALERT_ALIASES: Readonly<Record<string, string>> = {
  癫痫: '癫痫病',
  义肢: '可装卸的义肢',
  起搏器: '心脏起搏器',
  凝血障碍: '凝血紊乱',
};
const FIRST_BIRTH_CERTIFICATE = '1996-01-01';
const TEMPORARY_NAMES = ['临时', '临时身份', 'temporary'];
/** T, county, birth date, three digits: 18 characters, and no other document's number looks like it. */
export const TEMPORARY_NUMBER = /^T\d{17}$/;
const MAX_OTHER_DOCUMENTS = 5;
const MAX_OTHER_CONTACTS = 2;

/** @param today `YYYY-MM-DD` in the issuer's time zone */
export function validateResident(input: ResidentInput, today: string): Validation {
  const check = new RecordCheck(today);
  const birthDate = check.date('birthDate', input.birthDate, today);
  const sex = check.code('sex', 12, input.sex);
  const document = checkDocument(check, input, birthDate, sex);
  const resident: Resident = {
    name: check.name('name', input.name),
    sex,
    ethnicGroup: check.code('ethnicGroup', 13, input.ethnicGroup),
    birthDate,
    ...document,
    areaCode: checkArea(check, input.areaCode),
    householdAddress: check.text('householdAddress', 22, input.householdAddress),
    currentAddress: check.text('currentAddress', 24, input.currentAddress),
    phone: check.phone('phone', 16, input.phone),
    contactName: check.text('contactName', 25, input.contactName),
    contactRelationship: check.optionalCode('contactRelationship', 26, input.contactRelationship),
    contactPhone: check.phone('contactPhone', 27, input.contactPhone),
    paymentMethods: checkPayments(check, input.paymentMethods ?? []),
    bloodAbo: check.optionalCode('bloodAbo', 41, input.bloodAbo?.replace(/型$/, '')),
    bloodRh: checkRh(check, input.bloodRh),
    alertItems: checkAlerts(check, input.alerts ?? []),
    otherAlert: check.text('otherAlert', 55, input.otherAlert),
    allergies: checkAllergies(check, input.allergies ?? []),
    immunizations: checkImmunizations(check, input.immunizations ?? [], today),
    education: check.optionalCode('education', 34, input.education),
    marital: check.optionalCode('marital', 35, MARITAL_FORM[input.marital?.trim() ?? ''] ?? input.marital),
    occupation: check.optionalCode('occupation', 36, input.occupation),
    ehrNumber: check.text('ehrNumber', 39, input.ehrNumber),
    ruralSchemeNumber: check.text('ruralSchemeNumber', 40, input.ruralSchemeNumber),
    villageCode: checkVillage(check, input.villageCode, input.areaCode),
    otherDocuments: checkOtherDocuments(check, input.otherDocuments ?? []),
    otherContacts: checkOtherContacts(check, input.otherContacts ?? []),
    secondPhone: check.phone('secondPhone', 17, input.secondPhone),
    photo: checkPhoto(check, input.photo),
  };
  if (resident.contactName === null && (resident.contactPhone !== null || resident.contactRelationship !== null)) {
    check.breaks('contactName', ENROLMENT_RULES.contactNamed);
  }
  return check.faults.length === 0 ? { ok: true, resident } : { ok: false, faults: check.faults };
}

function checkDocument(
  check: RecordCheck,
  input: ResidentInput,
  birthDate: string,
  sex: string,
): Pick<Resident, 'documentType' | 'documentKind' | 'documentNumber'> {
  const documentNumber = input.documentNumber.trim().toUpperCase();
  const given = input.documentType.trim();
  if (BIRTH_CERTIFICATE_NAMES.includes(given)) {
    if (!/^[A-Z]\d{9}$/.test(documentNumber)) {
      check.breaks('documentNumber', ENROLMENT_RULES.birthCertificateNumber);
    }
    if (birthDate !== '' && birthDate < FIRST_BIRTH_CERTIFICATE) {
      check.breaks('documentType', ENROLMENT_RULES.birthCertificateYear);
    }
    return {
      documentType: resolveCode(codeTableOfItem(37), '99') ?? '99',
      documentKind: 'birth-certificate',
      documentNumber,
    };
  }
  if (TEMPORARY_NAMES.includes(given)) return checkTemporary(check, documentNumber, birthDate);
  const documentType = check.code('documentType', 37, given);
  if (documentNumber === '') {
    check.breaks('documentNumber', ENROLMENT_RULES.required);
    return { documentType, documentKind: 'other', documentNumber };
  }
  if (documentType !== identityCode()) {
    if (!/^[A-Z0-9-]{4,18}$/.test(documentNumber)) {
      check.breaks('documentNumber', ENROLMENT_RULES.otherDocumentNumber);
    }
    return { documentType, documentKind: 'other', documentNumber };
  }
  checkIdentityNumber(check, documentNumber, birthDate, sex);
  return { documentType, documentKind: 'identity', documentNumber };
}

/** A newborn without any paper: the number is given by the issuer (`nextTemporaryNumber`), and only for a child's first year. */
function checkTemporary(check: RecordCheck, documentNumber: string, birthDate: string) {
  if (documentNumber !== '' && !TEMPORARY_NUMBER.test(documentNumber)) {
    check.breaks('documentNumber', ENROLMENT_RULES.temporaryNumber);
  }
  if (birthDate !== '' && birthDate < check.aYearAgo) {
    check.breaks('documentType', ENROLMENT_RULES.temporaryAge);
  }
  const documentType = resolveCode(codeTableOfItem(37), '99') ?? '99';
  return { documentType, documentKind: 'temporary' as const, documentNumber };
}

/** Township and village below the county; the last three digits are the village, 000 none. */
function checkVillage(check: RecordCheck, given: string | undefined, areaCode: string): string | null {
  const code = given?.trim() ?? '';
  if (code === '') return null;
  if (!/^\d{12}$/.test(code)) {
    check.breaks('villageCode', ENROLMENT_RULES.villageDigits);
  } else if (code.slice(0, 6) !== areaCode.trim()) {
    check.breaks('villageCode', ENROLMENT_RULES.villageInCounty);
  } else if (code.slice(6, 9) === '000') {
    check.breaks('villageCode', ENROLMENT_RULES.villageTownship);
  }
  return code;
}

function checkOtherDocuments(
  check: RecordCheck,
  given: NonNullable<ResidentInput['otherDocuments']>,
): Resident['otherDocuments'] {
  if (given.length > MAX_OTHER_DOCUMENTS) {
    check.breaks('otherDocuments', ENROLMENT_RULES.otherDocumentsMost(MAX_OTHER_DOCUMENTS));
  }
  return given.map((document, index) => {
    const documentNumber = document.documentNumber.trim().toUpperCase();
    const documentType = check.code(`otherDocuments[${index}]`, 37, document.documentType);
    if (documentType === identityCode() && !parseIdentityNumber(documentNumber).ok) {
      check.breaks(`otherDocuments[${index}]`, ENROLMENT_RULES.otherIdentityNumber);
    } else if (!/^[A-Z0-9-]{4,18}$/.test(documentNumber)) {
      check.breaks(`otherDocuments[${index}]`, ENROLMENT_RULES.otherDocumentNumber);
    }
    return { documentType, documentNumber };
  });
}

function checkOtherContacts(
  check: RecordCheck,
  given: NonNullable<ResidentInput['otherContacts']>,
): Resident['otherContacts'] {
  if (given.length > MAX_OTHER_CONTACTS) {
    check.breaks('otherContacts', ENROLMENT_RULES.otherContactsMost);
  }
  return given.map((contact, index) => {
    const name = contact.name.trim();
    if (name === '') check.breaks(`otherContacts[${index}]`, ENROLMENT_RULES.otherContactNamed);
    check.fits(`otherContacts[${index}]`, name, elementOfItem(25).sizeBytes);
    return {
      name,
      relationship: check.optionalCode(`otherContacts[${index}]`, 26, contact.relationship),
      phone: check.phone(`otherContacts[${index}]`, 27, contact.phone),
    };
  });
}

function identityCode(): string {
  return resolveCode(codeTableOfItem(37), '1') ?? '1';
}

function checkIdentityNumber(check: RecordCheck, text: string, birthDate: string, sex: string): void {
  const parsed = parseIdentityNumber(text);
  if (!parsed.ok) {
    check.breaks('documentNumber', IDENTITY_NUMBER_RULES[parsed.fault]);
    return;
  }
  if (birthDate !== '' && parsed.number.birthDate !== birthDate) {
    check.breaks('birthDate', ENROLMENT_RULES.birthDateInNumber);
  }
  if ((sex === '1' || sex === '2') && parsed.number.sex !== sex) {
    check.breaks('sex', ENROLMENT_RULES.sexInNumber);
  }
}

function checkArea(check: RecordCheck, given: string): string {
  const areaCode = given.trim();
  if (countyName(areaCode) === null) {
    check.breaks('areaCode', ENROLMENT_RULES.county);
  }
  return areaCode;
}

function checkPayments(check: RecordCheck, given: readonly string[]): string[] {
  if (given.length > MAX_PAYMENT_METHODS) {
    check.breaks('paymentMethods', ENROLMENT_RULES.paymentsMost(MAX_PAYMENT_METHODS));
  }
  return given.flatMap((method) => check.optionalCode('paymentMethods', 18, method) ?? []);
}

/** Element 42 asks "Rh negative?": 1 no = positive, 2 yes = negative, 3 unknown (CARD-FACTS conflict 14). */
function checkRh(check: RecordCheck, given: string | undefined): string | null {
  const wanted = given?.trim() ?? '';
  const code = /^(rh\s*)?(阳性?|\+|positive)$/i.test(wanted)
    ? '1'
    : /^(rh\s*)?(阴性?|-|−|negative)$/i.test(wanted)
      ? '2'
      : /^(不详|未知|unknown)$/i.test(wanted)
        ? '3'
        : wanted;
  return check.optionalCode('bloodRh', 42, code);
}

function checkAlerts(check: RecordCheck, given: readonly string[]): number[] {
  const items = new Set<number>();
  given.forEach((alert, index) => {
    const wanted = alert.trim().replace(/标志$/, '');
    const item = ALERT_ITEMS.find((candidate) => {
      const element = elementOfItem(candidate);
      const name = element.text.zh.replace(/标志$/, '');
      return element.id === wanted || name === wanted || name === ALERT_ALIASES[wanted];
    });
    if (item === undefined) {
      check.breaks(`alerts[${index}]`, ENROLMENT_RULES.alert);
    } else items.add(item);
  });
  return [...items].sort((a, b) => a - b);
}

function checkAllergies(check: RecordCheck, given: NonNullable<ResidentInput['allergies']>): Resident['allergies'] {
  if (given.length > ALLERGY_RECORDS.max) {
    check.breaks('allergies', ENROLMENT_RULES.allergiesMost(ALLERGY_RECORDS.max));
  }
  return given.map((allergy, index) => {
    const [substance, reaction] = [allergy.substance.trim(), allergy.reaction.trim()];
    if (substance === '') check.breaks(`allergies[${index}]`, ENROLMENT_RULES.allergySubstance);
    check.fits(`allergies[${index}]`, substance, ALLERGY_RECORDS.sizeBytes.substance);
    check.fits(`allergies[${index}]`, reaction, ALLERGY_RECORDS.sizeBytes.reaction);
    return { substance, reaction };
  });
}

function checkImmunizations(
  check: RecordCheck,
  given: NonNullable<ResidentInput['immunizations']>,
  today: string,
): Resident['immunizations'] {
  if (given.length > IMMUNIZATION_RECORDS.max) {
    check.breaks('immunizations', ENROLMENT_RULES.immunizationsMost(IMMUNIZATION_RECORDS.max));
  }
  const immunizations = given.map((immunization, index) => {
    const name = immunization.name.trim();
    if (name === '') check.breaks(`immunizations[${index}]`, ENROLMENT_RULES.vaccine);
    check.fits(`immunizations[${index}]`, name, IMMUNIZATION_RECORDS.sizeBytes.name);
    return { name, date: check.date(`immunizations[${index}]`, immunization.date, today) };
  });
  return immunizations.sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0));
}

function checkPhoto(check: RecordCheck, photo: Uint8Array | undefined): string | null {
  if (photo === undefined) return null;
  const rule = photoFault(photo);
  if (rule !== null) check.breaks('photo', rule);
  return Buffer.from(photo).toString('base64');
}

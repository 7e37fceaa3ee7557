/**
 * Resident → CardData: every one of the 57 elements of the card is named here once, by item number, in file order. The
 * result is frozen with the card's row before anything is written, so that every later attempt writes the same bytes.
 */
import type { CardData, ElementValue } from '@rhc/card/personalization';
import { nationalProfile } from '@rhc/card/profile';
import { codeTableOfItem, elementOfItem, resolveCode } from './profile-items.ts';
import { cardNumberOf, identityNumberOf, type Resident } from './resident.ts';

export interface IssuerIdentity {
  /** 发卡机构名称, ≤ 30 bytes of GBK. */
  readonly name: string;
  /** 发卡机构代码 (WS 218), up to 22 digits. */
  readonly code: string;
  /** 应用城市代码, 6 digits of GB/T 2260; its first two name the province of the keys. */
  readonly cityCode: string;
  readonly validityYears: number;
}

export interface CardFacts {
  /** `YYYY-MM-DD`. */
  readonly issueDate: string;
  readonly issueSerial: string;
  /** 180 bytes, upper-case hex. */
  readonly issuerCertificate: string;
}

/** The same day `years` later; 29 February becomes the 28th where there is none. */
export function expiryDate(issueDate: string, years: number): string {
  const year = Number(issueDate.slice(0, 4)) + years;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const monthDay = issueDate.slice(5) === '02-29' && !leap ? '02-28' : issueDate.slice(5);
  return `${year}-${monthDay}`;
}

export function cardDataOf(resident: Resident, issuer: IssuerIdentity, facts: CardFacts): CardData {
  const elements: Record<string, ElementValue> = {};
  for (const [item, value] of elementValues(resident, issuer, facts)) elements[elementOfItem(item).id] = value;
  return {
    elements,
    allergies: resident.allergies,
    immunizations: resident.immunizations,
    photo: resident.photo === null ? null : new Uint8Array(Buffer.from(resident.photo, 'base64')),
  };
}

function elementValues(resident: Resident, issuer: IssuerIdentity, facts: CardFacts): [number, ElementValue][] {
  const alert = (item: number): [number, ElementValue] => [item, resident.alertItems.includes(item)];
  const addressKind = (item: number, address: string | null, kind: string): ElementValue =>
    address === null ? null : codeOf(item, kind);
  return [
    // DDF1/EF05 issuer
    [1, codeOf(1, '1')],
    [2, nationalProfile.version],
    [3, issuer.name],
    [4, issuer.code],
    [5, facts.issuerCertificate],
    [6, facts.issueDate],
    [8, cardNumberOf(resident)],
    // 安全码: comes from key-service with the call that prepares the card
    [9, null],
    [10, facts.issueSerial],
    [57, issuer.cityCode],
    // DDF1/EF06 holder
    [11, resident.name],
    [12, resident.sex],
    [13, resident.ethnicGroup],
    [14, resident.birthDate],
    [15, identityNumberOf(resident)],
    // DDF1/EF08 validity and payment
    [7, expiryDate(facts.issueDate, issuer.validityYears)],
    [16, resident.phone],
    [17, resident.secondPhone],
    [18, resident.paymentMethods[0] ?? null],
    [19, resident.paymentMethods[1] ?? null],
    [20, resident.paymentMethods[2] ?? null],
    // DF01/EF05 addresses: 1 registered household, 2 residence
    [21, addressKind(21, resident.householdAddress, '1')],
    [22, resident.householdAddress],
    [23, addressKind(23, resident.currentAddress, '2')],
    [24, resident.currentAddress],
    // DF01/EF06 contacts
    [25, resident.contactName],
    [26, resident.contactRelationship],
    [27, resident.contactPhone],
    ...[0, 1].flatMap((index): [number, ElementValue][] => {
      const contact = resident.otherContacts[index];
      const item = 28 + 3 * index;
      return [
        [item, contact?.name ?? null],
        [item + 1, contact?.relationship ?? null],
        [item + 2, contact?.phone ?? null],
      ];
    }),
    // DF01/EF07 social
    [34, resident.education],
    [35, resident.marital],
    [36, resident.occupation],
    // DF01/EF08 documents
    [37, resident.documentType],
    [38, resident.documentNumber],
    [39, resident.ehrNumber],
    [40, resident.ruralSchemeNumber],
    // DF02/EF05 clinical, DF02/EF06 special
    [41, resident.bloodAbo],
    [42, resident.bloodRh],
    ...[43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54].map(alert),
    [55, resident.otherAlert],
    alert(56),
  ];
}

function codeOf(item: number, code: string): string {
  const { meaning } = elementOfItem(item);
  if (meaning.kind !== 'code') return code;
  const found = resolveCode(codeTableOfItem(item), code);
  if (found === null) throw new RangeError(`element ${item} has no code ${code}`);
  return found;
}

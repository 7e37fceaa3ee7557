/**
 * The faults of one record at enrolment, and the checks that any field may need: what the card's character set and its sizes
 * take, code tables, days, telephones. Which field must keep which rule stands in validate-resident.ts.
 */
import type { FieldFault } from '@rhc/card/errors';
import { encodedText } from './encodable-text.ts';
import { ENROLMENT_RULES, type EnrolmentRule } from './enrolment-rules.ts';
import { isCalendarDate } from './identity-number.ts';
import { codeTableOfItem, elementOfItem, resolveCode } from './profile-items.ts';
import type { ResidentField } from './resident.ts';

/** Collects the faults of one record; every method gives a usable value even when it notes a fault. */
export class RecordCheck {
  readonly faults: FieldFault[] = [];
  /** The same day of the year before. */
  readonly aYearAgo: string;

  constructor(today: string) {
    this.aYearAgo = `${Number(today.slice(0, 4)) - 1}${today.slice(4)}`;
  }

  breaks(field: ResidentField | `${ResidentField}[${number}]`, { rule, nextStep }: EnrolmentRule): void {
    this.faults.push({ field, rule, nextStep });
  }

  name(field: ResidentField, given: string): string {
    const name = given.trim();
    if (name === '') {
      this.breaks(field, ENROLMENT_RULES.required);
      return name;
    }
    if (/[\p{Cc}0-9]/u.test(name)) this.breaks(field, ENROLMENT_RULES.nameCharacters);
    this.fits(field, name, elementOfItem(11).sizeBytes);
    return name;
  }

  text(field: ResidentField, item: number, given: string | undefined): string | null {
    const text = given?.trim() ?? '';
    if (text === '') return null;
    this.fits(field, text, elementOfItem(item).sizeBytes);
    return text;
  }

  fits(field: ResidentField | `${ResidentField}[${number}]`, text: string, sizeBytes: number): void {
    const encoded = encodedText(text);
    if (!encoded.ok) this.breaks(field, ENROLMENT_RULES.characterSet(encoded.character));
    else if (encoded.sizeBytes > sizeBytes) {
      this.breaks(field, ENROLMENT_RULES.sizeBytes(encoded.sizeBytes, sizeBytes));
    }
  }

  code(field: ResidentField | `${ResidentField}[${number}]`, item: number, given: string): string {
    if (given.trim() === '') {
      this.breaks(field, ENROLMENT_RULES.required);
      return '';
    }
    return this.optionalCode(field, item, given) ?? '';
  }

  optionalCode(
    field: ResidentField | `${ResidentField}[${number}]`,
    item: number,
    given: string | undefined,
  ): string | null {
    const wanted = given?.trim() ?? '';
    if (wanted === '') return null;
    const table = codeTableOfItem(item);
    const code = resolveCode(table, wanted);
    if (code === null) this.breaks(field, ENROLMENT_RULES.codeTable(table.text.zh, table.standard));
    return code;
  }

  date(field: ResidentField | `${ResidentField}[${number}]`, given: string, today: string): string {
    const date = normalDate(given);
    if (date === null) this.breaks(field, ENROLMENT_RULES.dayExists);
    else if (date > today) this.breaks(field, ENROLMENT_RULES.notInFuture);
    return date ?? '';
  }

  phone(field: ResidentField | `${ResidentField}[${number}]`, item: number, given: string | undefined): string | null {
    const phone = given?.trim() ?? '';
    if (phone === '') return null;
    if (!/^\+?\d[\d-]{5,}$/.test(phone) || phone.length > elementOfItem(item).sizeBytes) {
      this.breaks(field, ENROLMENT_RULES.phone);
    }
    return phone;
  }
}

/** `YYYY-MM-DD` of what people write, or null. */
export function normalDate(given: string): string | null {
  const match = /^(\d{4})(?:(\d{2})(\d{2})|[-/.](\d{1,2})[-/.](\d{1,2}))$/.exec(given.trim());
  if (!match) return null;
  const [, year = '', monthA, dayA, monthB, dayB] = match;
  const date = `${year}-${(monthA ?? monthB ?? '').padStart(2, '0')}-${(dayA ?? dayB ?? '').padStart(2, '0')}`;
  return isCalendarDate(date) ? date : null;
}

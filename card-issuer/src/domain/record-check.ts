/**
 * The faults of one record at enrolment, and the rules that hold for any field: what the card's character set and its sizes
 * take, code tables, days, telephones. Which field must keep which rule stands in validate-resident.ts.
 */
import type { FieldFault, Text } from '@rhc/card/errors';
import { encodedText } from './encodable-text.ts';
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

  fault(field: ResidentField | `${ResidentField}[${number}]`, zh: string, en: string): void {
    this.faults.push({ field, rule: { zh, en } });
  }

  rule(field: ResidentField, rule: Text): void {
    this.faults.push({ field, rule });
  }

  name(field: ResidentField, given: string): string {
    const name = given.trim();
    if (name === '') {
      this.fault(field, '必须填写', 'is required');
      return name;
    }
    if (/[\p{Cc}0-9]/u.test(name))
      this.fault(field, '姓名不得含数字或控制字符', 'must hold no digit or control character');
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
    if (!encoded.ok) {
      this.fault(
        field,
        `字符 ${encoded.character} 无法写入卡内字符集，请按公安部门的处理办法改用规范字或拼音`,
        `the character ${encoded.character} does not exist in the card's character set`,
      );
    } else if (encoded.sizeBytes > sizeBytes) {
      this.fault(
        field,
        `长 ${encoded.sizeBytes} 字节，卡上最多 ${sizeBytes} 字节（一个汉字 2 字节）`,
        `has ${encoded.sizeBytes} bytes, the card takes ${sizeBytes} (2 a Chinese character)`,
      );
    }
  }

  code(field: ResidentField | `${ResidentField}[${number}]`, item: number, given: string): string {
    if (given.trim() === '') {
      this.fault(field, '必须填写', 'is required');
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
    if (code === null) {
      this.fault(
        field,
        `不在代码表《${table.text.zh}》（${table.standard}）中`,
        `is not in the code table ${table.standard}`,
      );
    }
    return code;
  }

  date(field: ResidentField | `${ResidentField}[${number}]`, given: string, today: string): string {
    const date = normalDate(given);
    if (date === null) this.fault(field, '须为存在的日期，如 2026-01-31', 'must be a day that exists, like 2026-01-31');
    else if (date > today) this.fault(field, '不得晚于今天', 'must not lie in the future');
    return date ?? '';
  }

  phone(field: ResidentField | `${ResidentField}[${number}]`, item: number, given: string | undefined): string | null {
    const phone = given?.trim() ?? '';
    if (phone === '') return null;
    if (!/^\+?\d[\d-]{5,}$/.test(phone) || phone.length > elementOfItem(item).sizeBytes) {
      this.fault(field, '电话须为 6 至 20 位数字，可含 + 和 -', 'must be 6 to 20 digits, + and - allowed');
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

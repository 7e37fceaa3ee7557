/**
 * Finds elements of the card's profile by their item number (标志), the specification's own name for them, and the
 * code table of an element. The issuer repeats no size and no code: all come from the profile.
 */
import { type CodeTable, type DataElement, nationalProfile } from '@rhc/card/profile';

const BY_ITEM = new Map<number, DataElement>();
for (const file of nationalProfile.files) {
  if (file.structure !== 'tlv-records') continue;
  for (const element of file.elements) BY_ITEM.set(element.item, element);
}

/** Element 1–57 of the TLV files. */
export function elementOfItem(item: number): DataElement {
  const element = BY_ITEM.get(item);
  if (element === undefined) throw new RangeError(`the profile has no TLV element ${item}`);
  return element;
}

export function codeTableOfItem(item: number): CodeTable {
  const { meaning } = elementOfItem(item);
  if (meaning.kind !== 'code') throw new RangeError(`element ${item} has no code table`);
  return nationalProfile.codeTable(meaning.table);
}

/**
 * The code that a person meant: the code itself (with or without its leading zeros), or its Chinese or English name.
 * Null when the table knows neither.
 */
export function resolveCode(table: CodeTable, given: string): string | null {
  const wanted = given.trim();
  const plain = (code: string) => code.replace(/^0+(?=.)/, '');
  for (const entry of table.entries) if (entry.code === wanted) return entry.code;
  for (const entry of table.entries) if (plain(entry.code) === plain(wanted)) return entry.code;
  for (const entry of table.entries) {
    if (namesOf(entry.text.zh).includes(wanted) || entry.text.en.toLowerCase() === wanted.toLowerCase()) {
      return entry.code;
    }
  }
  return ALIASES[table.id]?.[wanted] ?? null;
}

/** Names under which an entry may be written: in full, without 族 or 性, without what stands in brackets. */
function namesOf(text: string): string[] {
  const bare = text.replace(/[（(].*?[）)]/g, '').trim();
  const names = [text, bare];
  if (bare.length > 1 && /[族性]$/.test(bare)) names.push(bare.slice(0, -1));
  if (bare.length > 0 && !bare.endsWith('族')) names.push(`${bare}族`);
  return names;
}

/** What rosters of counties really say, by code table, where it differs from the table's own words. */
const ALIASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'payment-method': {
    新农合: '03',
    城镇职工: '01',
    职工医保: '01',
    城镇居民: '02',
    居民医保: '02',
    商业保险: '05',
    自费: '07',
  },
  relation: {
    父亲: '05',
    母亲: '05',
    父: '05',
    母: '05',
    丈夫: '01',
    妻子: '01',
    夫: '01',
    妻: '01',
    儿子: '02',
    女儿: '03',
    孙: '04',
    孙子: '04',
    孙女: '04',
    外孙子: '04',
    外孙女: '04',
    祖父: '06',
    祖母: '06',
    祖父母: '06',
    外祖父: '06',
    外祖母: '06',
    兄: '07',
    弟: '07',
    姐: '07',
    妹: '07',
    哥哥: '07',
    弟弟: '07',
    姐姐: '07',
    妹妹: '07',
  },
  education: {
    本科: '02',
    专科: '03',
    大专: '03',
    中专: '04',
    技校: '05',
    文盲: '09',
    半文盲: '09',
    文盲半文盲: '09',
  },
  'marital-status': { 离异: '40', 其他: '90', 未说明: '90' },
  'document-type': { 身份证: '01', 户口簿: '02', 户口本: '02', 军人证: '04', 其他: '99' },
  sex: { 未知: '0', 未说明: '9' },
};

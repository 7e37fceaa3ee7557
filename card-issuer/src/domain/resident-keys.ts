/**
 * How a resident is looked up: normal forms of number, name, phone, and of what makes two records one person. Blind
 * tokens are made of these, so a change of a form here needs the tokens made anew.
 */
import iconv from 'iconv-lite';
import { INITIAL_RANGES, SURNAME_INITIALS } from './pinyin-initials.ts';
import type { Resident } from './resident.ts';

const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/[\s·•・.]/g, '')
    .toUpperCase();

export const numberKey = (number: string): string => plain(number);
export const nameKey = (name: string): string => plain(name);

/** Digits only; the country's own prefix is no difference. */
export function phoneKey(phone: string | null): string | null {
  if (phone === null) return null;
  const digits = phone.replaceAll(/\D/g, '').replace(/^(0086|86)(?=1\d{10}$)/, '');
  return digits === '' ? null : digits;
}

/** Name and birth date. */
export const personKey = (resident: Pick<Resident, 'name' | 'birthDate'>): string =>
  `${nameKey(resident.name)}|${resident.birthDate}`;

/** Birth date and dwelling: finds a name that was written otherwise. Null without an address. */
export function dwellingKey(
  resident: Pick<Resident, 'birthDate' | 'currentAddress' | 'householdAddress'>,
): string | null {
  const address = resident.currentAddress ?? resident.householdAddress ?? null;
  return address === null ? null : `${resident.birthDate}|${addressKey(address)}`;
}

/** Addresses as people write them: province and city left out or not, blanks, full-width digits. */
export function addressKey(address: string): string {
  return plain(address)
    .replace(/^河北省?/, '')
    .replace(/^[^县区市]{2,4}市/, '');
}

/** `ZSF` for 张三丰; null when a character's reading is not known, so that nothing is found by half. */
export function nameInitials(name: string): string | null {
  const characters = [...nameKey(name)];
  const initials = characters.map((character, index) => {
    if (/[A-Z]/.test(character)) return character;
    return (index === 0 ? SURNAME_INITIALS[character] : undefined) ?? initialOf(character);
  });
  return initials.length === 0 || initials.includes(null) ? null : initials.join('');
}

/** GB 2312 level 1 stands in the order of pinyin; beyond it the order is by radical and says nothing. */
function initialOf(character: string): string | null {
  const bytes = iconv.encode(character, 'gb18030');
  if (bytes.length !== 2) return null;
  const code = bytes.readUInt16BE(0);
  if (code > 0xd7f9) return null;
  return INITIAL_RANGES.findLast(({ from }) => from <= code)?.initial ?? null;
}

/**
 * First letters of pinyin, by the browser's own collation of Chinese: a character belongs to the last letter whose first
 * syllable it does not stand before. Of a character with several readings it is the one that the collation sorts by.
 */
const LETTERS = 'ABCDEFGHJKLMNOPQRSTWXYZ';
const FIRST_OF_LETTER = [...'阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他穵夕丫帀'];
const collator = new Intl.Collator('zh-CN-u-co-pinyin');
const known = new Map<string, string>();

/** `ZDX` for 正定县; letters and digits stay, other signs fall out. */
export function pinyinInitials(text: string): string {
  return [...text].map(initialOf).join('');
}

function initialOf(character: string): string {
  const before = known.get(character);
  if (before !== undefined) return before;
  const initial = /[A-Za-z0-9]/.test(character)
    ? character.toUpperCase()
    : /\p{Script=Han}/u.test(character)
      ? (LETTERS[FIRST_OF_LETTER.findLastIndex((first) => collator.compare(character, first) >= 0)] ?? '')
      : '';
  known.set(character, initial);
  return initial;
}

/** What a list is searched by: characters, initials or code. */
export interface Searched {
  readonly label: string;
  readonly search: string;
}

export const matches = (
  typed: string,
  option: { readonly label?: unknown; readonly search?: unknown } | undefined,
): boolean => String(option?.search ?? '').includes(typed.trim().toUpperCase());

/**
 * Look-up of codes. A table holds a code as the card's interface shows it (two digits for cn1, the number for b1);
 * standards print some of them without the leading zero, so `1` finds `01` where the table's codes are digits.
 */
import type { CardProfile, CodeEntry, CodeTableId } from '../profile/index.ts';
import { nationalProfile } from '../profile/index.ts';

export function findCode(
  table: CodeTableId,
  code: string,
  profile: CardProfile = nationalProfile,
): CodeEntry | undefined {
  const { entries } = profile.codeTable(table);
  return entries.find((entry) => entry.code === code) ?? entries.find((entry) => sameNumber(entry.code, code));
}

/** Leading zeros carry no meaning inside one code table, whose codes are all of one kind. */
function sameNumber(a: string, b: string): boolean {
  return /^[0-9]+$/.test(a) && /^[0-9]+$/.test(b) && stripZeros(a) === stripZeros(b);
}

function stripZeros(digits: string): string {
  return digits.replace(/^0+(?=.)/, '');
}

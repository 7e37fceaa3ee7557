/**
 * What the chip holds after an update. The answer to an update says little when it is lost, garbled or refused; the chip
 * itself is asked, a second time when the first reading fails, for a card may have been reset.
 */
import { equalBytes } from '../bytes/index.ts';
import { cardErrors } from '../commands/index.ts';
import { isRhcError } from '../errors/index.ts';

export type ReadBack = 'written' | 'not-written' | 'unknown';

const TRIES = 2;
/** The card answered, but what it did is not certain. */
const UNCERTAIN: ReadonlySet<string> = new Set([
  'CARD_ANSWER_MALFORMED',
  'CARD_UNEXPECTED_STATUS',
  'CARD_MEMORY_FAILURE',
]);

/** True when the card itself refused the command, so that it did nothing. */
export function isRefusal(error: unknown): boolean {
  return isRhcError(error) && error.code in cardErrors.table && !UNCERTAIN.has(error.code);
}

/**
 * `judge` says what the bytes read mean; null: neither the old nor the new content. `failure`: what became of the update, null
 * for 9000.
 */
export async function readBack(failure: unknown, read: () => Promise<ReadBack | null>): Promise<ReadBack> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    try {
      const found = await read();
      if (found !== null) return found;
    } catch {
      // The dialogue forgot its state and begins again from SELECT.
    }
  }
  return isRefusal(failure) ? 'not-written' : 'unknown';
}

/** For one record, which the chip writes wholly or not at all. */
export function judgeRecord(held: Uint8Array | null, wanted: Uint8Array, before: Uint8Array | null): ReadBack | null {
  if (held !== null && equalBytes(held, wanted)) return 'written';
  const same = held === null || before === null ? held === before : equalBytes(held, before);
  return same ? 'not-written' : null;
}

/** Cursors of paged lists: the last entry's moment and id, so that entries added meanwhile neither repeat nor vanish. */
import { issuerErrors } from './errors.ts';

export interface PageCursor {
  readonly at: string;
  readonly id: string;
}

export function writeCursor({ at, id }: PageCursor): string {
  return Buffer.from(`${at} ${id}`).toString('base64url');
}

/** Null for the first page. @throws CURSOR_WRONG */
export function readCursor(cursor: string | undefined): PageCursor | null {
  if (cursor === undefined) return null;
  const [at = '', id = '', ...more] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (at === '' || id === '' || more.length > 0) throw issuerErrors.make('CURSOR_WRONG');
  return { at, id };
}

/** @param found one more than `limit` was asked for: it tells whether there is a next page */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  place: (entry: T) => PageCursor,
): { readonly entries: readonly T[]; readonly next: string | null } {
  const entries = found.slice(0, limit);
  const last = entries.at(-1);
  return { entries, next: found.length > limit && last !== undefined ? writeCursor(place(last)) : null };
}

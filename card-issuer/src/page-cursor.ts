/** Cursors of paged lists: the place of the last entry in the list's order, so that entries added meanwhile neither repeat nor vanish. */
import { issuerErrors } from './errors.ts';
import type { ListPlace } from './store/index.ts';

export interface PageCursor {
  readonly at: string;
  readonly id: string;
}

/** What a caller asks for: how many entries, and from where on. */
export interface PageWish {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly entries: readonly T[];
  /** Where the next page begins; null: this is the last one. */
  readonly next: string | null;
}

type PlaceShape = readonly ('string' | 'number')[];

export function writePlace(place: ListPlace): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Null for the first page. @throws CURSOR_WRONG when it is not a place of this list's shape */
export function readPlace(cursor: string | undefined, shape: PlaceShape): ListPlace | null {
  if (cursor === undefined) return null;
  const place = parsed(Buffer.from(cursor, 'base64url').toString());
  const fits = Array.isArray(place) && place.length === shape.length;
  if (!fits || !shape.every((type, index) => typeof place[index] === type)) throw issuerErrors.make('CURSOR_WRONG');
  return place as ListPlace;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** For lists by moment and id. Null for the first page. @throws CURSOR_WRONG */
export function readCursor(cursor: string | undefined): PageCursor | null {
  const place = readPlace(cursor, ['string', 'string']);
  return place === null ? null : { at: String(place[0]), id: String(place[1]) };
}

/** @param found one more than `limit` was asked for: it tells whether there is a next page */
export function pageOf<T>(found: readonly T[], limit: number, place: (entry: T) => PageCursor): Page<T> {
  return cut(found, limit, (entry) => {
    const { at, id } = place(entry);
    return [at, id];
  });
}

function cut<T>(found: readonly T[], limit: number, place: (entry: T) => ListPlace): Page<T> {
  const entries = found.slice(0, limit);
  const last = entries.at(-1);
  return { entries, next: found.length > limit && last !== undefined ? writePlace(place(last)) : null };
}

/**
 * One page of a list that the store gives from a place on.
 * @param place what stands in the columns of the list's order, in their sequence
 * @throws CURSOR_WRONG
 */
export async function readPage<T>(
  wish: PageWish,
  shape: PlaceShape,
  list: (page: { readonly limit: number; readonly after: ListPlace | null }) => Promise<readonly T[]>,
  place: (entry: T) => ListPlace,
): Promise<Page<T>> {
  const after = readPlace(wish.cursor, shape);
  return cut(await list({ limit: wish.limit + 1, after }), wish.limit, place);
}

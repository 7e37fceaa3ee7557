/** Pages of a list by the place of its last entry: an entry added meanwhile neither repeats nor hides another. */
import type { Knex } from 'knex';

/** What stands in the columns of a list's order. */
export type ListPlace = readonly (string | number)[];

export interface ListPage {
  readonly limit: number;
  /** Null: from the beginning. */
  readonly after: ListPlace | null;
}

export interface OrderColumn {
  readonly column: string;
  readonly order: 'asc' | 'desc';
}

/**
 * Puts the list in its order and, with a page, leaves what comes after the place.
 * @param columns together unique, or entries with equal ones would be passed over
 */
export function inPages(query: Knex.QueryBuilder, columns: readonly OrderColumn[], page: ListPage | undefined): void {
  query.orderBy([...columns]);
  if (page === undefined) return;
  query.limit(page.limit);
  const { after } = page;
  if (after === null) return;
  query.where((later) => {
    for (const [index, { column, order }] of columns.entries()) {
      later.orWhere((same) => {
        for (const [before, equal] of columns.slice(0, index).entries()) same.where(equal.column, place(after, before));
        same.where(column, order === 'asc' ? '>' : '<', place(after, index));
      });
    }
  });
}

function place(after: ListPlace, index: number): string | number {
  const value = after[index];
  if (value === undefined) throw new RangeError('a place has as many values as the list has columns of order');
  return value;
}

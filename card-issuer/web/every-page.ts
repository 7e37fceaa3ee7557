/** A list as a whole, page after page: for choices and for lists that stay short. Long ones are turned page by page. */
import { type CallOptions, call } from '@rhc/console-shell';

/** An end to a service that would give pages for ever. */
const MOST_PAGES = 1000;

/**
 * The last answer with the entries of every page in it.
 * @param list the name of the list in it @param onPage told each answer @throws Fault
 */
export async function everyPage<L extends string, T extends { readonly [name in L]: readonly unknown[] }>(
  path: string,
  list: L,
  options: CallOptions = {},
  onPage: (page: T) => void = () => undefined,
): Promise<T> {
  const entries: unknown[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { ...options.query, cursor };
    const answer = await call<T & { readonly next: string | null }>('GET', path, { ...options, query });
    onPage(answer);
    entries.push(...answer[list]);
    if (answer.next === null) return { ...answer, [list]: entries };
    cursor = answer.next;
  }
  throw new RangeError(`${path} has no end`);
}

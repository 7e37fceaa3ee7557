/**
 * Which entries of a list have to be appended so that the cyclic file holds all of them. What it holds already is not
 * appended again, unless the appended ones would push it out at the old end.
 */
import { equalBytes } from '../bytes/index.ts';

export interface CyclicAppends {
  /** Indices into `wanted`, in the order in which they are appended: the newest last. */
  readonly appends: readonly number[];
  /** Entries of the card that are pushed out and are not wanted. */
  readonly displaced: number;
}

/** `held` and `wanted` newest first; `wanted` has no repeats and fits the file. */
export function cyclicAppends(
  held: readonly Uint8Array[],
  wanted: readonly Uint8Array[],
  recordCount: number,
): CyclicAppends {
  const place = wanted.map((record) => held.findIndex((other) => equalBytes(other, record)));
  let missing = place.filter((index) => index === -1).length;
  // Each append pushes the survivors one place further; the count grows until nothing wanted is lost.
  for (;;) {
    const survivors = recordCount - missing;
    const needed = place.filter((index) => index === -1 || index >= survivors).length;
    if (needed === missing) break;
    missing = needed;
  }
  const survivors = recordCount - missing;
  const appends = [...place.entries()]
    .filter(([, index]) => index === -1 || index >= survivors)
    .map(([wantedIndex]) => wantedIndex)
    .reverse();
  const lost = held.slice(survivors).filter((record) => !wanted.some((other) => equalBytes(other, record)));
  return { appends, displaced: lost.length };
}

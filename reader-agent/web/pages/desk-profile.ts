/** Which reader is the card's and which the SAM's, as the agent keeps it. */
import type { ReaderView } from '../desk/reader-choice.ts';

export interface DeskProfileView {
  readonly card: string | null;
  readonly sam: string | null;
  readonly readers: readonly {
    readonly reader: string;
    readonly holds: 'nothing' | 'card' | 'sam' | 'other';
  }[];
}
export type Slots = Pick<DeskProfileView, 'card' | 'sam'>;
export type Role = 'none' | 'card' | 'sam';

export const roleOf = ({ card, sam }: Slots, reader: string): Role =>
  reader === card ? 'card' : reader === sam ? 'sam' : 'none';

/** A reader has one use, and a use one reader. */
export function withRole({ card, sam }: Slots, reader: string, role: Role): Slots {
  const free = (each: string | null) => (each === reader ? null : each);
  return { card: role === 'card' ? reader : free(card), sam: role === 'sam' ? reader : free(sam) };
}

/** A reader in which a SAM lies is the SAM's, assigned or not: no card is read there. */
export function rolesOf({ card, sam, readers }: DeskProfileView): Readonly<Record<string, ReaderView['role']>> {
  const found = readers.flatMap(({ reader, holds }) => (holds === 'sam' ? [[reader, 'sam' as const] as const] : []));
  return {
    ...Object.fromEntries(found),
    ...(sam === null ? {} : { [sam]: 'sam' as const }),
    ...(card === null ? {} : { [card]: 'card' as const }),
  };
}

/** Which reader is the card's and which the SAM's, as the agent keeps it. */
import type { ReaderView } from '../desk/reader-choice.ts';

export interface DeskProfileView {
  readonly card: string | null;
  readonly sam: string | null;
}
export type Role = 'none' | 'card' | 'sam';

export const roleOf = ({ card, sam }: DeskProfileView, reader: string): Role =>
  reader === card ? 'card' : reader === sam ? 'sam' : 'none';

/** A reader has one use, and a use one reader. */
export function withRole({ card, sam }: DeskProfileView, reader: string, role: Role): DeskProfileView {
  const free = (each: string | null) => (each === reader ? null : each);
  return { card: role === 'card' ? reader : free(card), sam: role === 'sam' ? reader : free(sam) };
}

export function rolesOf({ card, sam }: DeskProfileView): Readonly<Record<string, ReaderView['role']>> {
  return { ...(sam === null ? {} : { [sam]: 'sam' as const }), ...(card === null ? {} : { [card]: 'card' as const }) };
}

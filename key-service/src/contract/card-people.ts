/** Who answers for a card: principals of card-issuer's staff, never residents. The audit log keeps them. */
import { z } from 'zod';

const principal = z.string().regex(/^[\x21-\x7e]{1,64}$/, 'id of a principal: up to 64 printable ASCII characters');

/** One person in both places is refused. */
export const cardPeople = z.strictObject({
  /** Null: ordered before it was written down. */
  orderedBy: principal.nullable(),
  /** Who had reviewed the enrolment; null: nobody had to. */
  reviewedBy: principal.nullable(),
});

export type CardPeople = z.infer<typeof cardPeople>;

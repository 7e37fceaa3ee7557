/**
 * No card by one person alone (FIELD.md, "Approver = requester"): asked before a card's keys are made, at counters and for a
 * bureau. card-issuer's database holds the same rule; this one holds when somebody writes into that database. Pure.
 */
import type { HierarchyIssuer } from '@rhc/hsm-config';
import type { CardPeople } from '../contract/index.ts';
import { keyServiceErrors } from '../errors.ts';

/** @throws CARD_BY_ONE_PERSON, CARD_NOT_REVIEWED where the issuer's cards must all be reviewed */
export function requireTwoPeople({ review }: HierarchyIssuer, people: CardPeople | undefined): void {
  const { orderedBy = null, reviewedBy = null } = people ?? {};
  if (reviewedBy !== null && reviewedBy === orderedBy) throw keyServiceErrors.make('CARD_BY_ONE_PERSON');
  if (review !== 'every-card' || (orderedBy !== null && reviewedBy !== null)) return;
  throw keyServiceErrors.make('CARD_NOT_REVIEWED');
}

/** For the audit log; nothing where nobody was named. */
export const peopleNamed = (people: CardPeople | undefined): Readonly<Record<string, string>> => ({
  ...(people?.orderedBy == null ? {} : { orderedBy: people.orderedBy }),
  ...(people?.reviewedBy == null ? {} : { reviewedBy: people.reviewedBy }),
});

/** Where two must sign, they must be two. The database says so too (`card_moves_two_people` and its like). */
import { issuerErrors } from '../errors.ts';

/** @throws SECOND_PERSON_MISSING when there is none, or it is the same name written otherwise */
export function requireTwoPeople(actor: string, witness: string | undefined): asserts witness is string {
  const plain = (name: string) => name.normalize('NFKC').trim().toLowerCase();
  if (witness === undefined || plain(witness) === '' || plain(witness) === plain(actor)) {
    throw issuerErrors.make('SECOND_PERSON_MISSING');
  }
}

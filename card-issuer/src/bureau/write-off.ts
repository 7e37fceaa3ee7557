/** What never came back, or was not made and is not ordered again: ended by two people, cards and blanks with it. */

import { WRITABLE_OFF } from '../domain/bureau/index.ts';
import { requireTwoPeople } from '../domain/two-people.ts';
import { issuerErrors } from '../errors.ts';
import { idempotentCall } from '../idempotent-call.ts';
import { bureauOrders, once } from '../store/index.ts';
import { spoilCard } from './boxes.ts';
import { type BureauParts, nowOf, requireOrder } from './parts.ts';

/** @throws BUREAU_NOTHING_TO_WRITE_OFF: told before a second person is asked */
export async function requireWritableOff(parts: BureauParts, orderId: string): Promise<number> {
  await requireOrder(parts.database, orderId);
  const lines = await bureauOrders.listLines(parts.database, orderId);
  const found = lines.filter(({ state }) => WRITABLE_OFF.includes(state)).length;
  if (found === 0) throw issuerErrors.make('BUREAU_NOTHING_TO_WRITE_OFF');
  return found;
}

/** @throws SECOND_PERSON_MISSING, BUREAU_NOTHING_TO_WRITE_OFF */
export async function writeOff(
  parts: BureauParts,
  orderId: string,
  signed: { readonly actor: string; readonly witness: string; readonly reason: string },
  key: string | null,
): Promise<{ lines: number }> {
  requireTwoPeople(signed.actor, signed.witness);
  const at = nowOf(parts);
  const call = idempotentCall('bureau-write-off', key, { orderId, ...signed }, at);
  return once(parts.database, call, async (transaction) => {
    const lines = (await bureauOrders.listLines(transaction, orderId)).filter(({ state }) =>
      WRITABLE_OFF.includes(state),
    );
    if (lines.length === 0) throw issuerErrors.make('BUREAU_NOTHING_TO_WRITE_OFF');
    for (const line of lines) {
      if (!(await bureauOrders.moveLine(transaction, line, 'written-off', { reason: signed.reason }))) continue;
      const { actor, witness, reason } = signed;
      await spoilCard(parts, transaction, line, { actor, witness, at }, reason);
    }
    await bureauOrders.closeOrderWhenDone(transaction, orderId, at);
    return { lines: lines.length };
  });
}

/**
 * Boxes on their way to and from a bureau. Two different people count each one; only a count that is the books' ends the
 * way of a box. A box of waste that was counted so ends its cards, a box of cards tells that they are in our house.
 */
import type { FieldFault } from '@rhc/card/errors';
import { requireTwoPeople } from '../domain/two-people.ts';
import { issuerErrors } from '../errors.ts';
import { idempotentCall } from '../idempotent-call.ts';
import { blanks, bureauOrders, bureaus, cards, type Database, once, stockTransfers } from '../store/index.ts';
import { type BureauParts, nowOf, requireBureau } from './parts.ts';

/** Blanks that a transfer of the store promises to the bureau's place. @throws BUREAU_BOX_TRANSFER */
export async function announceBlanks(
  parts: BureauParts,
  box: { readonly bureauId: string; readonly transferId: string; readonly courier: string; readonly tracking: string },
  actor: string,
  key: string | null,
): Promise<bureaus.BureauBox> {
  const { database, newId } = parts;
  const at = nowOf(parts);
  const bureau = await requireBureau(database, box.bureauId);
  const id = await once(database, idempotentCall('bureau-box', key, { ...box, actor }, at), async (transaction) => {
    const [transfer] = await stockTransfers.listTransfers(transaction, { id: box.transferId });
    if (transfer?.toLocation !== bureau.locationId || transfer.state === 'withdrawn') {
      throw issuerErrors.make('BUREAU_BOX_TRANSFER');
    }
    await bureaus.announceBox(transaction, {
      ...box,
      id: newId('bb'),
      orderId: null,
      kind: 'blanks',
      number: box.transferId,
      announcedBy: actor,
      announcedAt: at,
    });
    return (await bureaus.findBoxOfTransfer(transaction, box.transferId))?.id ?? '';
  });
  return requireBox(database, id);
}

export async function requireBox(database: Database, id: string): Promise<bureaus.BureauBox> {
  const box = await bureaus.findBox(database, id);
  if (box === null) throw issuerErrors.make('BUREAU_BOX_UNKNOWN');
  return box;
}

/**
 * One person's count. The second equal one, by somebody else, ends the box's way.
 * @throws BUREAU_COUNT_DIFFERS with the difference: the box stays on its way, and somebody must look
 */
export async function countBox(
  parts: BureauParts,
  boxId: string,
  count: { readonly counted: number; readonly person: string },
  key: string | null,
): Promise<bureaus.BureauBox> {
  const { database } = parts;
  const at = nowOf(parts);
  const call = idempotentCall('bureau-count', key, { boxId, ...count }, at);
  await once(database, call, async (transaction) => {
    const box = await requireBox(transaction, boxId);
    if (box.state === 'counted') return boxId;
    const lines = await linesOf(transaction, box);
    const expected = lines === null ? await transferSize(transaction, box) : lines.length;
    if (count.counted !== expected) {
      throw issuerErrors.make('BUREAU_COUNT_DIFFERS', { fields: [difference(box, count.counted)] });
    }
    const people = await bureaus.noteCount(transaction, { boxId, at, ...count });
    const [first] = people.filter((person) => person !== count.person);
    if (first === undefined) return boxId;
    requireTwoPeople(first, count.person);
    const ended = { count: expected, first, second: count.person, at };
    if (!(await bureaus.endBox(transaction, boxId, ended))) return boxId;
    const signed = { actor: first, witness: count.person, at };
    for (const line of lines ?? []) {
      if (box.kind === 'waste') await endWaste(parts, transaction, line, signed);
      else await bureauOrders.moveLine(transaction, line, 'made', { receivedAt: at });
    }
    if (box.orderId !== null) await bureauOrders.closeOrderWhenDone(transaction, box.orderId, at);
    return boxId;
  });
  return requireBox(database, boxId);
}

/** Null for a box of blanks. */
async function linesOf(transaction: Database, box: bureaus.BureauBox) {
  if (box.orderId === null) return null;
  return bureauOrders.listLinesOfBox(transaction, box.orderId, box.number);
}

async function transferSize(transaction: Database, box: bureaus.BureauBox): Promise<number> {
  const [transfer] = await stockTransfers.listTransfers(transaction, { id: box.transferId ?? '' });
  return transfer?.quantity ?? 0;
}

/** Who counts again must not learn the number from here. */
function difference(box: bureaus.BureauBox, counted: number): FieldFault {
  return {
    field: `counted (${box.number})`,
    rule: { zh: `清点 ${counted},与账面不符`, en: `${counted} counted, which is not what the books say` },
  };
}

interface Signed {
  readonly actor: string;
  readonly witness: string;
  readonly at: string;
}

async function endWaste(
  parts: BureauParts,
  transaction: Database,
  line: Awaited<ReturnType<typeof bureauOrders.listLines>>[number],
  signed: Signed,
): Promise<void> {
  if (line.state !== 'spoiled') return;
  await bureauOrders.moveLine(transaction, line, 'wasted');
  await spoilCard(parts, transaction, line, signed, line.reason ?? 'bureau');
}

export async function spoilCard(
  parts: BureauParts,
  transaction: Database,
  line: { readonly cardId: string; readonly cardFactor: string },
  signed: Signed,
  reason: string,
): Promise<void> {
  const card = await cards.findCard(transaction, line.cardId);
  if (card === null) throw issuerErrors.make('CARD_UNKNOWN');
  await cards.moveCard(transaction, card, 'spoil', { ...signed, reason }, { spoil_reason: reason });
  await blanks.spoilBlank(transaction, line.cardFactor, signed.at);
  await parts.stock.follow(transaction, line.cardFactor, 'spoil', { ...signed, reason });
}

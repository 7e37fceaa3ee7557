/** Visits of a card: the flags first, then only the slots that are valid (CARD-FACTS 1.7). */
import { equalBytes } from '../bytes/index.ts';
import type { FileId } from '../profile/types.ts';
import type { CardDialogue, CardSession } from '../session/index.ts';
import type { Visit, VisitKind } from './types.ts';
import type { SignedVisit } from './verify-visit.ts';
import { decodeVisit, encodeVisit } from './visit-codec.ts';
import { type VisitLayout, type VisitSlot, visitLayout } from './visit-layout.ts';

export const SLOT_VALID = 0x00;
export const SLOT_EMPTY = 0xff;

export interface StoredVisit {
  readonly file: FileId;
  readonly recordNumber: number;
  readonly visit: Visit;
  readonly businessData: Uint8Array;
  /** null: written without a signature. */
  readonly signed: SignedVisit | null;
}

/** In the order of the slots. */
export async function readVisits(session: CardSession, kind: VisitKind): Promise<readonly StoredVisit[]> {
  const { dialogue } = session;
  const { profile, product } = dialogue.options;
  const layout = visitLayout(profile, kind);
  const flags: number[] = [];
  for (const { recordNumber } of layout.slots) flags.push(await readFlag(dialogue, layout, recordNumber));
  const visits: StoredVisit[] = [];
  for (const [index, { file, recordNumber }] of layout.slots.entries()) {
    if (flags[index] !== SLOT_VALID) continue;
    const content = await dialogue.readContent(file, 0, file.sizeBytes);
    const businessData = content.slice(0, layout.businessSizeBytes);
    visits.push({
      file: file.id,
      recordNumber,
      visit: decodeVisit({ profile, product }, kind, content),
      businessData,
      signed: signedVisitOf(layout, content),
    });
  }
  return visits;
}

/** A flag that is neither 00 nor FF counts as empty: nothing was committed by it. */
export async function readFlag(dialogue: CardDialogue, layout: VisitLayout, recordNumber: number): Promise<number> {
  const record = await dialogue.readRecord(layout.indexFile, recordNumber);
  return record?.[0] === SLOT_VALID ? SLOT_VALID : SLOT_EMPTY;
}

/** The valid slot with the same business data; the dates are compared first, for they cost one READ. */
export async function slotHolding(
  dialogue: CardDialogue,
  layout: VisitLayout,
  businessData: Uint8Array,
): Promise<VisitSlot | null> {
  const { element } = layout.date;
  for (const slot of layout.slots) {
    if ((await readFlag(dialogue, layout, slot.recordNumber)) !== SLOT_VALID) continue;
    const date = await dialogue.readContent(slot.file, element.offset, element.sizeBytes);
    if (!equalBytes(date, businessData.slice(element.offset, element.offset + element.sizeBytes))) continue;
    if (equalBytes(await dialogue.readContent(slot.file, 0, businessData.length), businessData)) return slot;
  }
  return null;
}

/**
 * Where the card holds this very visit as a valid one, by reading alone; null: it does not. Settles a write whose outcome
 * was not known.
 * @throws VISIT_INVALID and whatever a card, reader or key service says
 */
export async function visitHeldByCard(
  session: CardSession,
  visit: Visit,
): Promise<{ readonly file: FileId; readonly recordNumber: number } | null> {
  const { dialogue } = session;
  const { profile, product } = dialogue.options;
  const layout = visitLayout(profile, visit.kind);
  const slot = await slotHolding(dialogue, layout, encodeVisit({ profile, product }, visit));
  return slot === null ? null : { file: slot.file.id, recordNumber: slot.recordNumber };
}

/** What is signed of a whole slot's content; null where there is neither signature nor certificate. */
export function signedVisitOf(layout: VisitLayout, content: Uint8Array): SignedVisit | null {
  const part = ({ offset, sizeBytes }: VisitLayout['signature']) => content.slice(offset, offset + sizeBytes);
  const signature = part(layout.signature);
  const certificate = part(layout.certificate);
  const blank = (bytes: Uint8Array) =>
    bytes.every((byte) => byte === SLOT_EMPTY) || bytes.every((byte) => byte === 0x00);
  if (blank(signature) && blank(certificate)) return null;
  return { businessData: content.slice(0, layout.businessSizeBytes), signature, certificate };
}

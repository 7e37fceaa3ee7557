/** From what card/patch, card/visits and a later reading say to the outcomes of the local API. Nothing is guessed here. */
import { type CardPatch, type HeldElement, heldByCard, type PatchReport, type WriteOutcome } from '@rhc/card/patch';
import { nationalProfile } from '@rhc/card/profile';
import type { CardSession } from '@rhc/card/session';
import { type Visit, type VisitReport, visitHeldByCard } from '@rhc/card/visits';
import type { AgentWriteOutcome, PatchWish, VisitWish, WrittenElement } from '../contract/writes.ts';
import type { JournalEntry } from '../journal/index.ts';
import { type RekeyWish, settleRekey } from './rekeyed-slots.ts';

const OUTCOMES: Readonly<Record<WriteOutcome, AgentWriteOutcome>> = {
  written: 'applied',
  unchanged: 'applied',
  'not-written': 'not applied',
  unknown: 'unknown',
};
const PHOTO_NAMES = new Set(['photo', '照片']);
const VISIT = 'visit';

/** JSON has no bytes: the photo is base64. What is no base64 becomes a byte that is refused as "no JPEG". */
export function cardPatchOf(wish: PatchWish): CardPatch {
  const values = Object.entries(wish).map(([name, value]) => {
    if (!PHOTO_NAMES.has(name) || typeof value !== 'string') return [name, value];
    const bytes = Buffer.from(value, 'base64');
    return [name, bytes.toString('base64') === value ? Uint8Array.from(bytes) : Uint8Array.of(0)];
  });
  return Object.fromEntries(values) as CardPatch;
}

export function cardVisitOf(wish: VisitWish): Visit {
  return wish as unknown as Visit;
}

export function elementsOfPatch({ elements }: PatchReport): WrittenElement[] {
  return elements.map(({ name, id, outcome, entries, displaced, erased }) => ({
    name,
    id,
    outcome: OUTCOMES[outcome],
    ...(outcome === 'unchanged' ? { alreadyHeld: true } : {}),
    ...(entries === undefined ? {} : { entries: entries.map((entry) => OUTCOMES[entry]) }),
    ...(displaced === undefined ? {} : { displaced }),
    ...(erased === undefined ? {} : { erased }),
  }));
}

export function elementOfVisit({ outcome, file, erased }: VisitReport, signed: boolean): WrittenElement {
  return {
    name: VISIT,
    id: VISIT,
    outcome: OUTCOMES[outcome],
    ...(outcome === 'unchanged' ? { alreadyHeld: true } : {}),
    file,
    oldestErased: erased === null ? null : OUTCOMES[erased],
    signed,
  };
}

export function isSettled(elements: readonly WrittenElement[]): boolean {
  return elements.every(({ outcome, oldestErased }) => outcome !== 'unknown' && oldestErased !== 'unknown');
}

/** The outcomes that were not known, from what the card holds now; `failure`: what the card itself refused meanwhile. */
export async function settleByCard(
  session: CardSession,
  entry: JournalEntry,
): Promise<{ readonly elements: WrittenElement[]; readonly failure: unknown }> {
  const { wish } = entry;
  if (wish === null) throw new RangeError('a settled entry holds no wish');
  if ('rekey' in wish) return settleRekey(session, wish.rekey as RekeyWish);
  const elements =
    'patch' in wish
      ? await settlePatch(session, wish.patch, entry.elements)
      : await settleVisit(session, wish.visit, entry);
  return { elements, failure: null };
}

async function settlePatch(
  session: CardSession,
  wish: PatchWish,
  reported: JournalEntry['elements'],
): Promise<WrittenElement[]> {
  const open = reported?.filter(({ outcome }) => outcome === 'unknown').map(({ name }) => name) ?? Object.keys(wish);
  const asked = Object.fromEntries(Object.entries(wish).filter(([name]) => open.includes(name)));
  const found = (await heldByCard(session, cardPatchOf(asked))).map(elementOfHeld);
  if (reported === null) return found;
  return reported.map((element) => found.find(({ id }) => id === element.id) ?? element);
}

function elementOfHeld({ name, id, held, entries }: HeldElement): WrittenElement {
  const outcome = outcomeOf(held);
  return entries === undefined ? { name, id, outcome } : { name, id, outcome, entries: entries.map(outcomeOf) };
}

async function settleVisit(session: CardSession, wish: VisitWish, entry: JournalEntry): Promise<WrittenElement[]> {
  const reported = entry.elements?.[0] ?? { name: VISIT, id: VISIT, outcome: 'unknown' as const };
  let settled: WrittenElement = reported;
  if (reported.outcome === 'unknown') {
    const place = await visitHeldByCard(session, cardVisitOf(wish));
    settled = { ...settled, outcome: outcomeOf(place !== null), file: place?.file ?? null };
  }
  if (reported.oldestErased === 'unknown') {
    settled = { ...settled, oldestErased: outcomeOf(!(await isSlotValid(session, reported.file ?? null))) };
  }
  return [settled];
}

async function isSlotValid(session: CardSession, fileId: string | null): Promise<boolean> {
  const file = nationalProfile.files.find(({ id }) => id === fileId);
  if (file?.structure !== 'transparent' || file.index === undefined) throw new RangeError(`${fileId} holds no visit`);
  const flags = await session.readIndex(file.index.file);
  return flags[file.index.recordNumber - 1] === true;
}

function outcomeOf(held: boolean): AgentWriteOutcome {
  return held ? 'applied' : 'not applied';
}

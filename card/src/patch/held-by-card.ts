/**
 * Which parts of a patch the card holds now, by reading alone: how a write whose outcome was not known is settled when the
 * card comes back.
 */
import { equalBytes } from '../bytes/index.ts';
import { type CardDialogue, type CardSession, isEmptyRecord } from '../session/index.ts';
import { type ListTarget, type PatchTarget, planPatch } from './plan-patch.ts';
import type { CardPatch } from './types.ts';
import { holdsPhoto, readPhotoHead } from './write-photo.ts';

export interface HeldElement {
  /** As the patch named it. */
  readonly name: string;
  readonly id: string;
  /** True only when the card holds all of it. */
  readonly held: boolean;
  /** Lists: each entry, in the order given. */
  readonly entries?: readonly boolean[];
}

/**
 * In the order of the patch. A list is held when each of its entries stands on the card, whatever else stands there.
 * @throws CARD_PATCH_REFUSED and whatever a card, reader or key service says
 */
export async function heldByCard(session: CardSession, patch: CardPatch): Promise<readonly HeldElement[]> {
  const { dialogue } = session;
  const { profile, product } = dialogue.options;
  const { targets } = planPatch(profile, product, patch);
  const held = new Map<string, HeldElement>();
  // In the order of the files, so that each directory and key is asked for once.
  for (const file of profile.files) {
    for (const target of targets.filter((each) => each.file.id === file.id)) {
      held.set(target.id, { name: target.name, id: target.id, ...(await isHeld(dialogue, target)) });
    }
  }
  return targets.flatMap(({ id }) => held.get(id) ?? []);
}

async function isHeld(dialogue: CardDialogue, target: PatchTarget): Promise<Pick<HeldElement, 'held' | 'entries'>> {
  switch (target.kind) {
    case 'record': {
      const record = await dialogue.readRecord(target.file, target.number);
      return { held: record !== null && equalBytes(record, target.bytes) };
    }
    case 'list': {
      const entries = await heldEntries(dialogue, target);
      return { held: entries.every(Boolean), entries };
    }
    case 'photo': {
      const head = await readPhotoHead(dialogue, target.file);
      return { held: await holdsPhoto(dialogue, target.file, head, target.jpeg) };
    }
  }
}

async function heldEntries(dialogue: CardDialogue, { file, records }: ListTarget): Promise<readonly boolean[]> {
  const held: Uint8Array[] = [];
  for (let number = 1; number <= file.recordCount; number++) {
    const record = await dialogue.readRecord(file, number);
    if (record === null || isEmptyRecord(record)) break;
    held.push(record);
  }
  return records.map((wanted) => held.some((record) => equalBytes(record, wanted)));
}

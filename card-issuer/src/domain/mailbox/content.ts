/**
 * Checks an update before it waits for months: a patch that the card would refuse, a slot that no card has, is refused at
 * the desk of whoever writes it. Made from the profile, so that nothing of the card is repeated here.
 */

import { type CardPatch, planPatch } from '@rhc/card/patch';
import type { CardData } from '@rhc/card/personalization';
import { CARD_KEY_SLOTS, nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import type { MailboxContent } from '@rhc/reader-agent/contract';
import { issuerErrors } from '../../errors.ts';

type PatchWish = Extract<MailboxContent, { kind: 'patch' }>['patch'];
const PHOTO_NAMES = ['photo', '照片'];

/** JSON has no bytes: a photo is base64. */
function cardPatch(wish: PatchWish): CardPatch {
  return Object.fromEntries(
    Object.entries(wish).map(([name, value]) => [
      name,
      PHOTO_NAMES.includes(name) && typeof value === 'string' ? Uint8Array.from(Buffer.from(value, 'base64')) : value,
    ]),
  ) as CardPatch;
}

/** The same content with every element under its English key. @throws CARD_PATCH_REFUSED, MAILBOX_CONTENT_REFUSED */
export function checkedContent(content: MailboxContent): { content: MailboxContent; subjects: readonly string[] } {
  switch (content.kind) {
    case 'patch': {
      const [patch, ...expected] = [content.patch, ...content.expected].map((wish) => ({
        wish,
        targets: planPatch(nationalProfile, rhcBlank1, cardPatch(wish)).targets,
      }));
      if (patch === undefined || patch.targets.length === 0) throw refused('patch', '不能为空', 'must name an element');
      const named = ({ wish, targets }: typeof patch): PatchWish =>
        Object.fromEntries(targets.map(({ id, name }) => [id, wish[name] ?? null]));
      return {
        content: { kind: 'patch', patch: named(patch), expected: expected.map(named) },
        subjects: patch.targets.map(({ id }) => id).sort(),
      };
    }
    case 'rekey': {
      const slots = content.slots.map(({ slot }) => slot);
      if (new Set(slots).size !== slots.length) throw refused('slots', '同一密钥只能给一次', 'name each slot once');
      if (!slots.every((slot) => (CARD_KEY_SLOTS as readonly string[]).includes(slot)))
        throw refused('slots', '卡上没有此密钥', 'no card has such a key slot');
      return { content, subjects: [...slots].sort() };
    }
    case 'notice':
      return { content, subjects: [content.notice] };
  }
}

/**
 * What the register says of some elements and the server's last copy of the card does not: a patch that turns the one into
 * the other. Null when they agree.
 */
export function patchFromRegister(
  held: CardData,
  wanted: CardData,
  elements: readonly string[],
): Extract<MailboxContent, { kind: 'patch' }> | null {
  const patch: Record<string, string | boolean | null> = {};
  const expected: Record<string, string | boolean | null> = {};
  for (const element of elements) {
    const [before, after] = [held.elements[element] ?? null, wanted.elements[element] ?? null];
    if (before === after) continue;
    patch[element] = after as string | boolean | null;
    expected[element] = before as string | boolean | null;
  }
  return Object.keys(patch).length === 0 ? null : { kind: 'patch', patch, expected: [expected] };
}

/** The server's copy after the chip took the patch. */
export function withPatch(held: CardData, patch: PatchWish): CardData {
  const elements = { ...held.elements };
  let { allergies, immunizations, photo } = held;
  for (const [id, value] of Object.entries(patch)) {
    if (id === 'allergies' && Array.isArray(value)) allergies = newestFirst(value, allergies);
    else if (id === 'immunizations' && Array.isArray(value)) immunizations = newestFirst(value, immunizations);
    else if (id === 'photo') photo = typeof value === 'string' ? Uint8Array.from(Buffer.from(value, 'base64')) : null;
    else if (!Array.isArray(value)) elements[id] = value;
  }
  return { elements, allergies, immunizations, photo };
}

function newestFirst<T>(added: readonly unknown[], held: readonly T[]): T[] {
  const known = new Set(added.map((entry) => JSON.stringify(entry)));
  return [...(added as T[]), ...held.filter((entry) => !known.has(JSON.stringify(entry)))];
}

function refused(field: string, zh: string, en: string): Error {
  return issuerErrors.make('MAILBOX_CONTENT_REFUSED', { fields: [{ field, rule: { zh, en } }] });
}

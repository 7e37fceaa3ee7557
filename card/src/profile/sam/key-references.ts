/**
 * The key table of the SAM (CARD-FACTS 3.4, 表A4), made from the card's own key slots so that the two cannot part: IRK, BK
 * and LK have no entry, so a SAM can neither prove a card genuine nor block it.
 */
import { deepFreeze } from '../deep-freeze.ts';
import { keySlots } from '../key-slots.ts';
import type { CardKeySlotName, Text } from '../types.ts';
import type { SamKeyReference } from './types.ts';

export const samKeyReferences: readonly SamKeyReference[] = deepFreeze(
  keySlots.flatMap(({ name, levels, samReference }): SamKeyReference[] => {
    if (samReference === null) return [];
    const { p1, p2 } = samReference;
    return [{ slot: name, p1, p2, levels, type: p1 & 0x1f, loadedAt: levels === 2 ? 'first' : 'second' }];
  }),
);

export function samKeyReference(slot: CardKeySlotName): SamKeyReference | null {
  return samKeyReferences.find((reference) => reference.slot === slot) ?? null;
}

/** Low five bits of P1 (CARD-FACTS 3.4); 9–31 are reserved there, 9 is our signing key. */
export const samKeyTypes: Readonly<Record<number, Text>> = deepFreeze({
  0: { zh: '主控', en: 'master' },
  1: { zh: '维护', en: 'maintenance' },
  2: { zh: '消费', en: 'purchase' },
  3: { zh: 'PIN解锁', en: 'PIN unblock' },
  4: { zh: 'PIN重装', en: 'PIN reload' },
  5: { zh: '用户卡应用维护', en: 'user card application maintenance' },
  6: { zh: 'MAC', en: 'MAC' },
  7: { zh: '加密', en: 'encipherment' },
  8: { zh: 'MAC与加密', en: 'MAC and encipherment' },
  9: { zh: '签名（本产品）', en: 'signature (ours)' },
});

/** What type 7 may do, what type 8 may do: P1 of `80 FA`. */
export const SAM_ENCIPHER = 0x00;
export const SAM_MAC = 0x05;
export const SAM_TYPE_ENCIPHER_AND_MAC = 8;

/** Reference of the signing key in the use counters. */
export const SAM_SIGNING_REFERENCE = 0x40;

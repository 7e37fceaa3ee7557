/** Key paths of a card from the hierarchy's data: root → [province] → card → challenge (KEYS.md, "Hierarchy"). */
import { complementBytes, concatBytes, hexToBytes, requireLength } from '@rhc/card/bytes';
import { CARD_KEY_SLOTS, type KeySlotName, OFF_CARD_KEY_SLOTS } from '@rhc/card/profile';
import type { Hierarchy, HierarchySlot } from '@rhc/hsm-config';
import { keyServiceErrors } from '../errors.ts';
import type { KeyPath } from '../hsm/port.ts';

export const ALL_KEY_SLOTS: readonly KeySlotName[] = [...CARD_KEY_SLOTS, ...OFF_CARD_KEY_SLOTS];

/** X ‖ ¬X for an 8-byte factor. */
export function dispersalBlock(factor: Uint8Array): Uint8Array {
  requireLength(factor, 8, 'dispersal factor');
  return concatBytes(factor, complementBytes(factor));
}

/** ¬X ‖ X, the channel's MAC key (ADR 001). */
export function reversedBlock(factor: Uint8Array): Uint8Array {
  requireLength(factor, 8, 'dispersal factor');
  return concatBytes(complementBytes(factor), factor);
}

/** Deterministic CKA_LABEL and CKA_ID. */
export const rootLabel = (slot: KeySlotName, version: number): string => `${slot}#${version}`;

export function slotOf(hierarchy: Hierarchy, slot: KeySlotName): HierarchySlot {
  const found = hierarchy.slots.find((each) => each.name === slot);
  if (found === undefined) throw keyServiceErrors.make('KEY_MISSING', { detail: `hierarchy has no slot ${slot}` });
  return found;
}

export interface CardScope {
  readonly cardFactor: Uint8Array;
  readonly provinceCode: string;
}

export function cardKeyPath(hierarchy: Hierarchy, slot: KeySlotName, version: number, card: CardScope): KeyPath {
  const root = rootLabel(slot, version);
  const cardBlock = dispersalBlock(card.cardFactor);
  if (slotOf(hierarchy, slot).levels === 1) return { root, blocks: [cardBlock], cachedBlocks: 0 };
  const province = hierarchy.provinces.find((each) => each.code === card.provinceCode);
  if (province === undefined) {
    throw keyServiceErrors.make('PROVINCE_UNKNOWN', {
      fields: [{ field: 'provinceCode', rule: { zh: '须为密钥体系中的省份', en: 'a province of the key hierarchy' } }],
    });
  }
  return { root, blocks: [dispersalBlock(hexToBytes(province.factor)), cardBlock], cachedBlocks: 1 };
}

export function sessionKeyPath(cardKey: KeyPath, challenge: Uint8Array): KeyPath {
  return { ...cardKey, blocks: [...cardKey.blocks, dispersalBlock(challenge)] };
}

/** Key paths of a card from the hierarchy's data: root → [province] → card → challenge (KEYS.md, "Hierarchy"). */
import { complementBytes, concatBytes, hexToBytes, requireLength } from '@rhc/card/bytes';
import { CARD_KEY_SLOTS, type KeySlotName, OFF_CARD_KEY_SLOTS } from '@rhc/card/profile';
import type { Hierarchy, HierarchyIssuer, HierarchySlot } from '@rhc/hsm-config';
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

/** The issuer of this code; without one the first that the hierarchy declares. */
export function issuerOf(hierarchy: Hierarchy, code?: string): HierarchyIssuer {
  const found = code === undefined ? hierarchy.issuers[0] : hierarchy.issuers.find((each) => each.code === code);
  if (found !== undefined) return found;
  throw keyServiceErrors.make('ISSUER_UNKNOWN', {
    fields: [{ field: 'issuer', rule: { zh: '须为密钥体系中的发卡机构', en: 'an issuer of the key hierarchy' } }],
  });
}

export interface CardScope {
  readonly cardFactor: Uint8Array;
  readonly provinceCode: string;
  /** Where the card's city has a level of its own. */
  readonly cityCode?: string | undefined;
}

/**
 * Root → [province] → [city] → card. A national key that arrived dispersed for a province (`dispersedTo`) starts below
 * that province's level and serves no other province.
 * @throws PROVINCE_UNKNOWN
 */
export function cardKeyPath(
  hierarchy: Hierarchy,
  slotName: KeySlotName,
  version: number,
  card: CardScope,
  dispersedTo: string | null = null,
): KeyPath {
  const slot = slotOf(hierarchy, slotName);
  const above: Uint8Array[] = [];
  if (slot.levels === 2 && dispersedTo === null)
    above.push(hexToBytes(provinceOf(hierarchy, card.provinceCode).factor));
  if (dispersedTo !== null && dispersedTo !== card.provinceCode) throw provinceUnknown();
  const city = slot.cityLevel === true ? cityOf(hierarchy, card) : undefined;
  if (city?.dispersal === 'factor' && city.factor !== undefined) above.push(hexToBytes(city.factor));
  const blocks = [...above, card.cardFactor].map(dispersalBlock);
  return { root: rootLabel(slotName, version), blocks, cachedBlocks: above.length === 0 ? 0 : 1 };
}

function provinceUnknown(): Error {
  return keyServiceErrors.make('PROVINCE_UNKNOWN', {
    fields: [{ field: 'provinceCode', rule: { zh: '须为密钥体系中的省份', en: 'a province of the key hierarchy' } }],
  });
}

function provinceOf(hierarchy: Hierarchy, code: string): Hierarchy['provinces'][number] {
  const found = hierarchy.provinces.find((each) => each.code === code);
  if (found === undefined) throw provinceUnknown();
  return found;
}

/** A card of a city that disperses must name its city; elsewhere the city makes no difference. */
function cityOf(hierarchy: Hierarchy, { provinceCode, cityCode }: CardScope) {
  const { cities } = provinceOf(hierarchy, provinceCode);
  const found = cities.find(({ code }) => code === cityCode);
  if (found !== undefined || (cityCode === undefined && cities.every(({ dispersal }) => dispersal === 'none')))
    return found;
  throw keyServiceErrors.make('PROVINCE_UNKNOWN', {
    fields: [{ field: 'cityCode', rule: { zh: '须为该省的城市', en: 'a city of this province' } }],
  });
}

export function sessionKeyPath(cardKey: KeyPath, challenge: Uint8Array): KeyPath {
  return { ...cardKey, blocks: [...cardKey.blocks, dispersalBlock(challenge)] };
}

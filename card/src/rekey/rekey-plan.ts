/** What a re-key has to do on a card, from what the chip says that it holds (GET DATA 0103). Pure. */
import { type KeyListEntry, keyVersionsOnCard } from '../commands/index.ts';
import type { FieldFault } from '../errors/index.ts';
import { CARD_KEY_SLOTS, type CardKeySlotName, type CardProduct, type CardProfile } from '../profile/types.ts';
import { rekeyErrors } from './errors.ts';
import type { KeyVersionOfSlot } from './ports.ts';

export interface RekeyRequest {
  /** The new version of each slot, every slot once. */
  readonly slots: readonly KeyVersionOfSlot[];
  /** true: all lower versions of these slots are erased once the new one is proven; false: they stay. */
  readonly retireOlder: boolean;
}

export interface RekeyPlan {
  /** The new versions, in the order of CARD_KEY_SLOTS with MK last: its proof ends the channel that MK's old version opened. */
  readonly wanted: readonly KeyVersionOfSlot[];
  /** Those that are not on the card. */
  readonly writes: readonly KeyVersionOfSlot[];
  readonly retirements: readonly KeyVersionOfSlot[];
}

/** @throws REKEY_PLAN_INVALID */
export function planRekey(
  profile: CardProfile,
  product: CardProduct,
  keys: readonly KeyListEntry[],
  { slots, retireOlder }: RekeyRequest,
): RekeyPlan {
  const faults: FieldFault[] = [];
  const fault = (field: string, zh: string, en: string) => faults.push({ field, rule: { zh, en } });
  const wanted = [...slots].sort((a, b) => rank(a.slot) - rank(b.slot));
  const writes: KeyVersionOfSlot[] = [];
  const retirements: KeyVersionOfSlot[] = [];
  for (const [index, entry] of wanted.entries()) {
    const { slot, version } = entry;
    if (wanted[index - 1]?.slot === slot) fault(slot, '只能给一次', 'is given twice');
    if (!Number.isInteger(version) || version < 1 || version > 255)
      fault(slot, '版本须为 1–255', 'needs a version 1 to 255');
    const held = keyVersionsOnCard(profile, keys, slot);
    if (held.length === 0) fault(slot, '卡上没有此密钥', 'is not on the card');
    if (!held.includes(version)) {
      if (held.length >= product.maxKeyVersionsPerSlot) {
        fault(slot, '卡上版本已满,须先停用一个', 'is full on the card: retire a version first');
      }
      writes.push(entry);
    }
    if (retireOlder) retirements.push(...held.filter((old) => old < version).map((old) => ({ slot, version: old })));
  }
  if (slots.length === 0) fault('slots', '不能为空', 'must name a slot');
  if (faults.length > 0) throw rekeyErrors.make('REKEY_PLAN_INVALID', { fields: faults });
  return { wanted, writes, retirements };
}

function rank(slot: CardKeySlotName): number {
  return slot === 'MK.MF' ? CARD_KEY_SLOTS.length : CARD_KEY_SLOTS.indexOf(slot);
}

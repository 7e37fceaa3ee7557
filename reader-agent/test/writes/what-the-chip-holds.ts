/** Judged on the chip's memory, past every access rule and terminal. */
import { type PatchTarget, planPatch } from '@rhc/card/patch';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { encodeVisit, type Visit, visitLayout } from '@rhc/card/visits';
import { chipFile } from '../../../test/card-writing/personalized-card.ts';
import type { ChipContent } from '../../../virtual-card/src/index.ts';
import type { PatchWish } from '../../src/contract/index.ts';
import { cardPatchOf } from '../../src/core/written-elements.ts';

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();

/** By element id. */
export function elementsHeld(chip: ChipContent, wish: PatchWish): Readonly<Record<string, boolean>> {
  const { targets } = planPatch(nationalProfile, rhcBlank1, cardPatchOf(wish));
  const holds = (target: PatchTarget): boolean => {
    const records = chipFile(chip, target.file.id);
    switch (target.kind) {
      case 'record':
        return records.includes(hexOf(target.bytes));
      case 'list':
        return target.records.every((record) => records.includes(hexOf(record)));
      case 'photo': {
        const length = target.jpeg.length.toString(16).toUpperCase().padStart(4, '0');
        return records[0]?.startsWith(`${length}${hexOf(target.jpeg)}`) ?? false;
      }
    }
  };
  return Object.fromEntries(targets.map((target) => [target.id, holds(target)]));
}

/** Does a slot whose flag is 00 hold it? */
export function visitHeld(chip: ChipContent, visit: Visit): boolean {
  const layout = visitLayout(nationalProfile, visit.kind);
  const wanted = hexOf(encodeVisit({ profile: nationalProfile, product: rhcBlank1 }, visit));
  const flags = chipFile(chip, layout.indexFile.id);
  return layout.slots.some(
    ({ file, recordNumber }) => flags[recordNumber - 1] === '00' && chipFile(chip, file.id)[0]?.startsWith(wanted),
  );
}

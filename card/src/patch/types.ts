/** What a patch says and what its report tells. */
import type { FileId } from '../profile/types.ts';
import type { AllergyEntry, ElementValue, ImmunizationEntry } from '../session/types.ts';

export type PatchValue = ElementValue | Uint8Array | readonly AllergyEntry[] | readonly ImmunizationEntry[];

/**
 * Values by element. Every other name is the Chinese name (`本人电话1`) or the stable English key (`phone1`) of an element
 * of the profile; `null` or an empty text empties the element.
 */
export interface CardPatch {
  /** Newest first; what the card holds already is not appended again. */
  readonly allergies?: readonly AllergyEntry[];
  readonly 过敏?: readonly AllergyEntry[];
  /** Newest first. */
  readonly immunizations?: readonly ImmunizationEntry[];
  readonly 免疫接种?: readonly ImmunizationEntry[];
  /** JPEG; null takes the photo off the card. */
  readonly photo?: Uint8Array | null;
  readonly 照片?: Uint8Array | null;
  readonly [element: string]: PatchValue | undefined;
}

export interface PatchOptions {
  /** What the card must hold now, also of elements that are not patched; else CARD_PATCH_CONFLICT and nothing is written. */
  readonly expected?: CardPatch;
}

/**
 * written – read back from the chip; unchanged – the chip held it already; not-written – the chip does not hold it;
 * unknown – sent, but the chip could not be read afterwards. Nothing is called written that was not read back.
 */
export type WriteOutcome = 'written' | 'unchanged' | 'not-written' | 'unknown';

export interface ElementOutcome {
  /** As the patch named it. */
  readonly name: string;
  /** Stable key. */
  readonly id: string;
  readonly file: FileId;
  readonly outcome: WriteOutcome;
  /** Lists: each entry, in the order given. */
  readonly entries?: readonly WriteOutcome[];
  /** Lists: how many older entries of the card were pushed out. */
  readonly displaced?: number;
  /** Photo: the old one was taken off and the new one does not stand. */
  readonly erased?: boolean;
}

export interface PatchReport {
  /** In the order of the patch. */
  readonly elements: readonly ElementOutcome[];
  /** True when every outcome is written or unchanged. */
  readonly complete: boolean;
  /** What stopped the patch; null when it went to its end. */
  readonly failure: unknown;
  readonly apdus: number;
}

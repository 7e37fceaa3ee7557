/** The card's specification as data: `nationalProfile`, the blank-card products, and the `define*()` that check them. */
export { gbt2260Hebei, regionFullName, regionName } from './code-tables/gb-t-2260-hebei.ts';
export { codeTables } from './code-tables/index.ts';
export {
  defineCodeTable,
  defineDirectory,
  defineFile,
  defineKeySlot,
  defineProduct,
} from './define.ts';
export type { ProfileDeclaration } from './define-profile.ts';
export { defineProfile, elementsOf } from './define-profile.ts';
export { TLV_OVERHEAD_BYTES } from './element-rules.ts';
export { nationalProfile } from './national-profile.ts';
export { rhcBlank1 } from './products/rhc-blank-1.ts';
export * from './sam/index.ts';
export * from './types.ts';

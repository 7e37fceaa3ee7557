/** Writing by element. */
export * from './apply-patch.ts';
export * from './cyclic-window.ts';
export * from './errors.ts';
export * from './held-by-card.ts';
export * from './plan-patch.ts';
export type * from './types.ts';

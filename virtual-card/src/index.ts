/** @rhc/virtual-card: the user card of `rhc-blank-1` in software (development, tests and demonstration). */
export * from './cos/index.ts';
export { VIRTUAL_CARD_ERRORS, VirtualCardError } from './errors.ts';
export * from './faults/index.ts';
export * from './memory/index.ts';
export * from './sam/index.ts';
export * from './vpcd/index.ts';

/** Re-key of a card in the field (ADR 005). */
export type * from './ports.ts';

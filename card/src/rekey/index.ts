/** Re-key of a card in the field (ADR 005). */
export * from './errors.ts';
export * from './local-rekey-keys.ts';
export type * from './ports.ts';
export * from './prove-version.ts';
export * from './rekey-card.ts';
export * from './rekey-plan.ts';

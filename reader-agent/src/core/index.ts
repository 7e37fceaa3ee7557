/** What the agent does with a card: read it for the desk, write on it, run a batch for card-issuer. */
export * from './card-standing.ts';
export * from './card-work.ts';
export * from './counted-keys.ts';
export * from './local-turns.ts';
export * from './read-card.ts';
export * from './run-batch.ts';
export * from './stopwatch.ts';
export type { VisitTrustAnchor } from './visit-signatures.ts';
export * from './write-card.ts';

/** What the agent does with a card: read it for the desk, run a batch for card-issuer. */
export * from './counted-keys.ts';
export * from './read-card.ts';
export * from './run-batch.ts';
export * from './stopwatch.ts';

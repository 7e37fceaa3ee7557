/** Pages and what they were allowed. */
export * from './grants.ts';
export * from './origin.ts';
export * from './pairing.ts';

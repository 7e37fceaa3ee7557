/** Issue of a SAM in two steps. */
export * from './channel.ts';
export * from './digest.ts';
export * from './issue-sam.ts';
export * from './pilot-secrets.ts';

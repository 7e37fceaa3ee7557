/** The outbound channel to card-issuer. */
export * from './backoff.ts';
export * from './batch-memory.ts';
export * from './batch-service.ts';
export * from './channel.ts';
export * from './ws-dial.ts';

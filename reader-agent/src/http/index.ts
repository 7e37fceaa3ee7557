/** The local API's edge. */
export * from './callers.ts';
export * from './endpoint-parts.ts';
export { agentEndpoints } from './endpoints/index.ts';
export * from './event-socket.ts';
export * from './page-access.ts';
export * from './rate-limit.ts';

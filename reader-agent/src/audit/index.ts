/** What was done at this desk, as a chain that shows when it was changed. */
export { type ChainPlace, diskChain } from './chain-file.ts';
export * from './local-audit.ts';
export * from './refused-requests.ts';
export * from './upload.ts';

/** The list of cards that must not be served: format, look-up, deltas. Pure; signatures come in as functions. */
export * from './errors.ts';
export * from './hotlist.ts';
export { encodeBody, type HotlistHeader, type HotlistSignature, parseFile, withSignature } from './hotlist-file.ts';
export * from './issue-counter.ts';

/** The health summary of a card: typed, plain data, to and from the card's files without loss. */
export { decodeHealthSummary } from './decode-summary.ts';
export type { SummaryContext } from './element-bytes.ts';
export { type EncodeSummaryOptions, encodeHealthSummary } from './encode-summary.ts';
export * from './errors.ts';
export * from './read-summary-files.ts';
export * from './types.ts';

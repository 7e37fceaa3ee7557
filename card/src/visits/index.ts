/** Visits: the inpatient and outpatient slots of DF03. */
export * from './errors.ts';
export type * from './ports.ts';
export { readVisits, type StoredVisit, signedVisitOf, visitHeldByCard } from './read-visits.ts';
export type * from './types.ts';
export * from './verify-visit.ts';
export * from './visit-codec.ts';
export * from './visit-layout.ts';
export * from './write-visit.ts';

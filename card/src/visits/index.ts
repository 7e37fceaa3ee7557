/** Visits: the inpatient and outpatient slots of DF03. */
export type * from './ports.ts';

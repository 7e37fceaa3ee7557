/** The wire model: what a dialogue costs on a real reader; pure. CARD.md, "Wire model". */
export * from './link.ts';
export * from './wire-model.ts';

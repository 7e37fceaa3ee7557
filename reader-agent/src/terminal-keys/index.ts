/** Keys for the card, from the SAM or from key-service. */
export * from './chosen-keys.ts';
export * from './sam-report.ts';
export * from './sam-slot.ts';

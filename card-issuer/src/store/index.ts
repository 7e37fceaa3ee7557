/** Persistence of card-issuer: functions over a connection or a transaction; Knex is imported nowhere else. */
export * as approvals from './approvals.ts';
export * as blanks from './blanks.ts';
export * as bulk from './bulk.ts';
export * as cardMoves from './card-moves.ts';
export * as cards from './cards.ts';
export { nextCount } from './counters.ts';
export * as dataKeys from './data-keys.ts';
export { type Database, isPostgres, isUniqueViolation, migrate, openDatabase } from './database.ts';
export * as events from './events.ts';
export * as hotlists from './hotlists.ts';
export { type IdempotentCall, once, remembered } from './idempotency.ts';
export * as jobs from './jobs.ts';
export { bindPersonalData, personalDataOf } from './personal-data.ts';
export * as receipts from './receipts.ts';
export * as residentChanges from './resident-changes.ts';
export * as residents from './residents.ts';
export * as steering from './steering.ts';
export * as stock from './stock.ts';

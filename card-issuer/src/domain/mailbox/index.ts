/** Mailboxes: rules that know no database and no clock. */
export * from './change.ts';
export * from './content.ts';
export * from './superseding.ts';
export * from './update.ts';

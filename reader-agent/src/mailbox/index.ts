/** What card-issuer has for the cards that come to this desk. */
export * from './issuer-mailbox.ts';
export * from './mailbox-desk.ts';

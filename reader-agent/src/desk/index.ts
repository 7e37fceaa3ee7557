/** Readers, cards and who holds them. */
export * from './card-channel.ts';
export * from './card-lock.ts';
export * from './desk.ts';
export * from './desk-profile.ts';

/** Secure messaging over the Crypto port: dispersal, authentication, line protection, personalization channel. */
export * from './authentication.ts';
export * from './crypto.ts';
export * from './key-derivation.ts';
export * from './pilot-keys.ts';
export * from './protection.ts';
export * from './sm2-user.ts';
export * from './write-key-payload.ts';

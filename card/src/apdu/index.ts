/** APDUs: coding of commands and answers, status words, answer to reset, redacted traces. */
export * from './atr.ts';
export * from './command-apdu.ts';
export * from './describe-apdu.ts';
export * from './response-apdu.ts';
export * from './status-words.ts';

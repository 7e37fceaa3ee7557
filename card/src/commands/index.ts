/** The commands of the user card, one file each: build and parse, status words, clause. */
export * from './append-record.ts';
export * from './create-file.ts';
export type { Command, CommandName } from './define-command.ts';
export { COMMAND_STATUS_WORDS } from './define-command.ts';
export * from './end-personalization.ts';
export * from './errors.ts';
export * from './external-authenticate.ts';
export * from './get-challenge.ts';
export * from './get-data.ts';
export * from './get-response.ts';
export * from './index-flag.ts';
export * from './internal-authenticate.ts';
export * from './read-binary.ts';
export * from './read-record.ts';
export * from './select.ts';
export * from './update-binary.ts';
export * from './update-record.ts';
export * from './write-key.ts';

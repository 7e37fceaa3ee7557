/** Commands and answers of the card in words, from the declarations; pure. For tools, traces and the manual. */
export { type AnyCommand, COMMAND_FORMS, type CommandForm } from './command-forms.ts';
export * from './explain.ts';
export { KNOWN_COMMANDS } from './known-commands.ts';
export type * from './types.ts';

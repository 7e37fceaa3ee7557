/** Every command that the card room declares, found by looking at what `commands/` exports: a new one is here by itself. */
import * as commands from '../commands/index.ts';
import { type AnyCommand, COMMAND_FORMS } from './command-forms.ts';

function isCommand(value: unknown): value is AnyCommand {
  if (typeof value !== 'object' || value === null) return false;
  const { name, build, parse, statusWords } = value as Record<string, unknown>;
  return (
    typeof name === 'string' &&
    typeof build === 'function' &&
    typeof parse === 'function' &&
    typeof statusWords === 'object'
  );
}

/** One declaration a name; several builders of one command share it. In the order of the command table. */
export const KNOWN_COMMANDS: readonly AnyCommand[] = Object.keys(commands.COMMAND_STATUS_WORDS).flatMap((name) => {
  const explained = COMMAND_FORMS.find((form) => form.command.name === name)?.command;
  const declared = explained ?? Object.values(commands).find((value) => isCommand(value) && value.name === name);
  return declared === undefined ? [] : [declared as AnyCommand];
});

export function commandNamed(name: string): AnyCommand | null {
  return KNOWN_COMMANDS.find((command) => command.name === name) ?? null;
}

/**
 * One command to its handler, with the checks that all commands share, in this order (ADR 005, "Order of checks"):
 * blocked card, class, instruction, P1 P2, blocked DF, Lc and Le. The rules of Le, 61xx and 6Cxx stand here once
 * (ADR 001, "SELECT and Le").
 */
import type { CommandApdu, ResponseApdu } from '@rhc/card/apdu';
import { MemoryFailure } from '../memory/non-volatile-memory.ts';
import type { Chip } from './chip.ts';
import { isBlockedHere } from './chip.ts';
import { COMMANDS, type CommandEntry } from './commands.ts';
import { getResponse } from './handlers/get-response.ts';
import { refuse, StatusError, SW } from './status-error.ts';

const CLASSES: ReadonlySet<number> = new Set(Object.keys(COMMANDS).map((key) => Number.parseInt(key.slice(0, 2), 16)));
const INSTRUCTIONS: ReadonlySet<string> = new Set(Object.keys(COMMANDS).map((key) => key.slice(2)));

export function dispatch(chip: Chip, command: CommandApdu): ResponseApdu {
  try {
    return answer(chip, command);
  } catch (error) {
    if (error instanceof StatusError) return { data: new Uint8Array(0), sw: error.sw };
    if (error instanceof MemoryFailure) return { data: new Uint8Array(0), sw: SW.memoryFailure };
    throw error;
  }
}

function answer(chip: Chip, command: CommandApdu): ResponseApdu {
  const entry = admit(chip, command);
  const { data, partial, sw = SW.success } = entry.handler(chip, command);
  if (data === undefined) return { data: new Uint8Array(0), sw };
  // GET RESPONSE gave the first bytes of what waits; they count as given only now.
  if (entry.handler === getResponse) return deliver(chip, data, chip.session.pending?.data ?? data, sw);
  if (command.le === undefined) return deliver(chip, new Uint8Array(0), data, sw);
  const length = Math.min(data.length, 256);
  const rightLength = command.le === 256 || command.le === length || (partial && command.le < length);
  if (!rightLength) throw new StatusError(0x6c00 | (length & 0xff));
  if (partial) return { data: data.slice(0, command.le), sw };
  return deliver(chip, data.slice(0, 256), data, sw);
}

function admit(chip: Chip, command: CommandApdu): CommandEntry {
  const entry = COMMANDS[hex(command.cla) + hex(command.ins)];
  if (entry?.handler !== getResponse) chip.session.pending = null;
  if (chip.content.state === 'blocked' && chip.rules.cardBlock && entry?.onBlockedCard !== true) refuse('blocked');
  if (entry === undefined) return unknown(command);
  if (!entry.parameters(command.p1, command.p2)) refuse('wrongParameters');
  if (isBlockedHere(chip) && entry.inBlockedDirectory?.(command) !== true) refuse('blocked');
  const hasData = (command.data?.length ?? 0) > 0;
  if ((entry.data === 'required' && !hasData) || (entry.data === 'none' && hasData)) refuse('wrongLength');
  if (entry.answer === 'required' && command.le === undefined) refuse('wrongLength');
  return entry;
}

/** Gives `part`; what is left of `whole` waits for GET RESPONSE and is announced by 61xx (00 = 256 or more). */
function deliver(chip: Chip, part: Uint8Array, whole: Uint8Array, sw: number): ResponseApdu {
  const rest = whole.slice(part.length);
  chip.session.pending = rest.length === 0 ? null : { data: rest, sw };
  return { data: part, sw: rest.length === 0 ? sw : 0x6100 | (rest.length >= 256 ? 0 : rest.length) };
}

function unknown(command: CommandApdu): never {
  if (!CLASSES.has(command.cla)) return refuse('unknownClass');
  if (!INSTRUCTIONS.has(hex(command.ins))) return refuse('unknownInstruction');
  return refuse(command.cla === 0x04 ? 'secureMessagingNotSupported' : 'unknownClass');
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

/**
 * The command table: class and instruction to one handler, and whether the command carries data (Lc) and expects an
 * answer (Le). The rules of Le, 61xx and 6Cxx stand here once (ADR 001, "SELECT and Le").
 */
import type { CommandApdu, ResponseApdu } from '@rhc/card/apdu';
import type { Chip } from './chip.ts';
import type { Handler } from './handler.ts';
import { createFile } from './handlers/create-file.ts';
import { endPersonalization } from './handlers/end-personalization.ts';
import { externalAuthenticate } from './handlers/external-authenticate.ts';
import { getChallenge } from './handlers/get-challenge.ts';
import { getData } from './handlers/get-data.ts';
import { getResponse } from './handlers/get-response.ts';
import { eraseRecord, writeRecord } from './handlers/index-flag.ts';
import { internalAuthenticate } from './handlers/internal-authenticate.ts';
import { readBinary } from './handlers/read-binary.ts';
import { readRecord } from './handlers/read-record.ts';
import { select } from './handlers/select.ts';
import { updateBinary } from './handlers/update-binary.ts';
import { updateRecordPlain, updateRecordProtected } from './handlers/update-record.ts';
import { writeKey } from './handlers/write-key.ts';
import { refuse, StatusError, SW } from './status-error.ts';

interface Entry {
  readonly handler: Handler;
  readonly data: 'required' | 'none' | 'any';
  /** `chained`: without Le the answer waits for GET RESPONSE. */
  readonly answer: 'required' | 'chained' | 'none';
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  '00A4': { handler: select, data: 'required', answer: 'chained' },
  '0084': { handler: getChallenge, data: 'none', answer: 'required' },
  '0082': { handler: externalAuthenticate, data: 'required', answer: 'none' },
  '0088': { handler: internalAuthenticate, data: 'required', answer: 'chained' },
  '00B2': { handler: readRecord, data: 'none', answer: 'required' },
  '00B0': { handler: readBinary, data: 'none', answer: 'required' },
  '00DC': { handler: updateRecordPlain, data: 'required', answer: 'none' },
  '04DC': { handler: updateRecordProtected, data: 'any', answer: 'none' },
  '00D6': { handler: updateBinary, data: 'required', answer: 'none' },
  '84D2': { handler: writeRecord, data: 'any', answer: 'none' },
  '840C': { handler: eraseRecord, data: 'any', answer: 'none' },
  '00C0': { handler: getResponse, data: 'none', answer: 'required' },
  '80CA': { handler: getData, data: 'none', answer: 'required' },
  '80E0': { handler: createFile, data: 'required', answer: 'none' },
  '84D4': { handler: writeKey, data: 'required', answer: 'none' },
  '8444': { handler: endPersonalization, data: 'required', answer: 'none' },
};
const CLASSES: ReadonlySet<number> = new Set(Object.keys(COMMANDS).map((key) => Number.parseInt(key.slice(0, 2), 16)));
const INSTRUCTIONS: ReadonlySet<string> = new Set(Object.keys(COMMANDS).map((key) => key.slice(2)));

export function dispatch(chip: Chip, command: CommandApdu): ResponseApdu {
  try {
    return answer(chip, command);
  } catch (error) {
    if (error instanceof StatusError) return { data: new Uint8Array(0), sw: error.sw };
    throw error;
  }
}

function answer(chip: Chip, command: CommandApdu): ResponseApdu {
  const entry = find(command);
  if (entry.handler !== getResponse) chip.session.pending = null;
  if (chip.content.state === 'blocked' && entry.handler !== getData && entry.handler !== getResponse) {
    refuse('cardBlocked');
  }
  const hasData = (command.data?.length ?? 0) > 0;
  if ((entry.data === 'required' && !hasData) || (entry.data === 'none' && hasData)) refuse('wrongLength');
  if (entry.answer === 'required' && command.le === undefined) refuse('wrongLength');
  const { data, partial } = entry.handler(chip, command);
  if (data === undefined) return { data: new Uint8Array(0), sw: SW.success };
  // GET RESPONSE gave the first bytes of what waits; they count as given only now.
  if (entry.handler === getResponse) return deliver(chip, data, chip.session.pending ?? data);
  if (command.le === undefined) return deliver(chip, new Uint8Array(0), data);
  const length = Math.min(data.length, 256);
  const rightLength = command.le === 256 || command.le === length || (partial && command.le < length);
  if (!rightLength) throw new StatusError(0x6c00 | (length & 0xff));
  if (partial) return { data: data.slice(0, command.le), sw: SW.success };
  return deliver(chip, data.slice(0, 256), data);
}

/** Gives `part`; what is left of `whole` waits for GET RESPONSE and is announced by 61xx (00 = 256 or more). */
function deliver(chip: Chip, part: Uint8Array, whole: Uint8Array): ResponseApdu {
  const rest = whole.slice(part.length);
  chip.session.pending = rest.length === 0 ? null : rest;
  return { data: part, sw: rest.length === 0 ? SW.success : 0x6100 | (rest.length >= 256 ? 0 : rest.length) };
}

function find(command: CommandApdu): Entry {
  const instruction = hex(command.ins);
  const entry = COMMANDS[hex(command.cla) + instruction];
  if (entry !== undefined) return entry;
  if (!CLASSES.has(command.cla)) return refuse('unknownClass');
  if (!INSTRUCTIONS.has(instruction)) return refuse('unknownInstruction');
  return refuse(command.cla === 0x04 ? 'secureMessagingNotSupported' : 'unknownClass');
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

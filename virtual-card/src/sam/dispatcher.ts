/** The SAM's command table and its rules of Le, 61xx and 6Cxx (CARD-FACTS 5.2; ADR 006). */
import type { CommandApdu, ResponseApdu } from '@rhc/card/apdu';
import { refuse, StatusError, SW } from '../cos/status-error.ts';
import { cipher } from './handlers/cipher.ts';
import { externalAuthenticate } from './handlers/external-authenticate.ts';
import { readBinary, select, updateBinary } from './handlers/files.ts';
import { getChallenge, getResponse } from './handlers/get-challenge.ts';
import { getData } from './handlers/get-data.ts';
import { endIssue, generateKeyPair, recall } from './handlers/issue.ts';
import { changePin, verifyPin } from './handlers/pin.ts';
import { sessionKey } from './handlers/session-key.ts';
import { digest, sign } from './handlers/signature.ts';
import { writeKey } from './handlers/write-key.ts';
import type { SamChip, SamHandler } from './sam-chip.ts';

interface Entry {
  readonly handler: SamHandler;
  readonly data: 'required' | 'none' | 'any';
  /** `chained`: without Le the answer waits for GET RESPONSE. */
  readonly answer: 'required' | 'chained' | 'none';
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  '00A4': { handler: select, data: 'required', answer: 'none' },
  '00B0': { handler: readBinary, data: 'none', answer: 'required' },
  '00C0': { handler: getResponse, data: 'none', answer: 'required' },
  '0084': { handler: getChallenge, data: 'none', answer: 'required' },
  '0020': { handler: verifyPin, data: 'any', answer: 'none' },
  '805E': { handler: changePin, data: 'required', answer: 'none' },
  '80DE': { handler: sessionKey, data: 'required', answer: 'none' },
  '80FA': { handler: cipher, data: 'required', answer: 'chained' },
  '802C': { handler: digest, data: 'any', answer: 'chained' },
  '802A': { handler: sign, data: 'required', answer: 'chained' },
  '80CA': { handler: getData, data: 'none', answer: 'required' },
  '0082': { handler: externalAuthenticate, data: 'required', answer: 'none' },
  '84D4': { handler: writeKey, data: 'required', answer: 'none' },
  '8446': { handler: generateKeyPair, data: 'required', answer: 'chained' },
  '04D6': { handler: updateBinary, data: 'required', answer: 'none' },
  '8444': { handler: endIssue, data: 'required', answer: 'none' },
  '8416': { handler: recall, data: 'required', answer: 'none' },
};
const CLASSES: ReadonlySet<string> = new Set(Object.keys(COMMANDS).map((key) => key.slice(0, 2)));
const INSTRUCTIONS: ReadonlySet<string> = new Set(Object.keys(COMMANDS).map((key) => key.slice(2)));
/** A recalled SAM still says which one it was. */
const AFTER_RECALL: ReadonlySet<SamHandler> = new Set([select, readBinary, getData, getResponse]);

export function dispatchToSam(chip: SamChip, command: CommandApdu): ResponseApdu {
  try {
    return answer(chip, command);
  } catch (error) {
    if (error instanceof StatusError) return { data: new Uint8Array(0), sw: error.sw };
    throw error;
  }
}

function answer(chip: SamChip, command: CommandApdu): ResponseApdu {
  const { session } = chip;
  const entry = find(command);
  const { handler } = entry;
  if (handler !== getResponse) session.pending = null;
  if (handler !== getResponse && handler !== digest) session.digest = null;
  if (chip.content.state === 'recalled' && chip.rules.recalled && !AFTER_RECALL.has(handler)) refuse('blocked');
  const hasData = (command.data?.length ?? 0) > 0;
  if ((entry.data === 'required' && !hasData) || (entry.data === 'none' && hasData)) refuse('wrongLength');
  if (entry.answer === 'required' && command.le === undefined) refuse('wrongLength');
  const { data, partial } = handler(chip, command);
  if (data === undefined) return { data: new Uint8Array(0), sw: SW.success };
  // GET RESPONSE gave the first bytes of what waits; they count as given only now.
  if (handler === getResponse) return deliver(chip, data, session.pending ?? data);
  if (command.le === undefined) return deliver(chip, new Uint8Array(0), data);
  const length = Math.min(data.length, 256);
  if (command.le !== 256 && command.le !== length && !(partial && command.le < length)) {
    // An answer that can be asked for again would be lost with the session key that made it.
    if (entry.answer === 'chained') return deliver(chip, new Uint8Array(0), data);
    throw new StatusError(0x6c00 | (length & 0xff));
  }
  if (partial) return { data: data.slice(0, command.le), sw: SW.success };
  return deliver(chip, data.slice(0, 256), data);
}

/** Gives `part`; what is left of `whole` waits for GET RESPONSE and is announced by 61xx (00 = 256 or more). */
function deliver(chip: SamChip, part: Uint8Array, whole: Uint8Array): ResponseApdu {
  const rest = whole.slice(part.length);
  chip.session.pending = rest.length === 0 ? null : rest;
  return { data: part, sw: rest.length === 0 ? SW.success : 0x6100 | (rest.length >= 256 ? 0 : rest.length) };
}

function find(command: CommandApdu): Entry {
  const [cla, ins] = [hex(command.cla), hex(command.ins)];
  const entry = COMMANDS[cla + ins];
  if (entry !== undefined) return entry;
  if (!CLASSES.has(cla)) return refuse('unknownClass');
  return refuse(INSTRUCTIONS.has(ins) ? 'unknownClass' : 'unknownInstruction');
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

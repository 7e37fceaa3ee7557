/** A SAM command: build and parse, with the status words that `SAM_COMMANDS` declares mapped to errors. */
import {
  type CommandApdu,
  encodeCommand,
  formatStatusWord,
  matchesStatusWord,
  parseResponse,
  SW_OK,
  triesLeft,
} from '../../apdu/index.ts';
import { RhcError } from '../../errors/index.ts';
import { SAM_COMMANDS, type SamCommandName } from '../../profile/index.ts';
import { type SamErrorCode, samErrors } from '../errors.ts';

/** What a word means unless the command says otherwise. */
const MEANINGS: Readonly<Record<string, SamErrorCode>> = {
  '63CX': 'SAM_PIN_WRONG',
  '6581': 'SAM_MEMORY_FAILURE',
  '6700': 'SAM_LENGTH_WRONG',
  '6982': 'SAM_PIN_REQUIRED',
  '6983': 'SAM_PIN_BLOCKED',
  '6984': 'SAM_CONDITIONS_NOT_SATISFIED',
  '6985': 'SAM_CONDITIONS_NOT_SATISFIED',
  '6986': 'SAM_FILE_NOT_FOUND',
  '6988': 'SAM_MAC_WRONG',
  '6A80': 'SAM_DATA_REFUSED',
  '6A81': 'SAM_RECALLED',
  '6A82': 'SAM_FILE_NOT_FOUND',
  '6A84': 'SAM_MEMORY_FULL',
  '6A86': 'SAM_PARAMETERS_WRONG',
  '6A88': 'SAM_KEY_NOT_HELD',
  '6B00': 'SAM_OFFSET_OUTSIDE',
  '6CXX': 'SAM_LENGTH_WRONG',
  '6D00': 'SAM_COMMAND_UNKNOWN',
  '6E00': 'SAM_COMMAND_UNKNOWN',
  '9403': 'SAM_KEY_NOT_HELD',
};
/** The issue channel has no PIN. */
const ISSUE_MEANINGS: Readonly<Record<string, SamErrorCode>> = {
  '63CX': 'SAM_AUTHENTICATION_FAILED',
  '6982': 'SAM_AUTHENTICATION_FAILED',
  '6983': 'SAM_AUTHENTICATION_FAILED',
};
const ISSUE_COMMANDS: ReadonlySet<SamCommandName> = new Set([
  'EXTERNAL AUTHENTICATE',
  'WRITE KEY',
  'GENERATE KEY PAIR',
  'UPDATE BINARY',
  'END ISSUE',
  'RECALL',
]);

export interface SamCommand<Args extends readonly unknown[], Answer> {
  readonly name: SamCommandName;
  build(...args: Args): Uint8Array;
  /** Answer of a 9000; any other status word becomes an error. */
  parse(response: Uint8Array): Answer;
}

export function defineSamCommand<Args extends readonly unknown[], Answer>(declaration: {
  readonly name: SamCommandName;
  /** Without CLA and INS: they are the declaration's. */
  readonly build: (...args: Args) => Omit<CommandApdu, 'cla' | 'ins'>;
  readonly read: (data: Uint8Array) => Answer;
}): SamCommand<Args, Answer> {
  const { name, build, read } = declaration;
  const code = Number.parseInt(SAM_COMMANDS[name].code, 16);
  return Object.freeze({
    name,
    build: (...args: Args) => encodeCommand({ cla: code >> 8, ins: code & 0xff, ...build(...args) }),
    parse(response: Uint8Array): Answer {
      const data = dataOf(name, response);
      try {
        return read(data);
      } catch (cause) {
        throw samErrors.make('SAM_ANSWER_MALFORMED', { detail: `${name}: ${data.length} bytes`, cause });
      }
    },
  });
}

/** For answers that carry no data of interest. */
export function readNothing(): void {}

function dataOf(name: SamCommandName, response: Uint8Array): Uint8Array {
  if (response.length < 2) throw samErrors.make('SAM_ANSWER_MALFORMED', { detail: `${name}: no status word` });
  const { data, sw } = parseResponse(response);
  if (sw === SW_OK) return data;
  throw samStatusError(name, sw);
}

export function samStatusError(name: SamCommandName, sw: number): RhcError {
  const table = ISSUE_COMMANDS.has(name) ? { ...MEANINGS, ...ISSUE_MEANINGS } : MEANINGS;
  const code =
    Object.entries(table).find(([pattern]) => matchesStatusWord(sw, pattern))?.[1] ?? 'SAM_UNEXPECTED_STATUS';
  const detail = `${name}: ${formatStatusWord(sw)}`;
  const tries = triesLeft(sw);
  if (tries === null) return samErrors.make(code, { detail });
  const { message, ...definition } = samErrors.table[code];
  const counted = { zh: `${message.zh}还可再试 ${tries} 次。`, en: `${message.en} ${tries} tries are left.` };
  return new RhcError(code, { ...definition, message: counted }, { detail });
}

/**
 * A command is two pure functions, build and parse, with its own table of status words. The words that each command can
 * answer are declared once below (CARD-FACTS 4.4, ADR 001); a command whose table leaves one out does not compile.
 */
import {
  type CommandApdu,
  encodeCommand,
  formatStatusWord,
  matchesStatusWord,
  parseResponse,
  SW_OK,
  triesLeft,
} from '../apdu/index.ts';
import { RhcError, type Text } from '../errors/index.ts';
import { type CardErrorCode, cardErrors } from './errors.ts';

/** Any command may meet these. */
const COMMON_STATUS_WORDS = ['6581', '6700', '6900', '6A86', '6D00', '6E00', '6A81', '9303'] as const;

export const COMMAND_STATUS_WORDS = {
  SELECT: ['6283', '6A82'],
  'GET CHALLENGE': [],
  'EXTERNAL AUTHENTICATE': ['63CX', '6983', '6984', '6A88', '9403', '6985'],
  'INTERNAL AUTHENTICATE': ['6A80', '6A88', '9403', '6982', '6985'],
  'READ RECORD': ['6981', '6982', '6A82', '6A83', '6986'],
  'READ BINARY': ['6981', '6982', '6A82', '6B00', '6986'],
  'UPDATE RECORD': ['6981', '6982', '6984', '6987', '6988', '6A80', '6A82', '6A83', '6A84', '6986', '6882', '9302'],
  'APPEND RECORD': ['6981', '6982', '6984', '6987', '6988', '6A80', '6A82', '6A84', '6986', '6882', '9302'],
  'UPDATE BINARY': ['6981', '6982', '6A82', '6A84', '6B00', '6986'],
  'WRITE RECORD': ['6981', '6982', '6984', '6987', '6988', '6A82', '6A83', '6986', '9302'],
  'ERASE RECORD': ['6981', '6982', '6984', '6987', '6988', '6A82', '6A83', '6986', '9302'],
  'GET DATA': ['6A88'],
  'GET RESPONSE': ['6985'],
  'CREATE FILE': ['6982', '6A80', '6A84', '6A89', '6985'],
  'WRITE KEY': ['6982', '6987', '6988', '6A80', '6A84', '6A88', '6985', '9302'],
  'RETIRE KEY': ['6982', '6985', '6987', '6988', '6A80', '6A88', '9302'],
  'APPLICATION BLOCK': ['6982', '6984', '6985', '6987', '6988', '6A88', '9302'],
  'APPLICATION UNBLOCK': ['6982', '6984', '6985', '6987', '6988', '6A88', '9302'],
  'CARD BLOCK': ['6982', '6984', '6985', '6987', '6988', '6A88', '9302'],
  'END PERSONALIZATION': ['6982', '6987', '6988', '6A80', '6985', '9302'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type CommandName = keyof typeof COMMAND_STATUS_WORDS;
type CommonStatusWord = (typeof COMMON_STATUS_WORDS)[number];
type OwnStatusWord<N extends CommandName> = (typeof COMMAND_STATUS_WORDS)[N][number];
export type StatusTable<N extends CommandName> = Readonly<Record<OwnStatusWord<N>, CardErrorCode>>;

const COMMON: Readonly<Record<CommonStatusWord, CardErrorCode>> = {
  '6581': 'CARD_MEMORY_FAILURE',
  '6700': 'CARD_LENGTH_WRONG',
  '6900': 'CARD_CONDITIONS_NOT_SATISFIED',
  '6A81': 'CARD_BLOCKED',
  '6A86': 'CARD_PARAMETERS_WRONG',
  '6D00': 'CARD_COMMAND_UNKNOWN',
  '6E00': 'CARD_COMMAND_UNKNOWN',
  '9303': 'CARD_BLOCKED',
};

export interface Command<Name extends CommandName, Args extends readonly unknown[], Answer> {
  readonly name: Name;
  readonly text: Text;
  readonly clause: string;
  readonly statusWords: Readonly<Record<string, CardErrorCode>>;
  build(...args: Args): Uint8Array;
  /** Answer of a 9000; any other status word becomes the error of the table. */
  parse(response: Uint8Array): Answer;
}

export function defineCommand<const Name extends CommandName, Args extends readonly unknown[], Answer>(declaration: {
  readonly name: Name;
  readonly text: Text;
  readonly clause: string;
  readonly statusWords: StatusTable<Name>;
  /** Warnings that this command takes for a success. */
  readonly accepted?: readonly number[];
  readonly build: (...args: Args) => CommandApdu;
  readonly read: (data: Uint8Array) => Answer;
}): Command<Name, Args, Answer> {
  const { name, text, clause, accepted = [], build, read } = declaration;
  const statusWords: Readonly<Record<string, CardErrorCode>> = { ...COMMON, ...declaration.statusWords };
  return Object.freeze({
    name,
    text,
    clause,
    statusWords,
    build: (...args: Args) => encodeCommand(build(...args)),
    parse(response: Uint8Array): Answer {
      const { data, sw } = readAnswer(name, response);
      if (sw !== SW_OK && !accepted.includes(sw)) throw statusWordError(name, statusWords, sw);
      try {
        return read(data);
      } catch (cause) {
        throw cardErrors.make('CARD_ANSWER_MALFORMED', { detail: `${name}: ${data.length} bytes`, cause });
      }
    },
  });
}

/** For answers that carry no data of interest. */
export function readNothing(): void {}

export function statusWordError(
  name: string,
  statusWords: Readonly<Record<string, CardErrorCode>>,
  sw: number,
): RhcError {
  const found = Object.entries(statusWords).find(([pattern]) => matchesStatusWord(sw, pattern));
  const code = found?.[1] ?? 'CARD_UNEXPECTED_STATUS';
  const detail = `${name}: ${formatStatusWord(sw)}`;
  const tries = triesLeft(sw);
  if (tries === null) return cardErrors.make(code, { detail });
  const definition = cardErrors.table[code];
  const message = {
    zh: `${definition.message.zh}还可再试 ${tries} 次。`,
    en: `${definition.message.en} ${tries} tries are left.`,
  };
  return new RhcError(code, { ...definition, message }, { detail });
}

function readAnswer(name: string, response: Uint8Array) {
  if (response.length >= 2) return parseResponse(response);
  throw cardErrors.make('CARD_ANSWER_MALFORMED', { detail: `${name}: answer of ${response.length} bytes` });
}

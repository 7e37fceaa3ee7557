/**
 * Any command or answer of the card in words: which command, its parameters, the file, element or key it is about, how
 * it travels, what the status word means after it. Made from the profile and the commands' declarations.
 */
import {
  type CommandApdu,
  describeApdu,
  formatStatusWord,
  matchesStatusWord,
  parseCommand,
  parseResponse,
  SW_OK,
  statusWordText,
  waitingBytes,
} from '../apdu/index.ts';
import { bytesToHex, readUint16 } from '../bytes/index.ts';
import { type CardErrorCode, cardErrors } from '../commands/index.ts';
import { SAM_COMMANDS } from '../profile/sam/index.ts';
import type { CardProduct, CardProfile, DirectoryName, FileId } from '../profile/types.ts';
import { answerFields } from './answer-fields.ts';
import { type AnyCommand, COMMAND_FORMS, type CommandForm } from './command-forms.ts';
import { commandNamed } from './known-commands.ts';
import { field, hex, slotsText, text } from './lookup.ts';
import type { ExplainContext, ExplainedAnswer, ExplainedCommand, Protection } from './types.ts';

/** The card after reset: the MF is selected. */
export function contextAfterReset(profile: CardProfile, product: CardProduct): ExplainContext {
  return { profile, product, directory: 'MF', file: null };
}

/** A single command without its history. */
export function unknownContext(profile: CardProfile, product: CardProduct): ExplainContext {
  return { profile, product, directory: null, file: null };
}

/** Throws a RangeError for bytes that are no command APDU. */
export function explainCommand(bytes: Uint8Array, context: ExplainContext): ExplainedCommand {
  const apdu = parseCommand(bytes);
  const header = hex(apdu.cla, apdu.ins, apdu.p1, apdu.p2);
  const found = formOf(apdu);
  if (found === null) return withoutForm(bytes, apdu, header, context);
  const { name, text: title, clause } = found.command;
  const { fields = [], files = [], elements = [], keys = [] } = found.parts(apdu, context);
  const protection = protectionOf(apdu);
  return { name, known: true, text: title, clause, header, protection, fields, files, elements, keys };
}

/** `command`: what the answer belongs to, when it is known. Throws a RangeError for less than two bytes. */
export function explainAnswer(
  bytes: Uint8Array,
  context: ExplainContext,
  command: Uint8Array | null = null,
): ExplainedAnswer {
  const { data, sw } = parseResponse(bytes);
  const apdu = command === null ? null : parseCommand(command);
  const declared = apdu === null ? null : declarationOf(apdu);
  return {
    statusWord: formatStatusWord(sw),
    success: sw === SW_OK || waitingBytes(sw) !== null,
    text: statusWordText(sw),
    outcome: declared === null ? null : outcomeOf(declared, sw),
    fields: data.length === 0 ? [] : answerFields(context, apdu, data),
  };
}

/** Where the card stands after the command was answered. */
export function followCommand(context: ExplainContext, command: Uint8Array, answer: Uint8Array): ExplainContext {
  const apdu = parseCommand(command);
  const { sw } = parseResponse(answer);
  // 6283: a blocked application is selected all the same (ADR 005).
  const done = sw === SW_OK || waitingBytes(sw) !== null || sw === 0x6283;
  if (apdu.cla !== 0x00 || apdu.ins !== 0xa4 || !done) return context;
  const data = apdu.data ?? new Uint8Array(0);
  const selected =
    apdu.p1 === 0x04
      ? {
          directory: context.profile.directories.find(({ dfName }) => dfName === bytesToHex(data))?.name ?? null,
          file: null,
        }
      : data.length === 2
        ? selectedBy(context, readUint16(data))
        : null;
  return selected === null ? context : { ...context, ...selected };
}

function selectedBy(
  context: ExplainContext,
  fid: number,
): { readonly directory: DirectoryName | null; readonly file: FileId | null } {
  const directory = context.profile.directories.find((entry) => entry.fid === fid);
  if (directory !== undefined) return { directory: directory.name, file: null };
  const file = context.profile.files.find((entry) => entry.fid === fid && entry.directory === context.directory);
  return { directory: context.directory, file: file?.id ?? null };
}

function formOf({ cla, ins, p1, p2 }: CommandApdu): CommandForm | null {
  const fits = ({ header }: CommandForm): boolean =>
    header.cla === cla &&
    header.ins === ins &&
    (header.p1 === undefined || header.p1 === p1) &&
    (header.p2 === undefined || header.p2 === p2);
  return COMMAND_FORMS.find(fits) ?? null;
}

function declarationOf(apdu: CommandApdu): AnyCommand | null {
  return formOf(apdu)?.command ?? commandNamed(describeApdu(headerOnly(apdu)).name);
}

const headerOnly = ({ cla, ins, p1, p2 }: CommandApdu): Uint8Array => Uint8Array.of(cla, ins, p1, p2);

/** A SAM's command, another card's, or one that is newer than its form: the redacted description, no data. */
function withoutForm(bytes: Uint8Array, apdu: CommandApdu, header: string, context: ExplainContext): ExplainedCommand {
  const { name, data } = describeApdu(bytes);
  const sam = samCommand(header);
  if (sam !== null) return samExplanation(apdu, header, sam, data, context);
  const declared = commandNamed(name);
  return {
    name,
    known: declared !== null,
    text: declared?.text ?? text('居民健康卡没有此命令', 'not a command of the resident health card'),
    clause: declared?.clause ?? null,
    header,
    protection: protectionOf(apdu),
    fields: data === '' ? [] : [field(text('数据', 'data'), data)],
    files: [],
    elements: [],
    keys: [],
  };
}

function samCommand(header: string) {
  const found = Object.entries(SAM_COMMANDS).find(([, { code }]) => header.startsWith(code));
  return found === undefined ? null : { name: found[0], ...found[1] };
}

/** Its data may be a PIN or a factor of a person's card: length only. `80 DE` names the key (CARD-FACTS 3.4). */
function samExplanation(
  apdu: CommandApdu,
  header: string,
  command: NonNullable<ReturnType<typeof samCommand>>,
  data: string,
  context: ExplainContext,
): ExplainedCommand {
  const slot = context.profile.keySlots.find(
    ({ samReference }) => samReference?.p1 === apdu.p1 && samReference.p2 === apdu.p2,
  );
  const keys = command.name === 'SESSION KEY' && slot !== undefined ? [slot.name] : [];
  const reference = keys.map((name) =>
    field(text('密钥 P1P2', 'key P1P2'), hex(apdu.p1, apdu.p2), slotsText(context, [name])),
  );
  return {
    name: `SAM ${command.name}`,
    known: true,
    text: text(`SAM：${command.text.zh}`, `SAM: ${command.text.en}`),
    clause: command.clause,
    header,
    protection: 'none',
    fields: data === '' ? reference : [...reference, field(text('数据', 'data'), data)],
    files: [],
    elements: [],
    keys,
  };
}

/** Bits b4 b3 of CLA: secure messaging (ISO/IEC 7816-4, 5.4.1; CARD-FACTS 4.1): 04 enciphers, 84 carries a MAC. */
function protectionOf({ cla, ins }: CommandApdu): Protection {
  if ((cla & 0x0c) === 0) return 'none';
  // 84 D4 carries keys: its data is enciphered under SKe besides (ADR 001 "WRITE KEY").
  return cla === 0x04 || ins === 0xd4 ? 'encipher-and-mac' : 'mac';
}

function outcomeOf(command: AnyCommand, sw: number): ExplainedAnswer['outcome'] {
  const found = Object.entries(command.statusWords).find(([pattern]) => matchesStatusWord(sw, pattern));
  if (found === undefined) return null;
  const code = found[1] as CardErrorCode;
  const { message, nextStep } = cardErrors.table[code];
  return { code, message, nextStep };
}

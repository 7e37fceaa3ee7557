/**
 * One form for each command of the card: how its parameters and its data read. Class and instruction are taken from the
 * command's own builder, so that nothing stands here twice; a command without a form is explained by its name and status
 * words only. CARD-FACTS 4.2, 4.3; ADR 001; ADR 005.
 */
import type { CommandApdu } from '../apdu/index.ts';
import { readUint16 } from '../bytes/index.ts';
import * as commands from '../commands/index.ts';
import type { Text } from '../profile/types.ts';
import { descriptorFields } from './file-descriptor.ts';
import {
  both,
  currentFile,
  elementOfRecord,
  elementOfTag,
  elementsWithin,
  elementText,
  field,
  fileText,
  hex,
  placedFields,
  slotsOfKid,
  slotsText,
  text,
  tlvFields,
} from './lookup.ts';
import type { CommandParts, ExplainContext, ExplainedField } from './types.ts';

/** A command as `defineCommand` makes it, whatever its arguments. */
export interface AnyCommand {
  readonly name: string;
  readonly text: Text;
  readonly clause: string;
  readonly statusWords: Readonly<Record<string, string>>;
}

export interface CommandForm {
  readonly command: AnyCommand;
  /** CLA INS, and the parameter byte that tells it from another command with the same two. */
  readonly header: { readonly cla: number; readonly ins: number; readonly p1?: number; readonly p2?: number };
  readonly parts: (apdu: CommandApdu, context: ExplainContext) => CommandParts;
}

/** `example`: any APDU of the command; `tell`: the parameter byte that is the command's own. */
function form(command: AnyCommand, example: Uint8Array, parts: CommandForm['parts'], tell?: 'p1' | 'p2'): CommandForm {
  const [cla = 0, ins = 0, p1 = 0, p2 = 0] = example;
  const own = tell === undefined ? {} : tell === 'p1' ? { p1 } : { p2 };
  return { command, header: { cla, ins, ...own }, parts };
}

const KEY = text('密钥标识 P2', 'key identifier P2');
const RECORD = text('记录号 P1', 'record number P1');
const OFFSET = text('偏移 P1P2', 'offset P1P2');
const EXPECTED = text('期望长度 Le', 'expected length Le');
const DATA = text('数据', 'data');
const MAC = text('MAC', 'MAC');
const CIPHER = text('密文', 'ciphertext');
const VERSION = text('密钥版本', 'key version');

const bytesOf = (apdu: CommandApdu): Uint8Array => apdu.data ?? new Uint8Array(0);

function expected({ le }: CommandApdu): readonly ExplainedField[] {
  if (le === undefined) return [];
  return [field(EXPECTED, hex(le === 256 ? 0 : le), le === 256 ? text('全部', 'all there is') : both(String(le)))];
}

/** Cipher and MAC, or the MAC alone. */
function protectedFields(data: Uint8Array): readonly ExplainedField[] {
  if (data.length < 4) return [field(DATA, data, text('缺少 MAC', 'the MAC is missing'))];
  const cipher = data.slice(0, -4);
  const mac = field(MAC, data.slice(-4), text('4 字节', '4 bytes'));
  if (cipher.length === 0) return [mac];
  return [field(CIPHER, cipher, text(`${cipher.length} 字节`, `${cipher.length} bytes`)), mac];
}

function keyField(apdu: CommandApdu, context: ExplainContext) {
  const keys = slotsOfKid(context, apdu.p2);
  return { keys, fields: [field(KEY, hex(apdu.p2), slotsText(context, keys))] };
}

function selectedParts(apdu: CommandApdu, context: ExplainContext): CommandParts {
  const data = bytesOf(apdu);
  if (apdu.p1 === 0x04) {
    const directory = context.profile.directories.find(({ dfName }) => dfName === field(DATA, data).raw);
    const meaning =
      directory === undefined
        ? null
        : text(`${directory.name} ${directory.text.zh}`, `${directory.name} ${directory.text.en}`);
    return { fields: [field(text('DF 名称', 'DF name'), data, meaning), ...expected(apdu)] };
  }
  const label = text('文件标识', 'file identifier');
  if (data.length !== 2) return { fields: [field(label, data, text('应为 2 字节', 'must have 2 bytes'))] };
  const fid = readUint16(data);
  const directory = context.profile.directories.find((entry) => entry.fid === fid);
  if (directory !== undefined) {
    const meaning = text(`${directory.name} ${directory.text.zh}`, `${directory.name} ${directory.text.en}`);
    return { fields: [field(label, data, meaning), ...expected(apdu)] };
  }
  const files = context.profile.files.filter(
    (file) => file.fid === fid && (context.directory === null || file.directory === context.directory),
  );
  const meaning = text(
    files.map((file) => fileText(file).zh).join(' / ') || '当前目录没有此文件',
    files.map((file) => fileText(file).en).join(' / ') || 'no such file in this directory',
  );
  return { files: files.map(({ id }) => id), fields: [field(label, data, meaning), ...expected(apdu)] };
}

function recordParts(apdu: CommandApdu, context: ExplainContext): CommandParts {
  const byTag = apdu.p2 === 0x00;
  const element = byTag ? elementOfTag(context, apdu.p1) : elementOfRecord(context, apdu.p1);
  const label = byTag ? text('标志 P1', 'tag P1') : RECORD;
  const meaning = element === null ? both(String(apdu.p1)) : elementText(element);
  return { ...about(context, element?.id), fields: [field(label, hex(apdu.p1), meaning)] };
}

function about(context: ExplainContext, ...elements: readonly (string | undefined)[]): CommandParts {
  const file = currentFile(context);
  const known = elements.filter((id) => id !== undefined);
  return { files: file === null ? [] : [file.id], elements: known };
}

function withFields(parts: CommandParts, more: readonly ExplainedField[]): CommandParts {
  return { ...parts, fields: [...(parts.fields ?? []), ...more] };
}

function indexParts(apdu: CommandApdu, context: ExplainContext): CommandParts {
  const index = currentFile(context);
  const visit = context.profile.files.find(
    (file) =>
      file.structure === 'transparent' && file.index?.file === index?.id && file.index?.recordNumber === apdu.p1,
  );
  const meaning = visit === undefined ? both(String(apdu.p1)) : fileText(visit);
  const files = [index, visit].filter((file) => file != null).map(({ id }) => id);
  return { files, fields: [field(RECORD, hex(apdu.p1), meaning), ...protectedFields(bytesOf(apdu))] };
}

function binaryParts(apdu: CommandApdu, context: ExplainContext, length: number): CommandParts {
  const offset = apdu.p1 * 0x100 + apdu.p2;
  const elements = elementsWithin(context, offset, length);
  const fields = [field(OFFSET, hex(apdu.p1, apdu.p2), both(String(offset)))];
  return { ...about(context, ...elements.map(({ id }) => id)), fields };
}

function authenticationParts(labels: readonly [Text, Text]): CommandForm['parts'] {
  return (apdu, context) => {
    const key = keyField(apdu, context);
    const data = bytesOf(apdu);
    if (data.length !== 17) return withFields(key, [field(DATA, data, text('应为 17 字节', 'must have 17 bytes'))]);
    const version = data[16] as number;
    const meaning = version === 0 ? text('传输密钥', 'transport key') : both(String(version));
    return withFields(key, [
      field(labels[0], data.slice(0, 8)),
      field(labels[1], data.slice(8, 16)),
      field(VERSION, hex(version), meaning),
    ]);
  };
}

const GET_DATA_OBJECTS: Readonly<Record<string, Text>> = {
  '0101': text('芯片状态', 'state of the chip'),
  '0102': text('卡分散因子', 'card factor'),
  '0103': text('密钥清单', 'list of keys'),
  '0104': text('产品标识', 'product identifier'),
  '0105': text('应用锁定状态', 'blocked applications'),
};

const mac4 = new Uint8Array(4);
const none = new Uint8Array(1);

export const COMMAND_FORMS: readonly CommandForm[] = [
  form(commands.selectFile, commands.selectFile.build(0x3f00), selectedParts),
  form(commands.getChallenge, commands.getChallenge.build(), (apdu) => ({ fields: expected(apdu) })),
  form(
    commands.externalAuthenticate,
    commands.externalAuthenticate.build({
      kid: 0,
      cryptogram: new Uint8Array(8),
      terminalRandom: new Uint8Array(8),
      version: 0,
    }),
    authenticationParts([text('密文 A', 'cryptogram A'), text('终端随机数 R_T', 'terminal random R_T')]),
  ),
  form(
    commands.internalAuthenticate,
    commands.internalAuthenticate.build({ kid: 0, r1: new Uint8Array(8), r2: new Uint8Array(8), version: 0 }),
    authenticationParts([text('随机数 R1', 'random R1'), text('随机数 R2', 'random R2')]),
  ),
  form(commands.readRecord, commands.readRecord.build(1), (apdu, context) =>
    withFields(recordParts(apdu, context), expected(apdu)),
  ),
  form(commands.readBinary, commands.readBinary.build(0, 1), (apdu, context) =>
    withFields(binaryParts(apdu, context, apdu.le ?? 0), expected(apdu)),
  ),
  form(
    commands.appendRecord,
    commands.appendRecord.build(none),
    (apdu, context) => {
      const file = currentFile(context);
      const fields =
        file?.structure === 'cyclic'
          ? placedFields(context, file.elements, bytesOf(apdu), 0)
          : [field(DATA, bytesOf(apdu))];
      return { ...about(context), fields };
    },
    'p2',
  ),
  form(commands.updateRecord, commands.updateRecord.build(1, none), (apdu, context) =>
    withFields(recordParts(apdu, context), tlvFields(context, bytesOf(apdu))),
  ),
  form(
    commands.protectedAppendRecord,
    commands.protectedAppendRecord.build(none),
    (apdu, context) => ({ ...about(context), fields: protectedFields(bytesOf(apdu)) }),
    'p2',
  ),
  form(commands.protectedUpdateRecord, commands.protectedUpdateRecord.build(1, none), (apdu, context) =>
    withFields(recordParts(apdu, context), protectedFields(bytesOf(apdu))),
  ),
  form(commands.updateBinary, commands.updateBinary.build(0, none), (apdu, context) => {
    const data = bytesOf(apdu);
    const offset = apdu.p1 * 0x100 + apdu.p2;
    const elements = elementsWithin(context, offset, data.length);
    const content = elements.length === 0 ? [field(DATA, data)] : placedFields(context, elements, data, offset);
    return withFields(binaryParts(apdu, context, data.length), content);
  }),
  form(commands.writeRecord, commands.writeRecord.build(1, mac4), indexParts),
  form(commands.eraseRecord, commands.eraseRecord.build(1, mac4), indexParts),
  form(commands.getResponse, commands.getResponse.build(1), (apdu) => ({ fields: expected(apdu) })),
  form(commands.getChipState, commands.getChipState.build(), ({ p1, p2 }) => ({
    fields: [field(text('对象 P1P2', 'object P1P2'), hex(p1, p2), GET_DATA_OBJECTS[hex(p1, p2)] ?? null)],
  })),
  form(commands.createFile, commands.createFile.build(none), (apdu, context) => ({
    fields: descriptorFields(context, bytesOf(apdu)),
  })),
  form(
    commands.retireKey,
    commands.retireKey.build(0, new Uint8Array(commands.RETIRE_KEY_DATA_BYTES)),
    (apdu, context) => withFields(keyField(apdu, context), protectedFields(bytesOf(apdu))),
    'p1',
  ),
  form(
    commands.writeKey,
    commands.writeKey.build(0, new Uint8Array(commands.WRITE_KEY_DATA_BYTES)),
    (apdu, context) => withFields(keyField(apdu, context), protectedFields(bytesOf(apdu))),
    'p1',
  ),
  form(commands.endPersonalization, commands.endPersonalization.build(new Uint8Array(36)), (apdu) => {
    const data = bytesOf(apdu);
    return {
      fields: [field(text('摘要', 'digest'), data.slice(0, -4)), field(MAC, data.slice(-4))],
    };
  }),
  form(commands.applicationBlock, commands.applicationBlock.build('for-ever', mac4), (apdu) => ({
    fields: [
      field(
        text('期限 P2', 'duration P2'),
        hex(apdu.p2),
        apdu.p2 === 0 ? text('直至解锁', 'until unblocked') : text('永久', 'for ever'),
      ),
      ...protectedFields(bytesOf(apdu)),
    ],
  })),
  form(commands.applicationUnblock, commands.applicationUnblock.build(mac4), (apdu) => ({
    fields: protectedFields(bytesOf(apdu)),
  })),
  form(commands.cardBlock, commands.cardBlock.build(mac4), (apdu) => ({ fields: protectedFields(bytesOf(apdu)) })),
];

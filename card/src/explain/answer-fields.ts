/** The data of an answer, read by the command that it belongs to. */
import type { CommandApdu } from '../apdu/index.ts';
import { ByteReader, bytesToHex } from '../bytes/index.ts';
import { getApplicationStates, getChipState, getKeyList, getProductId } from '../commands/index.ts';
import type { DirectoryName, Text } from '../profile/types.ts';
import { both, currentFile, elementsWithin, field, hex, placedFields, slotsOfKid, text, tlvFields } from './lookup.ts';
import type { ExplainContext, ExplainedField } from './types.ts';

const OK = Uint8Array.of(0x90, 0x00);
const DATA = text('数据', 'data');

type Reader = (context: ExplainContext, apdu: CommandApdu, data: Uint8Array) => readonly ExplainedField[];

const READERS: Readonly<Record<string, Reader>> = {
  '00A4': (_context, _apdu, data) => controlInformation(data),
  '0084': (_context, _apdu, data) => [field(text('随机数', 'challenge'), data)],
  '0088': (_context, _apdu, data) => [field(text('内部认证应答', 'answer to internal authentication'), data)],
  '00B2': record,
  '00B0': binary,
  '80CA': object,
};

/** `apdu` null: the answer stands alone. */
export function answerFields(
  context: ExplainContext,
  apdu: CommandApdu | null,
  data: Uint8Array,
): readonly ExplainedField[] {
  const reader = apdu === null ? undefined : READERS[hex(apdu.cla, apdu.ins)];
  if (apdu === null || reader === undefined) return apdu === null ? tlvFields(context, data) : [field(DATA, data)];
  try {
    return reader(context, apdu, data);
  } catch {
    return [field(DATA, data, text('与命令不符', 'does not fit the command'))];
  }
}

function record(context: ExplainContext, apdu: CommandApdu, data: Uint8Array): readonly ExplainedField[] {
  const file = currentFile(context);
  if (file?.structure === 'cyclic') return placedFields(context, file.elements, data, 0);
  if (file?.structure === 'fixed-records') {
    const meaning = data[0] === 0x00 ? text('有效', 'valid') : text('空', 'empty');
    return [field(text('索引标志', 'index flag'), data, meaning)];
  }
  return apdu.p2 === 0x00 || file !== null || data.length > 2 ? tlvFields(context, data) : [field(DATA, data)];
}

function binary(context: ExplainContext, apdu: CommandApdu, data: Uint8Array): readonly ExplainedField[] {
  const offset = apdu.p1 * 0x100 + apdu.p2;
  const elements = elementsWithin(context, offset, data.length);
  return elements.length === 0 ? [field(DATA, data)] : placedFields(context, elements, data, offset);
}

/** `6F … 84 name | 83 FID | 82 type` (ADR 001 "SELECT and Le"). */
function controlInformation(data: Uint8Array): readonly ExplainedField[] {
  const outer = new ByteReader(data);
  outer.uint8('template');
  const reader = new ByteReader(outer.take(outer.uint8('length'), 'content'));
  const names: Readonly<Record<number, Text>> = {
    130: text('类型', 'type'),
    131: text('文件标识', 'file identifier'),
    132: text('DF 名称', 'DF name'),
  };
  const fields: ExplainedField[] = [];
  while (reader.remaining > 0) {
    const tag = reader.uint8('tag');
    fields.push(field(names[tag] ?? both(hex(tag)), reader.take(reader.uint8('length'), 'value')));
  }
  return fields;
}

function object(context: ExplainContext, apdu: CommandApdu, data: Uint8Array): readonly ExplainedField[] {
  const answer = Uint8Array.from([...data, ...OK]);
  switch (hex(apdu.p1, apdu.p2)) {
    case '0101': {
      const { state, masterKeyVersion, filesCreated, keysLoaded, commits } = getChipState.parse(answer);
      return [
        field(text('状态', 'state'), data.slice(0, 1), both(state)),
        field(text('主控密钥版本', 'MK version'), data.slice(1, 2), both(String(masterKeyVersion))),
        field(text('已建文件', 'files created'), data.slice(2, 3), both(String(filesCreated))),
        field(text('已装密钥', 'keys loaded'), data.slice(3, 4), both(String(keysLoaded))),
        field(text('提交次数', 'commits'), data.slice(4), both(String(commits))),
      ];
    }
    case '0102':
      return [field(text('卡分散因子', 'card factor'), data)];
    case '0103':
      return getKeyList.parse(answer).map(({ directoryFid, kid, version, triesLeft }, i) => {
        const directory = directoryOf(context, directoryFid);
        const [slot] = directory === null ? [] : slotsOfKid({ ...context, directory }, kid);
        const tries =
          triesLeft === 0xff ? text('不计次', 'not counted') : text(`剩 ${triesLeft} 次`, `${triesLeft} tries left`);
        const key = slot ?? `${hex(directoryFid >> 8, directoryFid & 0xff)} KID ${hex(kid)}`;
        return field(
          both(key),
          data.slice(5 * i, 5 * i + 5),
          text(`版本 ${version}，${tries.zh}`, `version ${version}, ${tries.en}`),
        );
      });
    case '0104':
      return [field(text('产品标识', 'product identifier'), data, both(getProductId.parse(answer)))];
    case '0105':
      return Object.entries(getApplicationStates.parse(answer)).map(([directory, state], i) =>
        field(both(directory), bytesToHex(data.slice(i, i + 1)), both(state)),
      );
    default:
      return [field(DATA, data)];
  }
}

function directoryOf({ profile }: ExplainContext, fid: number): DirectoryName | null {
  return profile.directories.find((directory) => directory.fid === fid)?.name ?? null;
}

/** The descriptor of CREATE FILE, tag by tag (ADR 001 "CREATE FILE"). The codes are those of `commands/create-file.ts`. */
import { ByteReader, bytesToHex } from '../bytes/index.ts';
import type { Text } from '../profile/types.ts';
import { elementOfTag, elementText, field, hex, text } from './lookup.ts';
import type { ExplainContext, ExplainedField } from './types.ts';

const LABELS: Readonly<Record<number, Text>> = {
  128: text('大小', 'size'),
  130: text('类型', 'type'),
  131: text('文件标识', 'file identifier'),
  132: text('DF 名称', 'DF name'),
  133: text('记录数与记录长度', 'record count and size'),
  134: text('记录：标志与长度', 'record: tag and length'),
  135: text('读权限', 'read access'),
  136: text('更新权限', 'update access'),
  137: text('擦除权限', 'erase access'),
  138: text('更新方式与线路保护密钥', 'update transport and its key'),
};
const TYPES: Readonly<Record<number, Text>> = {
  1: text('透明文件', 'transparent'),
  2: text('定长记录文件', 'fixed records'),
  5: text('TLV 记录文件', 'TLV records'),
  6: text('循环文件', 'cyclic'),
  56: text('目录', 'directory'),
};
const TRANSPORTS: readonly Text[] = [text('明文', 'plain'), text('MAC', 'MAC'), text('密文加 MAC', 'encipher and MAC')];

export function descriptorFields(context: ExplainContext, descriptor: Uint8Array): readonly ExplainedField[] {
  const fields: ExplainedField[] = [];
  try {
    const reader = new ByteReader(descriptor);
    while (reader.remaining > 0) {
      const tag = reader.uint8('tag');
      const value = reader.take(reader.uint8('length'), 'value');
      const name = LABELS[tag] ?? text('未知', 'unknown');
      const label = text(`${hex(tag)} ${name.zh}`, `${hex(tag)} ${name.en}`);
      fields.push(field(label, value, meaningOf(context, tag, value)));
    }
    return fields;
  } catch {
    return [field(text('文件描述（残缺）', 'descriptor, damaged'), descriptor)];
  }
}

function meaningOf(context: ExplainContext, tag: number, value: Uint8Array): Text | null {
  const [first = 0, second = 0] = value;
  if (tag === 0x80) return text(`${first * 256 + second} 字节`, `${first * 256 + second} bytes`);
  if (tag === 0x82) return TYPES[first] ?? null;
  if (tag === 0x83) return namesOf(context, first * 256 + second);
  if (tag === 0x84) {
    const directory = context.profile.directories.find(({ dfName }) => dfName === bytesToHex(value));
    return directory === undefined ? null : directory.text;
  }
  if (tag === 0x85) {
    return second === 0
      ? text(`${first} 条，长度各异`, `${first}, each of its own size`)
      : text(`${first} × ${second} 字节`, `${first} × ${second} bytes`);
  }
  if (tag === 0x86) {
    const element = elementOfTag(context, first);
    return element === null
      ? null
      : text(`${elementText(element).zh}，${second} 字节`, `${elementText(element).en}, ${second} bytes`);
  }
  if (tag >= 0x87 && tag <= 0x89) return accessText(first);
  if (tag === 0x8a) {
    const transport = TRANSPORTS[first];
    if (transport === undefined) return null;
    return first === 0 ? transport : text(`${transport.zh}，KID ${hex(second)}`, `${transport.en}, KID ${hex(second)}`);
  }
  return null;
}

function namesOf({ profile, directory }: ExplainContext, fid: number): Text | null {
  const files = [
    ...profile.directories.filter((entry) => entry.fid === fid),
    ...profile.files.filter((file) => file.fid === fid && (directory === null || file.directory === directory)),
  ];
  if (files.length === 0) return null;
  return text(files.map((file) => file.text.zh).join(' / '), files.map((file) => file.text.en).join(' / '));
}

function accessText(access: number): Text {
  if (access === 0x00) return text('自由', 'free');
  if (access === 0xff) return text('禁止', 'never');
  return text(`认证 KID 低半字节 ${access & 0x0f} 之后`, `after the key with KID nibble ${access & 0x0f}`);
}

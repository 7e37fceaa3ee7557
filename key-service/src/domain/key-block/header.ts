/**
 * Header of a TR-31 / ANSI X9.143 key block: 16 characters and optional blocks, as text. Read strictly: what is not
 * understood is refused, because the header is what says what the key may do. Pure.
 */
import { keyServiceErrors } from '../../errors.ts';

/** A, C: variant binding; B: derivation binding (TDES); D: derivation binding (AES). */
export type KeyBlockVersion = 'A' | 'B' | 'C' | 'D';

export interface OptionalBlock {
  /** Two characters, for example `KC`, `KP`, `KS`, `PB`. */
  readonly id: string;
  readonly data: string;
}

export interface KeyBlockHeader {
  readonly version: KeyBlockVersion;
  /** Two characters: `E6` chip issuer master key, `C0` card verification key, `K0` key encryption, … */
  readonly usage: string;
  /** `T` TDES, `A` AES, … */
  readonly algorithm: string;
  /** `X` derive, `E` encipher only, `N` no restriction, … */
  readonly mode: string;
  /** `00`: no version. */
  readonly keyVersion: string;
  /** `E` under a trusted key, `N` not, `S` as the key's owner says. */
  readonly exportability: string;
  readonly optionalBlocks: readonly OptionalBlock[];
}

export interface KeyBlockForm {
  readonly blockBytes: 8 | 16;
  readonly macBytes: 4 | 8 | 16;
  readonly binding: 'variant' | 'derivation';
  /** Named for the sentence that refuses a protection key of the other kind. */
  readonly kbpk: 'TDES' | 'AES';
}
export const FORMS: Readonly<Record<KeyBlockVersion, KeyBlockForm>> = {
  A: { blockBytes: 8, macBytes: 4, binding: 'variant', kbpk: 'TDES' },
  B: { blockBytes: 8, macBytes: 8, binding: 'derivation', kbpk: 'TDES' },
  C: { blockBytes: 8, macBytes: 4, binding: 'variant', kbpk: 'TDES' },
  D: { blockBytes: 16, macBytes: 16, binding: 'derivation', kbpk: 'AES' },
};

const FIXED_CHARACTERS = 16;
const MAX_CHARACTERS = 9_999;

export function refusedBlock(part: string, zh: string, en: string): Error {
  return keyServiceErrors.make('KEY_BLOCK_REFUSED', {
    detail: `${part}: ${en}`,
    fields: [{ field: part, rule: { zh, en } }],
  });
}

export interface SplitKeyBlock {
  readonly header: KeyBlockHeader;
  /** What the MAC covers, as it stands. */
  readonly headerText: string;
  /** Enciphered payload and MAC, hex. */
  readonly payload: string;
  readonly mac: string;
}

/** @throws KEY_BLOCK_REFUSED naming the part and the reason */
export function splitKeyBlock(block: string): SplitKeyBlock {
  if (!/^[\x20-\x7e]{16,}$/.test(block))
    throw refusedBlock('block', '须为可打印的 ASCII 文本', 'must be printable ASCII text');
  const version = block[0] as string;
  if (!(version in FORMS))
    throw refusedBlock('version', `版本 ${version} 不支持`, `version ${version} is not supported`);
  const form = FORMS[version as KeyBlockVersion];
  const length = block.slice(1, 5);
  if (!/^\d{4}$/.test(length) || Number(length) !== block.length) {
    throw refusedBlock('length', `写明 ${length},实为 ${block.length}`, `says ${length}, is ${block.length}`);
  }
  const { blocks, end } = optionalBlocks(block);
  if ((end - FIXED_CHARACTERS) % form.blockBytes !== 0) {
    throw refusedBlock('optional blocks', '总长度不是分组长度的倍数', 'are not a whole number of cipher blocks long');
  }
  const rest = block.slice(end);
  const payload = rest.slice(0, -form.macBytes * 2);
  const mac = rest.slice(-form.macBytes * 2);
  if (!/^[0-9A-F]*$/.test(rest) || payload.length === 0 || payload.length % (form.blockBytes * 2) !== 0) {
    throw refusedBlock('payload', '不是大写十六进制的整分组', 'is not whole cipher blocks in upper-case hex');
  }
  const header: KeyBlockHeader = {
    version: version as KeyBlockVersion,
    usage: block.slice(5, 7),
    algorithm: block.slice(7, 8),
    mode: block.slice(8, 9),
    keyVersion: block.slice(9, 11),
    exportability: block.slice(11, 12),
    optionalBlocks: blocks,
  };
  return { header, headerText: block.slice(0, end), payload, mac };
}

function optionalBlocks(block: string): { blocks: OptionalBlock[]; end: number } {
  const count = block.slice(12, 14);
  if (!/^\d\d$/.test(count))
    throw refusedBlock('optional blocks', '数量须为两位数字', 'their number must be two digits');
  const blocks: OptionalBlock[] = [];
  let at = FIXED_CHARACTERS;
  for (let index = 0; index < Number(count); index++) {
    const id = block.slice(at, at + 2);
    let header = 4;
    let length = hexNumber(block.slice(at + 2, at + 4));
    if (length === 0) {
      // Extended form: number of the length's digits, in pairs, then the length.
      const digits = hexNumber(block.slice(at + 4, at + 6)) * 2;
      header = 6 + digits;
      length = hexNumber(block.slice(at + 6, at + header));
    }
    const faulty =
      !/^[0-9A-Z]{2}$/.test(id) || !Number.isSafeInteger(length) || length < header || at + length > block.length;
    if (faulty)
      throw refusedBlock('optional blocks', `第 ${index + 1} 个的长度或标识不对`, `number ${index + 1} is malformed`);
    blocks.push({ id, data: block.slice(at + header, at + length) });
    at += length;
  }
  const twice = blocks.find(({ id }, index) => blocks.findIndex((each) => each.id === id) !== index);
  if (twice !== undefined) throw refusedBlock('optional blocks', `${twice.id} 重复`, `${twice.id} stands twice`);
  return { blocks, end: at };
}

const hexNumber = (text: string): number => (/^[0-9A-F]+$/.test(text) ? Number.parseInt(text, 16) : Number.NaN);

/**
 * The header's text for a payload of `payloadBytes`, with a padding block `PB` where the length asks for one.
 * @param padding characters for `PB`; any printable ones do
 */
export function headerText(header: KeyBlockHeader, payloadBytes: number, padding: (length: number) => string): string {
  const form = FORMS[header.version];
  for (const [part, text, shape] of [
    ['usage', header.usage, /^[0-9A-Z]{2}$/],
    ['algorithm', header.algorithm, /^[0-9A-Z]$/],
    ['mode', header.mode, /^[0-9A-Z]$/],
    ['key version', header.keyVersion, /^[0-9A-Za-z]{2}$/],
    ['exportability', header.exportability, /^[ENS]$/],
  ] as const) {
    if (!shape.test(text)) throw refusedBlock(part, `值 ${text} 不对`, `the value ${text} is malformed`);
  }
  const texts = header.optionalBlocks.map(optionalText);
  const length = texts.join('').length;
  if (length % form.blockBytes !== 0) {
    // Room for the four characters of its own, then up to a whole block.
    const data = (form.blockBytes - ((length + 4) % form.blockBytes)) % form.blockBytes;
    texts.push(optionalText({ id: 'PB', data: padding(data) }));
  }
  const optional = texts.join('');
  const total = FIXED_CHARACTERS + optional.length + (payloadBytes + form.macBytes) * 2;
  if (total > MAX_CHARACTERS || texts.length > 99)
    throw refusedBlock('length', '超过 9999 个字符', 'exceeds 9,999 characters');
  return [
    header.version,
    String(total).padStart(4, '0'),
    header.usage,
    header.algorithm,
    header.mode,
    header.keyVersion,
    header.exportability,
    String(texts.length).padStart(2, '0'),
    '00',
    optional,
  ].join('');
}

function optionalText({ id, data }: OptionalBlock): string {
  if (!/^[0-9A-Z]{2}$/.test(id) || !/^[\x20-\x7e]*$/.test(data)) {
    throw refusedBlock('optional blocks', `${id} 不对`, `${id} is malformed`);
  }
  const length = data.length + 4;
  if (length <= 0xff) return `${id}${length.toString(16).toUpperCase().padStart(2, '0')}${data}`;
  return `${id}0002${(data.length + 10).toString(16).toUpperCase().padStart(4, '0')}${data}`;
}

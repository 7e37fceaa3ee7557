/**
 * Status words with their general meaning (CARD-FACTS 4.4; ISO/IEC 7816-4, 5.1.3; PBOC). What a word means after a
 * given command, and what to do next, stands in that command's own table in `commands/`.
 */
import type { Text } from '../errors/index.ts';

export const SW_OK = 0x9000;

export interface StatusWord {
  /** Exact word, or the pattern with `X` for a variable digit. */
  readonly pattern: string;
  readonly text: Text;
}

export const STATUS_WORDS: readonly StatusWord[] = [
  { pattern: '9000', text: { zh: '成功', en: 'success' } },
  { pattern: '61XX', text: { zh: '还有 XX 字节应答数据可取', en: 'XX bytes of the answer wait for GET RESPONSE' } },
  { pattern: '6283', text: { zh: '已选择,但该应用已锁定', en: 'selected, but the application is blocked' } },
  { pattern: '63CX', text: { zh: '认证失败,还可再试 X 次', en: 'authentication failed, X tries left' } },
  { pattern: '6581', text: { zh: '存储器写入失败', en: 'memory failure while writing' } },
  { pattern: '6700', text: { zh: '长度错误', en: 'wrong length' } },
  { pattern: '6882', text: { zh: '不支持线路保护', en: 'secure messaging is not supported' } },
  { pattern: '6900', text: { zh: '命令不被允许', en: 'command is not allowed' } },
  { pattern: '6981', text: { zh: '文件类型与命令不符', en: 'the file is of another type' } },
  { pattern: '6982', text: { zh: '安全状态不满足', en: 'security state is not satisfied' } },
  { pattern: '6983', text: { zh: '密钥或 PIN 已锁死', en: 'key or PIN is blocked' } },
  { pattern: '6984', text: { zh: '随机数缺失或数据无效', en: 'no challenge, or referenced data is invalid' } },
  { pattern: '6985', text: { zh: '使用条件不满足', en: 'conditions of use are not satisfied' } },
  { pattern: '6986', text: { zh: '没有选定文件', en: 'no file is selected' } },
  { pattern: '6987', text: { zh: '缺少 MAC', en: 'the MAC is missing' } },
  { pattern: '6988', text: { zh: 'MAC 错误', en: 'the MAC is wrong' } },
  { pattern: '6A80', text: { zh: '数据域错误', en: 'the data field is wrong' } },
  {
    pattern: '6A81',
    text: { zh: '功能不支持、应用或卡已锁定', en: 'function not supported, application or card blocked' },
  },
  { pattern: '6A82', text: { zh: '文件不存在', en: 'file not found' } },
  { pattern: '6A83', text: { zh: '记录不存在', en: 'record not found' } },
  { pattern: '6A84', text: { zh: '存储空间不足', en: 'no space left' } },
  { pattern: '6A86', text: { zh: 'P1/P2 错误', en: 'wrong P1/P2' } },
  { pattern: '6A88', text: { zh: '密钥或引用数据不存在', en: 'key or referenced data not found' } },
  { pattern: '6A89', text: { zh: '文件已存在', en: 'file already exists' } },
  { pattern: '6B00', text: { zh: '偏移超出文件', en: 'offset is outside the file' } },
  { pattern: '6CXX', text: { zh: '长度错误,正确长度为 XX', en: 'wrong length, XX is right' } },
  { pattern: '6D00', text: { zh: '不支持的指令', en: 'instruction is not supported' } },
  { pattern: '6E00', text: { zh: '不支持的类别', en: 'class is not supported' } },
  { pattern: '9302', text: { zh: 'MAC 错误', en: 'the MAC is wrong' } },
  { pattern: '9303', text: { zh: '应用已锁定', en: 'application is blocked' } },
  { pattern: '9403', text: { zh: '密钥索引不存在', en: 'key index is not supported' } },
];

export function formatStatusWord(sw: number): string {
  if (!Number.isInteger(sw) || sw < 0 || sw > 0xffff) throw new RangeError(`${sw} is not a status word`);
  return sw.toString(16).toUpperCase().padStart(4, '0');
}

/** True when `sw` fits a pattern such as `63CX`. */
export function matchesStatusWord(sw: number, pattern: string): boolean {
  const word = formatStatusWord(sw);
  return [...pattern].every((digit, i) => digit === 'X' || digit === word[i]);
}

/** The general meaning; an unknown word keeps its number in the sentence. */
export function statusWordText(sw: number): Text {
  const known = STATUS_WORDS.find((entry) => matchesStatusWord(sw, entry.pattern));
  if (known === undefined) {
    return { zh: `未知状态字 ${formatStatusWord(sw)}`, en: `unknown status word ${formatStatusWord(sw)}` };
  }
  const word = formatStatusWord(sw);
  const value = known.pattern.endsWith('XX')
    ? String(Number.parseInt(word.slice(2), 16) || 256)
    : String(Number.parseInt(word.slice(3), 16));
  const fill = (text: string) => (known.pattern.includes('X') ? text.replace(/X+/, value) : text);
  return { zh: fill(known.text.zh), en: fill(known.text.en) };
}

/** Tries left of `63Cx`; null for any other word. */
export function triesLeft(sw: number): number | null {
  return matchesStatusWord(sw, '63CX') ? sw & 0x0f : null;
}

/** Length of waiting data of `61xx` (00 = 256); null for any other word. */
export function waitingBytes(sw: number): number | null {
  return sw >>> 8 === 0x61 ? sw & 0xff || 256 : null;
}

/** Right length of `6Cxx` (00 = 256); null for any other word. */
export function rightLength(sw: number): number | null {
  return sw >>> 8 === 0x6c ? sw & 0xff || 256 : null;
}

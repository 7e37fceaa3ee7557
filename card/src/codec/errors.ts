/**
 * What the codecs refuse. The sentence is general; `fields` names the element and the exact rule (length and limit, the
 * character, the code). Values of a resident never stand in an error, except the one character that cannot be written.
 */
import type { Text } from '../errors/index.ts';
import { defineErrors } from '../errors/index.ts';

const badInput = { retriable: false, httpStatus: 422 } as const;

export const codecErrors = defineErrors({
  TEXT_TOO_LONG: {
    ...badInput,
    message: { zh: '文字超出卡上的长度。', en: 'The text is longer than the card allows.' },
    nextStep: {
      zh: '请按证件核对后缩短，系统不会自动截断。',
      en: 'Shorten it with the holder; it is never cut in silence.',
    },
  },
  TEXT_NOT_ENCODABLE: {
    ...badInput,
    message: { zh: '文字含有卡上无法表示的字符。', en: 'The text holds a character that the card cannot hold.' },
    nextStep: {
      zh: '请与本人商定替代写法（例如拼音或通用字），再录入。',
      en: 'Agree on another spelling with the holder (for example pinyin or a common variant) and enter that.',
    },
  },
  DATE_INVALID: {
    ...badInput,
    message: { zh: '日期或时间不正确。', en: 'The date or time is not valid.' },
    nextStep: { zh: '请按 YYYY-MM-DD 录入真实存在的日期。', en: 'Enter a date of the calendar as YYYY-MM-DD.' },
  },
  DIGITS_INVALID: {
    ...badInput,
    message: { zh: '数字不正确。', en: 'The number is not valid.' },
    nextStep: { zh: '请只录入数字，且不超过规定位数。', en: 'Enter digits only, no more than the card allows.' },
  },
  DECIMAL_INVALID: {
    ...badInput,
    message: { zh: '金额或剂量不正确。', en: 'The amount is not valid.' },
    nextStep: {
      zh: '请录入形如 12.5 的数，最多两位小数。',
      en: 'Enter a number such as 12.5 with at most two decimals.',
    },
  },
  CODE_UNKNOWN: {
    ...badInput,
    message: { zh: '代码不在代码表中。', en: 'The code is not in its code table.' },
    nextStep: { zh: '请从代码表中选择。', en: 'Choose a code of the table.' },
  },
  BYTES_INVALID: {
    ...badInput,
    message: { zh: '二进制数据不正确。', en: 'The binary value is not valid.' },
    nextStep: { zh: '请提供规定长度的十六进制数据。', en: 'Give upper-case hex of the defined length.' },
  },
  VALUE_TYPE_INVALID: {
    ...badInput,
    message: { zh: '数据元的值类型不对。', en: 'The value has the wrong type for its element.' },
    nextStep: { zh: '标志用真或假，其余用文字。', en: 'Give a boolean for a flag and a string for anything else.' },
  },
  ELEMENT_SIZE_WRONG: {
    retriable: false,
    message: { zh: '读到的数据元长度与规范不符。', en: 'The element read has another length than the specification.' },
    nextStep: {
      zh: '请核对卡片版本，并将此卡交技术人员检查。',
      en: 'Check the card version; give the card to an engineer.',
    },
  },
  ID_NUMBER_INVALID: {
    ...badInput,
    message: { zh: '居民身份证号码不正确。', en: 'The identity number is not valid.' },
    nextStep: { zh: '请对照证件重新录入。', en: 'Enter it again from the document.' },
  },
});

export type CodecErrorCode = keyof typeof codecErrors.table;

/** Throws `code` for the element (or field) named, with the rule that was broken. */
export function refuse(code: CodecErrorCode, field: string, rule: Text): never {
  throw codecErrors.make(code, { fields: [{ field, rule }] });
}

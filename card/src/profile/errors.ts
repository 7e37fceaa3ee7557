/**
 * What `define*()` says when a declaration of the card's specification contradicts itself (STYLE.md, "Card knowledge is
 * data"). One code, because all of them mean "the data under card/src/profile is wrong"; the rule at fault stands in
 * `fields`.
 */
import type { FieldFault, Text } from '../errors/index.ts';
import { defineErrors } from '../errors/index.ts';

export const profileErrors = defineErrors({
  PROFILE_INCONSISTENT: {
    message: {
      zh: '卡片规范数据自相矛盾，未被采用。',
      en: 'The declared card specification contradicts itself and was refused.',
    },
    nextStep: {
      zh: '请按所列规则更正 card/src/profile 中的声明，然后重新构建。',
      en: 'Correct the declaration in card/src/profile by the rule named, then build again.',
    },
    retriable: false,
  },
  PROFILE_ENTRY_UNKNOWN: {
    message: { zh: '卡片规范中没有所查的条目。', en: 'The card specification has no such entry.' },
    nextStep: {
      zh: '请核对文件、目录、密钥、代码表或数据元的标识。',
      en: 'Check the identifier of the file, directory, key slot, code table or data element.',
    },
    retriable: false,
    httpStatus: 400,
  },
});

/** Every rule that a declaration can break; a test plants one violation of each. */
export const DECLARATION_RULES = {
  identifierInvalid: { zh: '标识为空或格式不对', en: 'the identifier is empty or malformed' },
  textMissing: { zh: '中文或英文说明缺失', en: 'the Chinese or the English text is missing' },
  clauseMissing: { zh: '未注明规范条款', en: 'the clause is not cited' },
  fidOutOfRange: { zh: '文件标识符不是两个字节', en: 'the file identifier does not fit two bytes' },
  dfNameInvalid: { zh: 'DF 名称须为 1–16 字节的大写十六进制', en: 'the DF name must be 1–16 bytes of upper-case hex' },
  kidInvalid: { zh: '密钥标识与所在目录不符', en: 'the key identifier does not fit the directory' },
  triesInvalid: {
    zh: '认证密钥须有 1–15 次尝试，维护密钥不计次',
    en: 'an authentication key has 1–15 tries, an STK none',
  },
  typeCodeInvalid: { zh: '密钥类型码不是一个字节', en: 'the key type code does not fit one byte' },
  samReferenceInvalid: {
    zh: 'SAM 引用的分散级数与密钥级数不符',
    en: 'the dispersal levels in P1 of the SAM reference differ from the levels of the key',
  },
  fileOverfull: { zh: '数据元超出文件长度', en: 'the elements exceed the size of the file' },
  fileSizeWrong: { zh: '文件长度与其内容不符', en: 'the size of the file does not equal its content' },
  offsetsOverlap: { zh: '数据元的位置重叠', en: 'elements overlap' },
  tagRepeated: { zh: '目录内标志（标签）重复', en: 'an item number (tag) is repeated in a directory' },
  tagOutOfRange: { zh: '标志不能作为单字节标签', en: 'the item number does not fit a one-byte tag' },
  elementRepeated: { zh: '数据元标识重复', en: 'an element identifier is repeated' },
  sizeUnfit: { zh: '长度或存储类型与含义不符', en: 'size or storage class does not fit the meaning' },
  macSlotMissing: { zh: '受保护的更新缺少应用维护密钥', en: 'a protected update names no maintenance key (STK)' },
  macSlotUnused: { zh: '明文更新不应指定维护密钥', en: 'a plain update must not name a maintenance key' },
  macSlotNotMaintenance: {
    zh: '线路保护密钥不是应用维护密钥',
    en: 'the protecting key is not a maintenance key (STK)',
  },
  accessSlotIsMaintenance: {
    zh: '应用维护密钥不能用于外部认证',
    en: 'an STK cannot be the object of an authentication',
  },
  eraseUnfit: { zh: '只有定长记录文件可以擦除', en: 'only a fixed-record file can be erased' },
  keySlotUnknown: { zh: '引用了不存在的密钥', en: 'an unknown key slot is referred to' },
  keySlotOfOtherDirectory: { zh: '引用了其他目录的密钥', en: 'a key slot of another directory is referred to' },
  keySlotRepeated: { zh: '密钥重复或密钥标识重复', en: 'a key slot or a key identifier in a directory is repeated' },
  keySlotMissing: { zh: '缺少规定的密钥', en: 'a key slot of the card is not declared' },
  directoryUnknown: { zh: '引用了不存在的目录', en: 'an unknown directory is referred to' },
  directoryRepeated: { zh: '目录重复', en: 'a directory is repeated' },
  fidRepeated: { zh: '目录内文件标识符重复', en: 'a file identifier is repeated in a directory' },
  codeTableUnknown: { zh: '引用了不存在的代码表', en: 'an unknown code table is referred to' },
  codeTableRepeated: { zh: '代码表重复', en: 'a code table is repeated' },
  codeTableEmpty: {
    zh: '代码表没有代码而未注明“未找到”，或注明了却有代码',
    en: 'a code table has no entry and is not declared as not found, or the reverse',
  },
  codeRepeated: { zh: '代码表内代码重复', en: 'a code is repeated in its table' },
  codeTooWide: { zh: '代码放不进数据元', en: 'a code does not fit the element that uses its table' },
  indexUnknown: { zh: '索引文件或索引记录不存在', en: 'the index file or the index record does not exist' },
  productInvalid: { zh: '空白卡产品参数超出范围', en: 'a parameter of the blank-card product is out of range' },
} as const satisfies Record<string, Text>;
export type DeclarationRule = keyof typeof DECLARATION_RULES;

/** Throws unless `holds`; `field` names the declaration at fault. */
export function requireRule(holds: boolean, rule: DeclarationRule, field: string): asserts holds {
  if (holds) return;
  const fault: FieldFault = { field, rule: DECLARATION_RULES[rule] };
  throw profileErrors.make('PROFILE_INCONSISTENT', { detail: `${field}: ${rule}`, fields: [fault] });
}

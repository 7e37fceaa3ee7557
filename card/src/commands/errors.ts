/** What a card's refusal means for the person at the counter. Each command's table maps its status words to these codes. */
import { defineErrors, type ErrorDefinition } from '../errors/index.ts';

const entry = (zh: string, en: string, zhNext: string, enNext: string, httpStatus = 502): ErrorDefinition => ({
  message: { zh, en },
  nextStep: { zh: zhNext, en: enNext },
  retriable: false,
  httpStatus,
});
const again = (definition: ErrorDefinition): ErrorDefinition => ({ ...definition, retriable: true });

const WRONG_CARD = [
  '请确认放入的是居民健康卡,再试一次。',
  'Check that this is a resident health card, then try again.',
] as const;
const SPOILED = ['请将此卡登记为废卡并更换。', 'Register this card as spoiled and take another.'] as const;
const REPORT = ['请把诊断信息交给系统维护人员。', 'Give the diagnostic information to the system maintainer.'] as const;
const AGAIN = ['请取出卡片重新放入,再试一次。', 'Take the card out, insert it again and retry.'] as const;

export const cardErrors = defineErrors({
  CARD_FOREIGN: entry('这不是居民健康卡。', 'This is not a resident health card.', ...WRONG_CARD, 422),
  CARD_FILE_NOT_FOUND: entry('卡上没有所需的文件。', 'The card lacks the file that is needed.', ...WRONG_CARD, 422),
  CARD_FILE_EXISTS: entry(
    '卡上已有同名但结构不同的文件。',
    'The card already holds that file with another structure.',
    ...SPOILED,
  ),
  CARD_FILE_TYPE_WRONG: entry('卡上文件的类型不符。', "The card's file is of another type.", ...REPORT),
  CARD_RECORD_NOT_FOUND: entry('卡上没有该记录。', 'The card has no such record.', ...REPORT, 404),
  CARD_OFFSET_OUTSIDE: entry('读写位置超出卡上文件。', 'The position lies outside the file on the card.', ...REPORT),
  CARD_SECURITY_NOT_SATISFIED: entry(
    '卡拒绝访问:尚未通过所需的认证。',
    'The card refuses: the authentication it needs has not been made.',
    ...AGAIN,
    403,
  ),
  CARD_AUTHENTICATION_FAILED: entry(
    '卡不接受本终端的认证。',
    'The card does not accept the authentication of this terminal.',
    '请勿反复尝试;请核对密钥版本与发卡省份后联系密钥管理员。',
    'Do not keep trying; check key version and issuing province, then ask the key administrator.',
    403,
  ),
  CARD_KEY_BLOCKED: entry(
    '卡上密钥因多次认证失败而锁死。',
    "The card's key is blocked after too many failed authentications.",
    ...SPOILED,
    403,
  ),
  CARD_KEY_NOT_FOUND: entry(
    '卡上没有该密钥或该版本。',
    'The card holds no such key or key version.',
    '请核对卡的密钥版本;旧卡可能需要换发。',
    'Check the key version of the card; an old card may have to be renewed.',
  ),
  CARD_CHALLENGE_MISSING: again(
    entry('卡的随机数已失效。', "The card's challenge is missing or used up.", ...AGAIN, 409),
  ),
  CARD_CONDITIONS_NOT_SATISFIED: entry(
    '卡当前状态不允许此操作。',
    'The present state of the card does not allow this operation.',
    ...REPORT,
    409,
  ),
  CARD_BLOCKED: entry(
    '卡或其应用已被锁定。',
    'The card or its application is blocked.',
    '请查询该卡是否已挂失或注销。',
    'Look up whether the card was reported lost or cancelled.',
    403,
  ),
  CARD_APPLICATION_BLOCKED: entry(
    '卡上该应用已被锁定。',
    'This application of the card is blocked.',
    '请查询该卡是否已挂失;解挂后可在发卡点解锁。',
    'Look up whether the card was reported lost; the issuing counter can unblock it.',
    403,
  ),
  CARD_MAC_MISSING: entry('卡要求线路保护,命令缺少 MAC。', 'The card demands a MAC that the command lacks.', ...REPORT),
  CARD_MAC_WRONG: again(entry('卡判定线路保护校验错误。', 'The card found the MAC of the command wrong.', ...AGAIN)),
  CARD_DATA_REFUSED: entry('卡拒绝了数据内容。', 'The card refused the content of the data.', ...REPORT),
  CARD_MEMORY_FULL: entry('卡存储空间不足。', 'The card has no space left.', ...SPOILED),
  CARD_MEMORY_FAILURE: again(
    entry(
      '卡写入存储器失败。',
      'The card failed to write its memory.',
      '请再试一次;若仍失败,请登记为废卡。',
      'Try once more; if it fails again register the card as spoiled.',
    ),
  ),
  CARD_LENGTH_WRONG: entry('卡判定命令长度错误。', 'The card found the length of the command wrong.', ...REPORT),
  CARD_PARAMETERS_WRONG: entry('卡不接受命令参数。', 'The card does not accept the parameters.', ...REPORT),
  CARD_COMMAND_UNKNOWN: entry('卡不支持此命令。', 'The card does not know this command.', ...WRONG_CARD),
  CARD_SECURE_MESSAGING_UNSUPPORTED: entry('卡不支持线路保护。', 'The card has no secure messaging.', ...WRONG_CARD),
  CARD_UNEXPECTED_STATUS: entry('卡给出了未知的应答。', 'The card answered with an unknown status.', ...REPORT),
  CARD_ANSWER_MALFORMED: again(
    entry('卡的应答不完整或格式不符。', 'The answer of the card is incomplete or malformed.', ...AGAIN),
  ),
  CARD_CONTENT_INVALID: entry(
    '卡上数据不符合规范。',
    'The data on the card do not follow the specification.',
    '请持卡人到发卡点核对并换卡。',
    'Send the holder to the issuing counter to have the card checked and replaced.',
    422,
  ),
});

export type CardErrorCode = keyof typeof cardErrors.table & string;

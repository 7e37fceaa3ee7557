/** What a SAM's refusal means for the person at the counter (CARD-FACTS 5; ADR 006). */
import { defineErrors, type ErrorDefinition } from '../errors/index.ts';

const entry = (zh: string, en: string, zhNext: string, enNext: string, httpStatus = 502): ErrorDefinition => ({
  message: { zh, en },
  nextStep: { zh: zhNext, en: enNext },
  retriable: false,
  httpStatus,
});
const again = (definition: ErrorDefinition): ErrorDefinition => ({ ...definition, retriable: true });

const REPORT = ['请把诊断信息交给系统维护人员。', 'Give the diagnostic information to the system maintainer.'] as const;
const PROVINCE = ['请把SAM卡交省级密钥中心处理。', 'Send the SAM to the provincial key centre.'] as const;
const SEAT = [
  '请把SAM卡重新插入卡座,再次校验PIN。',
  'Insert the SAM into its seat again and verify the PIN anew.',
] as const;

export const samErrors = defineErrors({
  SAM_FOREIGN: entry(
    '这不是居民健康卡SAM卡。',
    'This is not a SAM of the resident health card.',
    '请检查SAM卡座中的卡。',
    'Check the card in the SAM seat.',
    422,
  ),
  SAM_NOT_IN_USE: entry('SAM卡尚未发行完毕。', 'The issue of this SAM is not finished.', ...PROVINCE, 409),
  SAM_RECALLED: entry('SAM卡已被回收,不能再用。', 'The SAM was recalled and cannot be used.', ...PROVINCE, 403),
  SAM_PIN_WRONG: entry(
    'SAM卡PIN错误。',
    'The PIN of the SAM is wrong.',
    '请核对PIN后再试;次数用完SAM卡将锁死。',
    'Check the PIN and retry; the SAM blocks when the tries are used up.',
    403,
  ),
  SAM_PIN_BLOCKED: entry('SAM卡PIN已锁死。', 'The PIN of the SAM is blocked.', ...PROVINCE, 403),
  SAM_PIN_REQUIRED: entry(
    'SAM卡尚未校验PIN。',
    'The PIN of the SAM has not been verified.',
    '请输入SAM卡PIN。',
    'Enter the PIN of the SAM.',
    403,
  ),
  SAM_PIN_FORMAT: entry(
    'PIN须为4到16位数字。',
    'A PIN has 4 to 16 digits.',
    '请重新输入PIN。',
    'Enter the PIN again.',
    400,
  ),
  SAM_KEY_NOT_AVAILABLE: entry(
    'SAM卡不提供此密钥。',
    'SAMs do not serve this key.',
    '请联机由密钥服务完成此操作。',
    'Do this online, with the keys of key-service.',
    409,
  ),
  SAM_KEY_NOT_HELD: entry(
    '此SAM卡没有该密钥或该版本。',
    'This SAM does not hold the key or its version.',
    '请到省级密钥中心更新SAM卡。',
    'Have the SAM updated by the provincial key centre.',
    409,
  ),
  SAM_AUTHENTICATION_FAILED: entry(
    'SAM卡不接受发行密钥。',
    'The SAM does not accept the issuing key.',
    '请勿反复尝试;请核对SAM卡序列号与密钥版本。',
    'Do not keep trying; check the serial of the SAM and the key version.',
    403,
  ),
  SAM_CONDITIONS_NOT_SATISFIED: again(
    entry('SAM卡当前状态不允许此操作。', 'The present state of the SAM does not allow this.', ...SEAT, 409),
  ),
  SAM_FILE_NOT_FOUND: entry('SAM卡上没有该文件。', 'The SAM has no such file.', ...REPORT),
  SAM_OFFSET_OUTSIDE: entry('读写位置超出SAM卡文件。', 'The position lies outside the file of the SAM.', ...REPORT),
  SAM_MAC_WRONG: entry('SAM卡判定命令MAC错误。', 'The SAM found the MAC of the command wrong.', ...REPORT),
  SAM_DATA_REFUSED: entry('SAM卡拒绝了数据内容。', 'The SAM refused the content of the data.', ...REPORT),
  SAM_MEMORY_FULL: entry('SAM卡存储空间不足。', 'The SAM has no space left.', ...PROVINCE),
  SAM_MEMORY_FAILURE: again(entry('SAM卡写入存储器失败。', 'The SAM failed to write its memory.', ...SEAT)),
  SAM_LENGTH_WRONG: entry('SAM卡判定命令长度错误。', 'The SAM found the length of the command wrong.', ...REPORT),
  SAM_PARAMETERS_WRONG: entry('SAM卡不接受命令参数。', 'The SAM does not accept the parameters.', ...REPORT),
  SAM_COMMAND_UNKNOWN: entry('SAM卡不支持此命令。', 'The SAM does not know this command.', ...REPORT),
  SAM_UNEXPECTED_STATUS: entry('SAM卡给出了未知的应答。', 'The SAM answered with an unknown status.', ...REPORT),
  SAM_ANSWER_MALFORMED: again(
    entry('SAM卡的应答不完整或格式不符。', 'The answer of the SAM is incomplete or malformed.', ...SEAT),
  ),
  SAM_CERTIFICATE_MISMATCH: entry(
    'SAM卡证书与其签名密钥不符。',
    'The certificate of the SAM is not that of its signing key.',
    ...PROVINCE,
    409,
  ),
});

export type SamErrorCode = keyof typeof samErrors.table & string;

/** What can stop a personalization besides a refusal of the card itself (those codes are in `commands/errors.ts`). */
import { defineErrors } from '../errors/index.ts';

export const personalizationErrors = defineErrors({
  PERSONALIZATION_READ_BACK_DIFFERS: {
    message: { zh: '卡内数据与应写内容不一致。', en: 'The content of the card differs from what had to be written.' },
    nextStep: {
      zh: '请重新写卡;若再次不一致,请登记为废卡。',
      en: 'Personalize again; if it differs again register the card as spoiled.',
    },
    retriable: true,
    httpStatus: 502,
  },
  PERSONALIZATION_OTHER_CARD: {
    message: { zh: '放入的卡属于另一次发卡。', en: 'The card in the reader belongs to another issuance.' },
    nextStep: { zh: '请放入本次发卡的卡片。', en: 'Insert the card of this job.' },
    retriable: false,
    httpStatus: 409,
  },
  PERSONALIZATION_CHIP_BLOCKED: {
    message: { zh: '该卡已被锁定,不能写卡。', en: 'The chip is blocked and cannot be personalized.' },
    nextStep: { zh: '请登记为废卡并更换空白卡。', en: 'Register it as spoiled and take another blank.' },
    retriable: false,
    httpStatus: 409,
  },
  PERSONALIZATION_KEYS_NOT_DIVERSIFIED: {
    message: {
      zh: '卡接受了未分散的根密钥:密钥分散没有生效。',
      en: 'The card accepted the undispersed root: keys are not diversified.',
    },
    nextStep: {
      zh: '立即停止发卡并通知密钥管理员;该卡作废。',
      en: 'Stop issuing at once and call the key administrator; the card is spoiled.',
    },
    retriable: false,
    httpStatus: 500,
  },
  PERSONALIZATION_NOT_GENUINE: {
    message: { zh: '写卡后的内部认证未通过。', en: 'The card failed internal authentication after personalization.' },
    nextStep: { zh: '请登记为废卡并通知密钥管理员。', en: 'Register it as spoiled and tell the key administrator.' },
    retriable: false,
    httpStatus: 502,
  },
  PERSONALIZATION_BATCH_INCOMPLETE: {
    message: { zh: '写卡应答不完整。', en: 'The answers of the card are incomplete.' },
    nextStep: { zh: '请重新放入同一张卡继续写卡。', en: 'Insert the same card again to go on.' },
    retriable: true,
    httpStatus: 502,
  },
  PERSONALIZATION_DATA_INVALID: {
    message: { zh: '写卡数据不符合卡片规范。', en: 'The data do not fit the card specification.' },
    nextStep: { zh: '请按提示更正登记信息。', en: 'Correct the enrolment data named.' },
    retriable: false,
    httpStatus: 422,
  },
});

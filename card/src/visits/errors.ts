/** What can go wrong with a visit besides a refusal of the card itself. */
import { defineErrors } from '../errors/index.ts';

export const visitErrors = defineErrors({
  VISIT_INVALID: {
    message: { zh: '就诊记录内容有误,卡未改动。', en: 'The visit is not valid; the card was not touched.' },
    nextStep: { zh: '请按提示更正所列各项。', en: 'Correct the fields named.' },
    retriable: false,
    httpStatus: 422,
  },
  VISIT_SIGNATURE_UNUSABLE: {
    message: {
      zh: '签名设备给出的签名或证书不可用,卡未改动。',
      en: 'The signature or certificate that the signer gave is not usable; the card was not touched.',
    },
    nextStep: { zh: '请检查安全存取模块及其证书。', en: 'Check the SAM and its certificate.' },
    retriable: false,
    httpStatus: 502,
  },
  VISIT_CONTENT_DIFFERS: {
    message: {
      zh: '就诊记录写入后回读不符,未置为有效。',
      en: 'The visit differs when it is read back; it was not made valid.',
    },
    nextStep: { zh: '请重新放卡再写一次。', en: 'Insert the card again and write once more.' },
    retriable: true,
    httpStatus: 502,
  },
  VISIT_FLAG_UNCONFIRMED: {
    message: {
      zh: '就诊记录的索引标志未能确认。',
      en: 'The index flag of the visit could not be confirmed.',
    },
    nextStep: { zh: '请重新读卡,确认后再决定是否重写。', en: 'Read the card again before writing once more.' },
    retriable: true,
    httpStatus: 502,
  },
});

/** Why a re-key is refused or stops besides a refusal of the card itself. */
import { defineErrors } from '../errors/index.ts';

export const rekeyErrors = defineErrors({
  REKEY_PLAN_INVALID: {
    message: { zh: '换密钥计划有误,卡未改动。', en: 'The re-key plan is not valid; the card was not touched.' },
    nextStep: { zh: '请按提示更正计划。', en: 'Correct the plan as named.' },
    retriable: false,
    httpStatus: 422,
  },
  REKEY_VERSION_UNPROVEN: {
    message: {
      zh: '新密钥版本未通过验证,旧版本予以保留。',
      en: 'A new key version was not proven; the older versions were kept.',
    },
    nextStep: {
      zh: '请通知密钥管理员核对该密钥版本。',
      en: 'Ask the key administrator to check that key version.',
    },
    retriable: false,
    httpStatus: 409,
  },
});

/** What can be wrong with a hotlist file. */
import { defineErrors } from '../errors/index.ts';

export const hotlistErrors = defineErrors({
  HOTLIST_MALFORMED: {
    message: { zh: '黑名单文件损坏或格式不符', en: 'The hotlist file is damaged or of another format' },
    nextStep: { zh: '重新下载，或换一个介质再拷贝', en: 'Fetch it again, or copy it from another medium' },
    retriable: true,
    httpStatus: 422,
  },
  HOTLIST_SIGNATURE_WRONG: {
    message: { zh: '黑名单的签名不正确，不能使用', en: 'The signature of the hotlist is wrong; it is not used' },
    nextStep: {
      zh: '继续使用原有黑名单，并报告发卡机构',
      en: 'Go on with the list that you have and tell the issuer',
    },
    retriable: false,
    httpStatus: 422,
  },
  HOTLIST_DELTA_DOES_NOT_FIT: {
    message: {
      zh: '增量与现有黑名单的版本或省份不符',
      en: 'The delta does not belong to the version or province of the list at hand',
    },
    nextStep: { zh: '取缺少的增量，或下载完整黑名单', en: 'Fetch the deltas between, or the full list' },
    retriable: false,
    httpStatus: 409,
  },
});

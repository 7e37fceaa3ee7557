/** What can be wrong with a bundle. */
import { defineErrors } from '../errors/index.ts';

export const fhirErrors = defineErrors({
  FHIR_BUNDLE_INVALID: {
    message: {
      zh: '这不是由居民健康卡生成的患者摘要文档。',
      en: 'This is no patient summary document made from a resident health card.',
    },
    nextStep: {
      zh: '请提供由 toIpsBundle 生成的文档 Bundle。',
      en: 'Give a document Bundle that toIpsBundle made.',
    },
    retriable: false,
    httpStatus: 422,
  },
});

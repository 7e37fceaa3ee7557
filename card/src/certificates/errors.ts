/** Faults of the card's fixed-length certificates. */
import { defineErrors } from '../errors/index.ts';

export const certificateErrors = defineErrors({
  CERTIFICATE_MALFORMED: {
    message: { zh: '证书格式不符合规范。', en: 'The certificate does not follow the specification.' },
    nextStep: { zh: '请联系发卡机构核对证书。', en: 'Ask the issuing institution to check the certificate.' },
    retriable: false,
    httpStatus: 422,
  },
  CERTIFICATE_FIELD_INVALID: {
    message: { zh: '证书内容有误。', en: 'A field of the certificate is not valid.' },
    nextStep: { zh: '请按提示更正后重新签发。', en: 'Correct the field named and issue again.' },
    retriable: false,
    httpStatus: 422,
  },
});

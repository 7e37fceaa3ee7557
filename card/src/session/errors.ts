/** What a terminal session can meet besides the refusals in `commands/errors.ts`. */
import { defineErrors } from '../errors/index.ts';

export const sessionErrors = defineErrors({
  CARD_CITY_CODE_INVALID: {
    message: { zh: '卡上的应用城市代码无效。', en: 'The city code on the card is not valid.' },
    nextStep: {
      zh: '请持卡人到发卡点核对并换卡。',
      en: 'Send the holder to the issuing counter to have the card checked.',
    },
    retriable: false,
    httpStatus: 422,
  },
  CARD_ANSWER_ENDLESS: {
    message: { zh: '卡的应答没有结束。', en: 'The card keeps announcing more data without end.' },
    nextStep: { zh: '请取出卡片重新放入。', en: 'Take the card out and insert it again.' },
    retriable: true,
    httpStatus: 502,
  },
});

/** Why a patch is refused before anything is written. */
import { defineErrors } from '../errors/index.ts';

export const patchErrors = defineErrors({
  CARD_PATCH_REFUSED: {
    message: { zh: '要写入的内容有误,卡未改动。', en: 'The patch is not valid; the card was not touched.' },
    nextStep: { zh: '请按提示更正所列各项。', en: 'Correct the fields named.' },
    retriable: false,
    httpStatus: 422,
  },
  CARD_PATCH_CONFLICT: {
    message: {
      zh: '卡上现有内容与预期不同,卡未改动。',
      en: 'The card holds other values than expected; nothing was written.',
    },
    nextStep: {
      zh: '请重新读卡,核对后再写。',
      en: 'Read the card again, compare, then write.',
    },
    retriable: false,
    httpStatus: 409,
  },
  CARD_READ_BACK_DIFFERS: {
    message: {
      zh: '卡应答成功,但回读内容不符或无法回读。',
      en: 'The card said that it wrote, but it does not show the value or could not be read.',
    },
    nextStep: { zh: '请重新放卡再写一次。', en: 'Insert the card again and write once more.' },
    retriable: true,
    httpStatus: 502,
  },
});

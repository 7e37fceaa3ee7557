/** What can be wrong with a summary, or with the files it is made from. */
import { defineErrors } from '../errors/index.ts';

export const summaryErrors = defineErrors({
  SUMMARY_FILE_MISSING: {
    message: { zh: '读出的卡片文件不全，无法汇总。', en: 'Files are missing; the summary cannot be made.' },
    nextStep: { zh: '请读出所列文件后重试。', en: 'Read the files named and try again.' },
    retriable: false,
    httpStatus: 422,
  },
  SUMMARY_CONTENT_INVALID: {
    message: { zh: '卡片文件的长度或结构不符。', en: 'A file has not the size or structure of the specification.' },
    nextStep: { zh: '请重新读卡；仍不符时更换卡片。', en: 'Read the card again; if it stays so, replace the card.' },
    retriable: false,
    httpStatus: 422,
  },
  SUMMARY_INVALID: {
    message: { zh: '健康摘要的内容放不进卡片。', en: 'The health summary does not fit the card.' },
    nextStep: { zh: '请按提示更正所列各项。', en: 'Correct the fields named.' },
    retriable: false,
    httpStatus: 422,
  },
});

/** One line of an error table: sentence and next step in both languages. */
export const entry = (
  zh: string,
  en: string,
  nextZh: string,
  nextEn: string,
  more: { retriable?: boolean; httpStatus?: number } = {},
) => ({
  message: { zh, en },
  nextStep: { zh: nextZh, en: nextEn },
  retriable: more.retriable ?? false,
  httpStatus: more.httpStatus ?? 503,
});

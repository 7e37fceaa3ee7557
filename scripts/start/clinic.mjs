/** The clinic's view of a card, asked from reader-agent's local API and printed. */
import { bold, dim, millis, row, say, section, table, verdict } from './print.mjs';

/** @typedef {import('@rhc/reader-agent/contract').SummaryResponse} Summary */
/** @typedef {import('@rhc/reader-agent/contract').DecodedElementView} Element */

/** @param {Element} element */
function valueText({ value, text }) {
  if (value === null || value === '') return dim('—');
  if (text !== undefined) return `${text.zh} ${dim(text.en)}`;
  if (typeof value === 'boolean') return value ? `${bold('是')} ${dim('yes')}` : `否 ${dim('no')}`;
  // A certificate: nobody reads its hex here.
  if (typeof value === 'string' && /^[0-9A-F]{100,}$/.test(value))
    return `${value.slice(0, 8)}…${value.slice(-8)} ${dim(`${value.length / 2} bytes`)}`;
  return value;
}

/** @param {string} zh @param {string} en @param {readonly Element[]} elements */
function elementsSection(zh, en, elements) {
  section(zh, en);
  for (const element of elements) row(`${element.label.zh} ${dim(element.label.en)}`, valueText(element));
}

/** @param {import('./api.mjs').Api} readerAgent @param {string} reader @returns {Promise<Summary>} */
export function readAtClinic(readerAgent, reader) {
  return readerAgent.demand('POST', '/v1/card/summary', {
    json: { reader },
    headers: { 'x-rhc-request': '1' },
    deadlineMs: 60_000,
  });
}

/** @param {Summary} summary */
export function printClinicView(summary) {
  elementsSection('诊室所见：身份', 'at the clinic desk: identity', summary.identity);
  elementsSection('医学警示', 'alerts', summary.alerts);
  section('过敏', 'allergies');
  if (summary.allergies.length === 0) say(`  ${dim('无 none')}`);
  table(summary.allergies.map(({ substance, reaction }) => [substance, reaction]));
  section('免疫', 'immunizations');
  if (summary.immunizations.length === 0) say(`  ${dim('无 none')}`);
  table(summary.immunizations.map(({ name, date }) => [date, name]));
  section('读卡', 'the reading');
  const { timings, photo } = summary;
  row('照片 photo', photo === null ? dim('无 none') : `JPEG ${Buffer.from(photo, 'base64').length} bytes`);
  row('APDU / 密钥服务调用 calls', `${timings.apdus} / ${timings.keyServiceCalls}`);
  row(
    '耗时 time',
    `${millis(timings.totalMs)}  ${dim(
      Object.entries(timings.stages)
        .map(([stage, ms]) => `${stage} ${millis(ms)}`)
        .join(', '),
    )}`,
  );
  return verdict(
    summary.genuine,
    summary.genuine ? '真卡：内部认证通过' : '卡片未通过真伪验证',
    summary.genuine ? 'genuine: internal authentication verified' : 'NOT genuine',
  );
}

/**
 * Minutes (仪式记录) and hand-over record (交接备忘录) as PDF, from the very bytes that the log has the hash of; the JSON itself
 * is attached to the PDF, so that the paper's file can be verified as well. Chinese font embedded. No field is free.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import PDFDocument from 'pdfkit';
import type { Minutes, MinutesKey } from '../domain/ceremony/minutes.ts';
import { keyServiceErrors } from '../errors.ts';

const FONT_FILES = [
  '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc',
];
const FONT_NAME = 'NotoSansCJKsc-Regular';
const MARGIN = 48;
const SMALL = 8;
const TEXT = 9.5;

type Doc = InstanceType<typeof PDFDocument>;

/** @throws MINUTES_FONT_MISSING */
export function findFont(setting: string | undefined): string {
  const found = (setting === undefined ? FONT_FILES : [setting]).find(existsSync);
  if (found === undefined)
    throw keyServiceErrors.make('MINUTES_FONT_MISSING', { detail: setting ?? FONT_FILES.join(', ') });
  return found;
}

const TITLES = {
  minutes: { zh: '密钥仪式记录', en: 'Minutes of a key ceremony' },
  'hand-over': { zh: '密钥交接备忘录', en: 'Key hand-over record' },
} as const;

export async function minutesPdf(
  text: string,
  which: keyof typeof TITLES,
  font: string | undefined,
): Promise<Uint8Array> {
  const minutes = JSON.parse(text) as Minutes;
  const hash = createHash('sha256').update(text).digest('hex');
  const doc = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    bufferPages: true,
    info: { Title: `${TITLES[which].zh} ${minutes.ceremony}`, CreationDate: new Date(minutes.madeAt) },
  });
  const chunks: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.on('end', () => resolve());
    doc.on('error', reject);
  });
  const file = findFont(font);
  doc.registerFont('text', file, file.endsWith('.ttc') ? FONT_NAME : undefined);
  doc.font('text');
  head(doc, minutes, which, hash);
  if (which === 'minutes') minutesBody(doc, minutes);
  else handOverBody(doc, minutes);
  foot(doc, minutes, hash);
  doc.file(Buffer.from(text), { name: `${minutes.ceremony}.minutes.json`, type: 'application/json' });
  pageMarks(doc, minutes, hash);
  doc.end();
  await ended;
  return Uint8Array.from(Buffer.concat(chunks));
}

const title = (doc: Doc, zh: string, en: string) => {
  doc.moveDown(0.8).fontSize(12).fillColor('#1d3557').text(`${zh}  ${en}`).moveDown(0.2);
  doc.fontSize(TEXT).fillColor('black');
};
const line = (doc: Doc, label: string, value: string) => doc.fontSize(TEXT).text(`${label}:${value}`);
const time = (text: string | null): string => (text === null ? '—' : `${text.slice(0, 19).replace('T', ' ')} UTC`);
const aloud = (words: { zh: readonly string[]; en: readonly string[] }): string =>
  `${words.zh.join(' ')} / ${words.en.join(' ')}`;

function head(doc: Doc, minutes: Minutes, which: keyof typeof TITLES, hash: string): void {
  if (minutes.mark !== null) {
    doc.fontSize(16).fillColor('#c1121f').text(`${minutes.mark.zh} · ${minutes.mark.en}`, { align: 'center' });
  }
  const { zh, en } = TITLES[which];
  doc.fontSize(18).fillColor('black').text(zh, { align: 'center' }).fontSize(11).text(en, { align: 'center' });
  doc.moveDown(0.6);
  line(doc, '仪式 ceremony', `${minutes.ceremony} · ${minutes.mode} · ${minutes.state}`);
  line(doc, '脚本 script', `${minutes.script.zh} (${minutes.script.id} v${minutes.script.version})`);
  doc.text(minutes.script.en);
  line(doc, '时间 time', `${time(minutes.openedAt)} — ${time(minutes.endedAt)}`);
  const { token } = minutes;
  line(doc, '密码机 HSM', token === null ? '—' : `${token.model} · ${token.label} · 序列号 serial ${token.serial}`);
  line(doc, '脚本散列 script SHA-256', minutes.script.sha256);
  doc.fontSize(SMALL).text(aloud(minutes.script.words));
  line(doc, '本记录散列 SHA-256 of these minutes', hash);
}

function people(doc: Doc, { people: present }: Minutes): void {
  title(doc, '人员', 'People');
  for (const each of present) {
    line(doc, `${each.zh} ${each.en}`, `${each.person}(${each.principal})· ${time(each.at)}`);
  }
}

function keyLines(doc: Doc, keys: readonly MinutesKey[]): void {
  for (const each of keys) {
    const marks = [
      each.confirmed ? '已核对 confirmed' : '未核对 not confirmed',
      ...(each.active ? ['启用 active'] : []),
    ];
    doc.fontSize(TEXT).text(`${each.key}  ${each.kcv}(${each.kcvMethod})  ${aloud(each.words)}`);
    const parts = each.parts.map(({ index, person }) => `#${index} ${person}`).join('、');
    doc
      .fontSize(SMALL)
      .fillColor('#555')
      .text(`${each.how} · ${marks.join(' · ')}${parts === '' ? '' : ` · ${parts}`}`);
    doc.fillColor('black');
  }
}

function minutesBody(doc: Doc, minutes: Minutes): void {
  people(doc, minutes);
  title(doc, '步骤', 'Steps');
  minutes.steps.forEach((step, index) => {
    line(doc, `${index + 1}. ${step.zh}`, time(step.doneAt));
    doc.fontSize(SMALL).fillColor('#555').text(step.en);
    for (const act of step.acts) doc.text(`    ${act.role} ${act.person} · ${time(act.at)}`);
    doc.fillColor('black');
  });
  title(doc, '密钥与校验值', 'Keys and check values');
  keyLines(doc, minutes.keys);
  exceptions(doc, minutes);
}

function exceptions(doc: Doc, minutes: Minutes): void {
  title(doc, '例外', 'Exceptions');
  if (minutes.exceptions.length === 0) doc.text('无 none');
  for (const each of minutes.exceptions) {
    line(doc, `${time(each.at)} ${each.person}`, each.what);
    doc.fontSize(SMALL).text(`原因 why:${each.why} · 处理 decision:${each.decision}`);
  }
  if (minutes.interruptions.length === 0) return;
  title(doc, '中断', 'Interruptions');
  for (const each of minutes.interruptions) {
    line(doc, `${time(each.at)} — ${time(each.resumedAt)}`, `${each.person} · ${each.reason}`);
  }
}

/** What changes hands: keys with check values, blocks for another party, and who was there. */
function handOverBody(doc: Doc, minutes: Minutes): void {
  people(doc, minutes);
  title(doc, '交接的密钥', 'Keys handed over');
  const blocks = minutes.keys.filter(({ block }) => block !== null);
  const all = minutes.keys.filter(({ confirmed }) => confirmed);
  // Where blocks go out, they are what changes hands; else everything that came in.
  keyLines(doc, blocks.length > 0 ? blocks : all);
  if (blocks.length > 0) {
    title(doc, '密钥块(TR-31 / X9.143)', 'Key blocks');
    for (const { key, block } of blocks)
      doc
        .fontSize(SMALL)
        .text(`${key}`)
        .text(block ?? '');
  }
  exceptions(doc, minutes);
}

function foot(doc: Doc, minutes: Minutes, hash: string): void {
  title(doc, '审计日志检查点', 'Checkpoint of the audit log');
  doc.fontSize(SMALL).text(minutes.checkpoint ?? '—');
  const [from, to] = [minutes.events[0], minutes.events.at(-1)].map((event) => String(event?.log.index ?? '—'));
  doc.text(`日志条目 log entries ${from}–${to} · ${minutes.events.length} 个事件 events`);
  doc
    .moveDown(0.4)
    .text(
      `本文件由系统根据日志生成,没有人工填写的内容;所附 JSON 的 SHA-256 为 ${hash},可用 npm run ceremony -- verify-minutes 核验。`,
    );
  doc.text('Made by the system from its log; nothing was filled in by hand. The attached JSON can be verified later.');
}

function pageMarks(doc: Doc, minutes: Minutes, hash: string): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    doc.switchToPage(page);
    // Below the margin pdfkit would open another page.
    doc.page.margins.bottom = 0;
    const mark = minutes.mark === null ? '' : `${minutes.mark.zh} · `;
    doc
      .fontSize(7)
      .fillColor(minutes.mark === null ? '#555' : '#c1121f')
      .text(`${mark}${minutes.ceremony} · ${hash.slice(0, 16)} · ${page + 1}/${count}`, MARGIN, doc.page.height - 30, {
        align: 'center',
        lineBreak: false,
        width: doc.page.width - 2 * MARGIN,
      });
  }
}

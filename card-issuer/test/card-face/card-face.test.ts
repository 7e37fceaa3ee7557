/**
 * The printed face, judged by programs that share nothing with ours: poppler tells page sizes, texts and fonts, zbar reads
 * the bar code from the rendered page, and the ink is found where the layout says.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { cardDataOf } from '../../src/domain/card-data.ts';
import {
  bankLayout,
  CARD_BODY,
  cardFaceOf,
  DEFAULT_FACE_TEXTS,
  defineFaceLayout,
  FACE_LAYOUTS,
  plainLayout,
} from '../../src/domain/card-face/index.ts';
import { validateResident } from '../../src/domain/validate-resident.ts';
import { cardPdf, printerTestPdf, proofPdf } from '../../src/face/render-face.ts';

const folder = process.env.RHC_PICTURES ?? mkdtempSync(join(tmpdir(), 'rhc-face-'));
afterAll(() => {
  if (process.env.RHC_PICTURES === undefined) rmSync(folder, { recursive: true, force: true });
});

const photo = readFileSync(join(__dirname, '../../../test-vectors/residents/photos/pilot-0001.jpg'));
const MADE_AT = new Date('2026-11-25T00:00:00Z');
const NUMBER = '130101195803129021';

function face(name = '王淑兰', layout = plainLayout) {
  const checked = validateResident(
    {
      name,
      sex: '女',
      ethnicGroup: '汉族',
      birthDate: '1958-03-12',
      documentType: '01',
      documentNumber: NUMBER,
      areaCode: '130123',
      photo: new Uint8Array(photo),
    },
    '2026-11-25',
  );
  if (!('resident' in checked)) throw new Error(JSON.stringify(checked));
  const issuer = { name: '石家庄市卫生健康委员会', code: '1301', cityCode: '130100', validityYears: 10 };
  const facts = { issueDate: '2026-11-25', issueSerial: '5201000001', issuerCertificate: '00'.repeat(180) };
  const data = cardDataOf(checked.resident, issuer, facts);
  return cardFaceOf(data, {
    layout,
    texts: { ...DEFAULT_FACE_TEXTS, bank: '某某银行' },
    issueDate: facts.issueDate,
    bankNumber: '6200000000000000005',
  });
}

function keep(name: string, pdf: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, pdf);
  return path;
}

const run = (program: string, ...words: string[]): string => execFileSync(program, words, { encoding: 'utf8' });

/** Grey levels of a page at 300 dpi. */
function pixels(path: string, page: number): { width: number; at: (xMm: number, yMm: number) => number } {
  const bytes = execFileSync('pdftoppm', ['-r', '300', '-gray', '-f', String(page), '-l', String(page), path], {
    maxBuffer: 1 << 26,
  });
  const head = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 40).toString('latin1'));
  if (head === null) throw new Error('no PGM came');
  const [width, start] = [Number(head[1]), head[0].length];
  return {
    width,
    at: (x, y) => bytes[start + Math.round((y / 25.4) * 300) * width + Math.round((x / 25.4) * 300)] ?? 255,
  };
}

const seen = new Map<string, ReturnType<typeof pixels>>();

function inked(path: string, page: number, left: number, top: number, width: number, height: number): boolean {
  const key = `${path} ${page}`;
  const page300 = seen.get(key) ?? pixels(path, page);
  seen.set(key, page300);
  for (let x = left; x < left + width; x += 0.08)
    for (let y = top; y < top + height; y += 0.08) if (page300.at(x, y) < 160) return true;
  return false;
}

describe.each(Object.values(FACE_LAYOUTS))('card face $id', (layout) => {
  test('has the size of the body, the texts, embedded fonts only, ink in every place and none outside', async () => {
    const path = keep(`${layout.id}.pdf`, await cardPdf(face('王淑兰', layout), { madeAt: MADE_AT }));
    const info = run('pdfinfo', path);
    expect(info).toMatch(/Pages:\s+2/);
    const size = /Page size:\s+([\d.]+) x ([\d.]+) pts/.exec(info);
    expect(Number(size?.[1]) / (72 / 25.4)).toBeCloseTo(CARD_BODY.widthMm, 1);
    expect(Number(size?.[2]) / (72 / 25.4)).toBeCloseTo(CARD_BODY.heightMm, 1);
    const fonts = run('pdffonts', path).trim().split('\n').slice(2);
    expect(fonts.length).toBeGreaterThan(0);
    for (const row of fonts) expect(row).toMatch(/\s(yes)\s+(yes|no)\s+(yes|no)\s+\d+\s+\d+\s*$/);
    const text = run('pdftotext', '-layout', path, '-');
    for (const part of [
      '姓名',
      '王淑兰',
      '性别',
      '女',
      '民族',
      '汉',
      NUMBER,
      '河北省卫生健康委员会',
      'RHC20261125',
      '居民健康卡',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('汉族');
    for (const place of layout.places.filter(({ content }) => content.kind !== 'emblem')) {
      const page = place.side === 'holder' ? 1 : 2;
      expect([place.id, inked(path, page, place.leftMm, place.topMm, place.widthMm, place.heightMm)]).toEqual([
        place.id,
        true,
      ]);
    }
    expect(inked(path, 1, 0, 0, CARD_BODY.widthMm, 1.9)).toBe(false);
    expect(inked(path, 1, 0, 0, 1.9, CARD_BODY.heightMm)).toBe(false);
  });

  test('its bar code is read as the card number by another program', async () => {
    const path = keep(`${layout.id}-code.pdf`, await cardPdf(face('王淑兰', layout), { madeAt: MADE_AT }));
    run('pdftoppm', '-r', '600', '-png', '-f', '1', '-l', '1', path, join(folder, layout.id));
    expect(run('zbarimg', '-q', '--raw', join(folder, `${layout.id}-1.png`)).trim()).toBe(NUMBER);
  });

  test('the proof is one A4 page with every place and its tolerance', async () => {
    const path = keep(`${layout.id}-proof.pdf`, await proofPdf(face('王淑兰', layout), { madeAt: MADE_AT }));
    expect(run('pdfinfo', path)).toMatch(/Pages:\s+1[\s\S]*A4/);
    const text = run('pdftotext', '-layout', path, '-');
    for (const { label } of layout.places) expect(text).toContain(label.zh);
    expect(text.match(/± 0\.\d0/g)).toHaveLength(layout.places.length);
  });

  test('the printer test page has the size of the body', async () => {
    const path = keep(`${layout.id}-test.pdf`, await printerTestPdf(layout, { madeAt: MADE_AT }));
    expect(run('pdfinfo', path)).toMatch(/242\.6\d* x 153\.0\d*/);
  });
});

test('the same face gives the same bytes', async () => {
  const [one, two] = [await cardPdf(face(), { madeAt: MADE_AT }), await cardPdf(face(), { madeAt: MADE_AT })];
  expect(Buffer.from(one).equals(Buffer.from(two))).toBe(true);
});

test('a training face says so', async () => {
  const path = keep('training.pdf', await cardPdf(face(), { madeAt: MADE_AT, training: true }));
  // The mark lies across the page, so that its letters come apart.
  expect(run('pdftotext', path, '-')).toContain('培训');
});

test('a name that does not fit, or has no glyph, is refused by line and rule before anything is printed', async () => {
  const wide = face();
  const with11 = (value: string) => ({ ...wide, lines: { ...wide.lines, name: { label: '姓名', value } } });
  const refusal = async (value: string) =>
    cardPdf(with11(value), { madeAt: MADE_AT }).then(
      () => null,
      (error) => error.toBody(),
    );
  expect(await refusal('阿卜杜热合曼·买买提明·吐尔逊·依布拉音·阿不都')).toMatchObject({
    code: 'FACE_REFUSED',
    fields: [{ field: 'name', rule: { zh: expect.stringMatching(/占 [\d.]+ 毫米,卡面只有 52\.6 毫米/) } }],
  });
  expect(await refusal('王\u{10fffd}')).toMatchObject({
    fields: [{ field: 'name', rule: { en: expect.stringContaining('no glyph') } }],
  });
});

test('a layout that leaves the body or puts one place on another does not load', () => {
  const [first, second] = bankLayout.places;
  if (first === undefined || second === undefined) throw new Error('the layout is empty');
  expect(() => defineFaceLayout({ ...bankLayout, places: [{ ...first, leftMm: 80 }] })).toThrow('leaves the card body');
  expect(() =>
    defineFaceLayout({ ...bankLayout, places: [first, { ...second, leftMm: first.leftMm, topMm: first.topMm }] }),
  ).toThrow('lies on');
});

test('the fonts hold the characters that GB 18030-2022 level 1 asks for', async () => {
  const { NOTO_FONTS, openFont } = await import('../../src/face/fonts.ts');
  const font = openFont(NOTO_FONTS.regular);
  let missing = 0;
  // Level 1: CJK Unified Ideographs 4E00–9FA5 and Extension A.
  for (const [from, to] of [
    [0x4e00, 0x9fa5],
    [0x3400, 0x4db5],
  ] as const) {
    for (let code = from; code <= to; code++) if (!font.hasGlyphForCodePoint(code)) missing += 1;
  }
  expect(missing).toBe(0);
});

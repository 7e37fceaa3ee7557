/**
 * 密码信封: PIN mailers of SAMs as a PDF, one a page. Folded in three: the address outside, the PIN inside on a ground of other
 * digits, so that light through the paper shows nothing. The PIN stands in no metadata and in no file name.
 */
import { existsSync } from 'node:fs';
import type { SecretBytes } from '@rhc/card/bytes';
import PDFDocument from 'pdfkit';
import type { Sam } from './contract/sams.ts';
import { keyServiceErrors } from './errors.ts';

export interface PinMailer {
  readonly sam: Pick<Sam, 'samSerial' | 'terminalNumber' | 'institution'>;
  readonly pin: SecretBytes;
}

export interface PinMailerOptions {
  readonly mailers: readonly PinMailer[];
  readonly printedAt: Date;
  /** A TrueType collection with `NotoSansCJKsc-Regular`. */
  readonly fontPath: string;
  /** Digits of the ground; not secret. */
  readonly random: (length: number) => Uint8Array;
}

const FONT_FAMILY = 'NotoSansCJKsc-Regular';
const [PAGE_WIDTH, PANEL_HEIGHT] = [595, 280];
const MARGIN = 56;

/** @throws PDF_FONT_MISSING */
export async function pinMailers(options: PinMailerOptions): Promise<Buffer> {
  const { mailers, printedAt, fontPath } = options;
  if (!existsSync(fontPath)) throw keyServiceErrors.make('PDF_FONT_MISSING', { detail: fontPath });
  const document = new PDFDocument({ size: 'A4', margin: 0, info: { Title: 'PIN mailer', CreationDate: printedAt } });
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('end', () => resolve(Buffer.concat(chunks)));
    document.on('error', reject);
  });
  document.registerFont('han', fontPath, FONT_FAMILY);
  document.font('han');
  for (const [index, { sam, pin }] of mailers.entries()) {
    if (index > 0) document.addPage();
    outside(document, sam, printedAt);
    folds(document);
    ground(document, options.random);
    pin.use((bytes) => sealed(document, Buffer.from(bytes).toString('latin1')));
    inside(document);
  }
  document.end();
  return done;
}

type Document = InstanceType<typeof PDFDocument>;

function outside(document: Document, sam: PinMailer['sam'], printedAt: Date): void {
  document.fontSize(16).text('密码信封 · PIN MAILER', MARGIN, 40);
  document.fontSize(10).text('仅限收件人本人拆阅;如封口破损,请勿使用并立即通知发卡机构。', MARGIN, 70);
  document.text('To be opened by the receiver only. If the seal is broken do not use it, and tell the issuer at once.');
  document.fontSize(13).text(sam.institution, MARGIN, 130);
  document.fontSize(11).text(`终端号 terminal: ${sam.terminalNumber}`, MARGIN, 160);
  document.text(`SAM 序列号 serial: ${sam.samSerial}`);
  document.text(`打印日期 printed: ${printedAt.toISOString().slice(0, 10)}`);
}

function folds(document: Document): void {
  for (const y of [PANEL_HEIGHT, 2 * PANEL_HEIGHT]) {
    document.moveTo(0, y).lineTo(PAGE_WIDTH, y).dash(4, { space: 4 }).lineWidth(0.5).stroke('#888888').undash();
    document
      .fontSize(7)
      .fillColor('#888888')
      .text('向内折叠并封口 · fold inwards and seal', MARGIN, y - 12);
  }
  document.fillColor('#000000');
}

/** The sealed area: rows of other digits in the PIN's own size, in grey. */
function ground(document: Document, random: PinMailerOptions['random']): void {
  document
    .save()
    .rect(MARGIN, PANEL_HEIGHT + 40, PAGE_WIDTH - 2 * MARGIN, 190)
    .clip();
  document.fontSize(20).fillColor('#d4d4d4');
  for (let row = 0; row < 9; row++) {
    const digits = Array.from(random(40), (byte) => String(byte % 10)).join('');
    document.text(digits, MARGIN - 6, PANEL_HEIGHT + 40 + row * 21, { lineBreak: false });
  }
  document.restore().fillColor('#000000');
}

function sealed(document: Document, pin: string): void {
  const [width, height] = [220, 56];
  const [x, y] = [(PAGE_WIDTH - width) / 2, PANEL_HEIGHT + 105];
  document.rect(x, y, width, height).fillAndStroke('#ffffff', '#000000');
  document
    .fillColor('#000000')
    .fontSize(9)
    .text('PIN', x + 10, y + 6);
  document.fontSize(26).text(pin, x, y + 14, { width, align: 'center', characterSpacing: 6, lineBreak: false });
}

function inside(document: Document): void {
  document.fontSize(10).text('首次使用时请修改 PIN;连续输错 10 次将锁定。', MARGIN, 2 * PANEL_HEIGHT + 40);
  document.text('Change the PIN at the first use. Ten wrong tries in a row block the SAM.');
  document.text('此 PIN 只打印一次,系统中不再保存。 · The PIN is printed once and kept nowhere.');
}

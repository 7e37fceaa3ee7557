/** `list`: readers, cards, ATR, kind; with `--image` the one card. */
import { cardFactorFromAtr } from '@rhc/card/apdu';
import { bytesToHex } from '@rhc/card/bytes';
import * as profile from '@rhc/card/profile';
import { lookAround, openCard } from './card-source.mjs';
import { EXIT } from './failure.mjs';

/** @param {Uint8Array} atr */
export function kindOf(atr) {
  if (atr.length === 0) return { id: 'mute', text: { zh: '无应答', en: 'no answer' } };
  if (cardFactorFromAtr(atr, profile.rhcBlank1) !== null) {
    return { id: profile.rhcBlank1.id, text: profile.rhcBlank1.text };
  }
  const hex = bytesToHex(atr);
  if (hex.startsWith('3B6D0000') && hex.endsWith(profile.rhcSam1.historicalBytesEnd)) {
    return { id: profile.rhcSam1.id, text: profile.rhcSam1.text };
  }
  return { id: 'foreign', text: { zh: '其他卡', en: 'another card' } };
}

/** @param {import('./options.mjs').Options} options @param {import('./output.mjs').Output} output */
export async function list(options, output) {
  const rows = options.image === null ? await readers() : await image(options);
  if (options.json) output.json(rows);
  else {
    output.table([
      [{ zh: '读卡器', en: 'Reader' }, { zh: '卡', en: 'Card' }, 'ATR'],
      ...rows.map(({ reader, atr, kind }) => [reader, kind?.text ?? { zh: '无卡', en: 'no card' }, atr ?? '']),
    ]);
    if (rows.length === 0)
      output.say('没有找到读卡器；请检查 USB 线与 pcscd。', 'No reader was found; check the USB cable and pcscd.');
  }
  return rows.length === 0 ? EXIT.failed : EXIT.ok;
}

async function readers() {
  const { port, cards } = await lookAround();
  await port.close();
  return [...cards].map(([reader, atr]) => row(reader, atr));
}

/** @param {import('./options.mjs').Options} options */
async function image(options) {
  const card = await openCard(options);
  await card.close();
  return [row(card.name, card.atr)];
}

/** @param {string} reader @param {Uint8Array | null} atr */
function row(reader, atr) {
  return { reader, atr: atr === null ? null : bytesToHex(atr), kind: atr === null ? null : kindOf(atr) };
}

/** Blank chips as images, and the supplier's list of them; what an image says of its chip afterwards. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCard } from '../../../virtual-card/dist/cli/card-box.js';
import { parseOptions } from '../../../virtual-card/dist/cli/options.js';

/** ATR of the national card: the factor is the first 8 of its historical bytes, behind TS, T0, TD1 and TD2. */
const FACTOR_AT = 4;

/** @typedef {{ image: string, factor: string }} Blank */

/** @param {string} folder @param {number} count @param {number} [from] serial of the first @returns {Blank[]} */
export function makeBlanks(folder, count, from = 0) {
  return Array.from({ length: count }, (_, index) => {
    const image = join(folder, `blank-${String(from + index).padStart(6, '0')}.json`);
    // Far above the serials that the readers' first cards have.
    const serial = (0x10_0000 + from + index).toString(16).padStart(12, '0');
    const options = parseOptions(['--image', image, '--serial', serial, '--transport-master', 'pilot']);
    if (options === null) throw new Error('no options');
    const { atr } = openCard(image, options).card;
    return {
      image,
      factor: Buffer.from(atr.subarray(FACTOR_AT, FACTOR_AT + 8))
        .toString('hex')
        .toUpperCase(),
    };
  });
}

/** @param {readonly Blank[]} blanks @param {string} [box] first letter of the boxes' numbers */
export const supplierList = (blanks, box = 'D') =>
  ['箱号,芯片序列号', ...blanks.map(({ factor }, index) => `${box}${Math.floor(index / 50)},${factor}`)].join('\n');

/** @param {string} image */
export function chipOf(image) {
  const options = parseOptions(['--image', image]);
  if (options === null) throw new Error('no options');
  return { state: openCard(image, options).card.state, text: readFileSync(image, 'utf8') };
}

/** The chip of an image under power, for the bureau's own machine. @param {string} image */
export function openBlank(image) {
  const options = parseOptions(['--image', image]);
  if (options === null) throw new Error('no options');
  const { card } = openCard(image, options);
  card.powerOn();
  return card;
}

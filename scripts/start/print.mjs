/** The account on the terminal: Chinese with English beside it, columns that line up although 汉字 are two cells wide. */
import { stripVTControlCharacters } from 'node:util';

const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const paint = (/** @type {string} */ code) => (/** @type {string} */ text) =>
  colour ? `\x1b[${code}m${text}\x1b[0m` : text;
export const bold = paint('1');
export const dim = paint('2');
export const green = paint('32');
export const red = paint('31');
export const yellow = paint('33');

/** Cells that a terminal gives to the text. @param {string} text */
export function cells(text) {
  let width = 0;
  for (const char of stripVTControlCharacters(text)) {
    const code = char.codePointAt(0) ?? 0;
    const wide =
      (code >= 0x1100 && code <= 0x115f) ||
      (code >= 0x2e80 && code <= 0xa4cf) ||
      (code >= 0xac00 && code <= 0xd7a3) ||
      (code >= 0xf900 && code <= 0xfaff) ||
      (code >= 0xfe30 && code <= 0xfe6f) ||
      (code >= 0xff00 && code <= 0xff60) ||
      (code >= 0x20000 && code <= 0x3ffff);
    width += wide ? 2 : 1;
  }
  return width;
}

/** @param {string} text @param {number} width */
export function pad(text, width) {
  return text + ' '.repeat(Math.max(0, width - cells(text)));
}

/** @param {string} line */
export function say(line = '') {
  process.stdout.write(`${line}\n`);
}

/** @param {string} zh @param {string} en */
export function section(zh, en) {
  say();
  say(`${bold(zh)} ${dim(en)}`);
}

/** @param {string} label @param {string} value */
export function row(label, value) {
  say(`  ${pad(label, 50)} ${value}`);
}

/** @param {boolean} held @param {string} zh @param {string} en */
export function verdict(held, zh, en) {
  say(`  ${held ? green('✓') : red('✗')} ${zh} ${dim(en)}`);
  return held;
}

/** @param {readonly (readonly string[])[]} rows */
export function table(rows, indent = 2) {
  /** @type {number[]} */
  const widths = [];
  for (const line of rows)
    line.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cells(cell));
    });
  for (const line of rows)
    say(
      ' '.repeat(indent) +
        line
          .map((cell, column) => pad(cell, widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
    );
}

/** @param {number} ms */
export function millis(ms) {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

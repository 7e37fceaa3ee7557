/** The few forms of Markdown that the manual is written in. */

/** @typedef {'zh' | 'en'} Language */

/** @param {string} cell */
const escaped = (cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
export function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** @param {string} language @param {string} body */
export const fence = (language, body) => `\`\`\`${language}\n${body}\n\`\`\``;

/** @param {string} text */
export const code = (text) => `\`${text}\``;

/** @param {string} summary @param {string} body */
export const details = (summary, body) => `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;

/** @param {readonly string[]} parts */
export const page = (parts) => `${parts.filter((part) => part !== '').join('\n\n')}\n`;

/** @param {number} value @param {number} digits */
export const hex = (value, digits) => value.toString(16).toUpperCase().padStart(digits, '0');

/** Text of a language out of a pair written in place. @param {Language} language */
export const speaker = (language) => (/** @type {string} */ zh, /** @type {string} */ en) =>
  language === 'zh' ? zh : en;

/** Tables and sentences of the tool, in one language or in both; JSON instead when asked for. */
import { bold, dim, green, red, say, table, yellow } from '../../start/print.mjs';

/** @typedef {import('@rhc/card/errors').Text} Text */

export class Output {
  /** @param {'zh' | 'en' | null} language */
  constructor(language) {
    this.language = language;
  }

  /** @param {Text} text */
  text({ zh, en }) {
    if (this.language === 'zh') return zh;
    if (this.language === 'en' || zh === en) return en;
    return `${zh} ${dim(en)}`;
  }

  /** @param {string} zh @param {string} en */
  say(zh, en) {
    say(this.text({ zh, en }));
  }

  /** @param {string} zh @param {string} en */
  section(zh, en) {
    say();
    say(bold(this.text({ zh, en })));
  }

  /** Cells are texts or plain strings. @param {readonly (readonly (string | Text)[])[]} rows */
  table(rows) {
    table(rows.map((row) => row.map((cell) => (typeof cell === 'string' ? cell : this.text(cell)))));
  }

  /** @param {'held' | 'failed' | 'unchecked'} outcome */
  mark(outcome) {
    return { held: green('✓'), failed: red('✗'), unchecked: yellow('?') }[outcome];
  }

  /** @param {unknown} value */
  json(value) {
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }
}

export { dim, say };

/** A failure as a person reads it: what happened, in Chinese and English, and the next step. */
export class StartFailure extends Error {
  /** @param {{ zh: string, en: string }} message @param {{ zh: string, en: string }} [next] @param {string} [detail] */
  constructor(message, next, detail) {
    const lines = [`${message.zh}`, `${message.en}`];
    if (next !== undefined) lines.push(`→ ${next.zh}`, `→ ${next.en}`);
    if (detail !== undefined && detail !== '') lines.push(...detail.split('\n').map((line) => `  │ ${line}`));
    super(lines.join('\n'));
    this.name = 'StartFailure';
  }
}

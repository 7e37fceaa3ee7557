/**
 * A recorded dialogue laid over a simulated card: at the same command the same status word, the same time, the same end. What
 * was redacted (contents) comes from the simulated card. Where the agent asks something else than it did then, it says so.
 */
import { readFileSync } from 'node:fs';
import { recording } from '../../reader-agent/dist/diagnostics/index.js';

/** @typedef {import('../../reader-agent/dist/diagnostics/index.js').RecordedDialogue} RecordedDialogue */
/** @typedef {{ ms: number, failure: any, answer: (real: Uint8Array) => Uint8Array | null }} Told */

/** @param {string} path @returns {RecordedDialogue[]} @throws when it is no recording */
export function readRecording(path) {
  return recording.parse(JSON.parse(readFileSync(path, 'utf8'))).dialogues;
}

export class Replay {
  #dialogue;
  #say;
  #at = 0;
  #diverged = false;
  #begun = 0;

  /** @param {RecordedDialogue} dialogue @param {(line: string) => void} say */
  constructor(dialogue, say) {
    this.#dialogue = dialogue;
    this.#say = say;
  }

  /** One recorded dialogue covers one connection; later ones run on the simulated card alone. */
  begin() {
    this.#begun += 1;
    this.#at = 0;
    if (this.#begun === 1)
      this.#say(`重放 replaying: ${this.#dialogue.exchanges.length} APDU, ${this.#dialogue.failure ?? '—'}`);
  }

  /** @param {Uint8Array} command @returns {Told | null} null: nothing was recorded for it */
  next(command) {
    if (this.#begun !== 1 || this.#diverged) return null;
    const then = this.#dialogue.exchanges[this.#at];
    if (then === undefined) return null;
    this.#at += 1;
    const header = Buffer.from(command.subarray(0, 4)).toString('hex').toUpperCase();
    if (header !== then.header || command.length !== then.commandBytes) {
      this.#diverged = true;
      this.#say(
        `第 ${this.#at} 条不同 differs at APDU ${this.#at}: ${then.header} (${then.commandBytes}) → ${header} (${command.length})`,
      );
      return null;
    }
    const last = this.#at === this.#dialogue.exchanges.length;
    return {
      ms: then.ms,
      failure: last && then.sw === null ? this.#dialogue.failure : null,
      answer: (real) => {
        const sw = Buffer.from(real.subarray(-2)).toString('hex').toUpperCase();
        if (then.sw === null || sw === then.sw) return null;
        return Uint8Array.from([
          ...real.subarray(0, Math.max(0, then.answerBytes - 2)),
          ...Buffer.from(then.sw, 'hex'),
        ]);
      },
    };
  }
}

/** Prompts on a real terminal. Hidden input is read byte by byte in raw mode and goes straight into the part's bytes. */

import { createInterface } from 'node:readline/promises';
import type { ReadStream } from 'node:tty';
import { type Desk, nibble } from './desk.ts';

const [ETX, BACKSPACE, DELETE, ENTER, NEWLINE, SPACE] = [3, 8, 127, 13, 10, 32];

export function consoleDesk(input: ReadStream, output: NodeJS.WriteStream, onCancel: () => void): Desk {
  return {
    say: (text) => void output.write(`${text}\n`),
    async ask(_name, prompt) {
      const lines = createInterface({ input, output });
      lines.once('SIGINT', onCancel);
      try {
        return (await lines.question(`${prompt} `)).trim();
      } finally {
        lines.close();
      }
    },
    async askHidden(_name, prompt, bytes) {
      for (;;) {
        output.write(`${prompt} `);
        const part = await readHidden(input, output, bytes, onCancel);
        output.write('\n');
        if (part !== null) return part;
        output.write(`须为 ${bytes * 2} 个十六进制字符,请重输。 ${bytes * 2} hex digits, please enter again.\n`);
      }
    },
    close: () => void input.pause(),
  };
}

/** A dot for each digit; null when it was not exactly the digits asked for. */
function readHidden(
  input: ReadStream,
  output: NodeJS.WriteStream,
  bytes: number,
  onCancel: () => void,
): Promise<Uint8Array | null> {
  const part = new Uint8Array(bytes);
  let digits = 0;
  let sound = true;
  input.setRawMode(true);
  input.resume();
  return new Promise((resolve) => {
    const finish = () => {
      input.off('data', take);
      input.setRawMode(false);
      input.pause();
      const whole = sound && digits === bytes * 2;
      if (!whole) part.fill(0);
      resolve(whole ? part : null);
    };
    const take = (chunk: Buffer) => {
      for (const character of chunk) {
        if (character === ETX) {
          part.fill(0);
          onCancel();
        } else if (character === ENTER || character === NEWLINE) {
          chunk.fill(0);
          finish();
          return;
        } else if ((character === BACKSPACE || character === DELETE) && digits > 0) {
          digits--;
          const at = digits >> 1;
          part[at] = digits % 2 === 0 ? 0 : (part[at] as number) & 0xf0;
          output.write('\b \b');
        } else if (character !== SPACE) {
          const value = nibble(character);
          if (value < 0 || digits >= bytes * 2) sound = false;
          else {
            const at = digits >> 1;
            part[at] = (part[at] as number) | (digits % 2 === 0 ? value << 4 : value);
            digits++;
          }
          output.write('•');
        }
      }
      chunk.fill(0);
    };
    input.on('data', take);
  });
}

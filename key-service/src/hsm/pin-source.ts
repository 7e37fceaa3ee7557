/**
 * Where the token's PIN comes from: a file of mode 0600, a systemd credential, or the keyboard. Never an argument, never a
 * variable: both stand in /proc for others to read. It goes to the workers over IPC.
 */
import { join } from 'node:path';
import { SecretBytes } from '@rhc/card/bytes';
import { keyServiceErrors } from '../errors.ts';
import { readPinFile } from './pin-file.ts';

export type PinSource = 'file' | 'credential' | 'prompt';

export interface PinRoom {
  readonly file: string;
  /** `$CREDENTIALS_DIRECTORY` of systemd (LoadCredential=, LoadCredentialEncrypted=). */
  readonly credentialsDirectory: string | undefined;
  /** Name of the credential in it. */
  readonly credential: string;
  readonly terminal: PinTerminal;
}

/** A terminal in raw mode; `process.stdin` and `process.stderr` in operation. */
export interface PinTerminal {
  readonly interactive: boolean;
  ask(text: string): Promise<Uint8Array>;
}

const MAX_PIN_BYTES = 255;

export async function readPin(source: PinSource, room: PinRoom): Promise<SecretBytes> {
  switch (source) {
    case 'file':
      return readPinFile(room.file);
    case 'credential':
      if (room.credentialsDirectory === undefined) throw keyServiceErrors.make('HSM_PIN_CREDENTIAL_MISSING');
      return readPinFile(join(room.credentialsDirectory, room.credential));
    case 'prompt': {
      if (!room.terminal.interactive) throw keyServiceErrors.make('HSM_PIN_NO_TERMINAL');
      const typed = await room.terminal.ask('令牌 PIN · Token PIN: ');
      try {
        if (typed.length === 0) throw keyServiceErrors.make('HSM_PIN_WRONG', { detail: 'empty' });
        return new SecretBytes(Uint8Array.from(typed));
      } finally {
        typed.fill(0);
      }
    }
  }
}

/** Reads keys one by one without echo. Ctrl-C gives up; Backspace takes one back. */
export function pinTerminal(input: NodeJS.ReadStream, output: NodeJS.WritableStream): PinTerminal {
  return {
    interactive: input.isTTY === true,
    ask: (text) =>
      new Promise((resolve, reject) => {
        const typed = new Uint8Array(MAX_PIN_BYTES);
        let length = 0;
        output.write(text);
        input.setRawMode(true);
        input.resume();
        const end = (settle: () => void) => {
          input.off('data', take);
          input.setRawMode(false);
          input.pause();
          output.write('\n');
          settle();
        };
        const take = (chunk: Buffer) => {
          for (const byte of chunk) {
            if (byte === 0x0d || byte === 0x0a) {
              const pin = typed.slice(0, length);
              typed.fill(0);
              return end(() => resolve(pin));
            }
            if (byte === 0x03) {
              typed.fill(0);
              return end(() => reject(keyServiceErrors.make('HSM_PIN_NO_TERMINAL', { detail: 'given up' })));
            }
            if (byte === 0x7f || byte === 0x08) length = Math.max(0, length - 1);
            else if (length < MAX_PIN_BYTES) typed[length++] = byte;
          }
          chunk.fill(0);
        };
        input.on('data', take);
      }),
  };
}

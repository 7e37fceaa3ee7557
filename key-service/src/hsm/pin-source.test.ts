import { EventEmitter } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type PinRoom, pinTerminal, readPin } from './pin-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'rhc-pin-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'hsm-pin'), '246813\n', { mode: 0o600 });

const nobody = { interactive: false, ask: () => Promise.reject(new Error('asked')) };
const room = (change: Partial<PinRoom> = {}): PinRoom => ({
  file: join(folder, 'hsm-pin'),
  credentialsDirectory: folder,
  credential: 'hsm-pin',
  terminal: nobody,
  ...change,
});
const text = async (pin: ReturnType<typeof readPin>) => (await pin).use((bytes) => Buffer.from(bytes).toString());

/** A keyboard in raw mode. */
class Keys extends EventEmitter {
  isTTY = true;
  raw: boolean[] = [];
  setRawMode(on: boolean): void {
    this.raw.push(on);
  }
  resume(): void {}
  pause(): void {}
}

describe('where the PIN comes from', () => {
  test('a file, a systemd credential', async () => {
    expect(await text(readPin('file', room()))).toBe('246813');
    expect(await text(readPin('credential', room()))).toBe('246813');
    await expect(readPin('credential', room({ credentialsDirectory: undefined }))).rejects.toMatchObject({
      code: 'HSM_PIN_CREDENTIAL_MISSING',
    });
    chmodSync(join(folder, 'hsm-pin'), 0o640);
    await expect(readPin('credential', room())).rejects.toMatchObject({ code: 'HSM_PIN_FILE_PERMISSIONS' });
    chmodSync(join(folder, 'hsm-pin'), 0o600);
  });

  test('the keyboard: no echo, Backspace, and the bytes do not stay', async () => {
    const keys = new Keys();
    const written: string[] = [];
    const output = { write: (line: string) => written.push(line) } as unknown as NodeJS.WritableStream;
    const terminal = pinTerminal(keys as unknown as NodeJS.ReadStream, output);
    const typed = readPin('prompt', room({ terminal }));
    const chunk = Buffer.from('12\u007f3456\r');
    keys.emit('data', chunk);
    expect(await text(typed)).toBe('13456');
    expect(keys.raw).toEqual([true, false]);
    expect(written.join('')).not.toMatch(/\d/);
    const givenUp = readPin('prompt', room({ terminal }));
    keys.emit('data', Buffer.of(0x03));
    await expect(givenUp).rejects.toMatchObject({ code: 'HSM_PIN_NO_TERMINAL' });
    await expect(readPin('prompt', room())).rejects.toMatchObject({ code: 'HSM_PIN_NO_TERMINAL' });
  });
});

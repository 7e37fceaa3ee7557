/** The private reader stack on the real pcscd: two empty readers, nothing on the host's network, nothing left behind. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ReaderStack, startReaderStack } from '../../scripts/reader-stack/reader-stack.mjs';

const folder = mkdtempSync(join(tmpdir(), 'rhc-stack-'));
let stacks: ReaderStack[] = [];

function listReaders(stack: ReaderStack): string {
  const env = { ...process.env, PCSCLITE_CSOCK_NAME: stack.csockName };
  return spawnSync('opensc-tool', ['-l'], { env, encoding: 'utf8' }).stdout;
}

beforeAll(async () => {
  stacks = await Promise.all(
    ['a', 'b'].map((name) =>
      startReaderStack({ socketDir: join(folder, name, 'pcscd'), logFile: join(folder, `${name}.log`) }),
    ),
  );
}, 30_000);

afterAll(async () => {
  await Promise.all(stacks.map((stack) => stack.stop()));
  expect(stacks.map((stack) => existsSync(`/proc/${stack.holderPid}`))).toEqual([false, false]);
  rmSync(folder, { recursive: true, force: true });
});

describe('reader stack', () => {
  test('two stacks side by side show two readers each to a foreign tool', () => {
    for (const stack of stacks) for (const name of stack.readerNames) expect(listReaders(stack)).toContain(name);
  });

  test('nothing listens on the network of the host', () => {
    const listening = ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFileSync(path, 'utf8')).join('\n');
    for (const port of [35963, 35964]) {
      const address = `:${port.toString(16).toUpperCase()} `;
      const lines = listening.split('\n').filter((line) => line.includes(address) && line.includes(' 0A '));
      expect(lines).toEqual([]);
    }
  });

  test('pcscd comes back on the same socket after a restart', async () => {
    const [stack] = stacks;
    if (stack === undefined) throw new Error('no stack');
    const before = stack.pcscdPid;
    await stack.restartPcscd();
    expect(stack.pcscdPid).not.toBe(before);
    expect(listReaders(stack)).toContain('Virtual PCD 00 01');
  });
});

/**
 * Holds a private reader stack for a Jest test, which cannot import ES modules with import.meta. Commands over IPC:
 * insert {slot, atr}, remove {slot}, restart, kill-pcscd, start-pcscd, stop. Each is answered by {id}.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startReaderStack } from '../../../scripts/reader-stack/reader-stack.mjs';

const folder = mkdtempSync(join(tmpdir(), 'rhc-agent-'));
const stack = await startReaderStack({ socketDir: folder, logFile: join(folder, 'pcscd.log') });
const cards = new Map();
const stub = join(import.meta.dirname, 'stub-card.mjs');

process.on('message', async ({ id, command, slot = 0, atr = '' }) => {
  if (command === 'insert') {
    const card = stack.enter([process.execPath, stub, String(stack.ports[slot]), atr], { stdio: 'inherit' });
    cards.set(slot, card);
  } else if (command === 'remove') {
    cards.get(slot)?.kill('SIGKILL');
    cards.delete(slot);
  } else if (command === 'kill-pcscd') {
    process.kill(stack.pcscdPid, 'SIGKILL');
  } else if (command === 'restart') {
    await stack.restartPcscd();
  } else if (command === 'stop') {
    await end();
  }
  process.send?.({ id });
});
process.on('disconnect', () => void end().then(() => process.exit(0)));

async function end() {
  for (const card of cards.values()) card.kill('SIGKILL');
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.send?.({ ready: true, csockName: stack.csockName, readers: stack.readerNames });

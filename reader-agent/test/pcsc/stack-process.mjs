/**
 * Holds a private reader stack for a Jest test, which cannot import ES modules with import.meta. Commands over IPC:
 * insert {slot, atr}, virtual-card {slot, words}, remove {slot}, restart, restart-without-readers, kill-pcscd,
 * freeze-pcscd, thaw-pcscd, forbid (the socket to everybody without root's privileges), allow, stop. Each is answered by {id}.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startReaderStack } from '../../../scripts/reader-stack/reader-stack.mjs';

const folder = mkdtempSync(join(tmpdir(), 'rhc-agent-'));
const stack = await startReaderStack({ socketDir: folder, logFile: join(folder, 'pcscd.log') });
const cards = new Map();
const stub = join(import.meta.dirname, 'stub-card.mjs');
const emulator = join(import.meta.dirname, '../../../virtual-card/dist/main.js');

process.on('message', async ({ id, command, slot = 0, atr = '', words = [] }) => {
  if (command === 'insert') {
    const card = stack.enter([process.execPath, stub, String(stack.ports[slot]), atr], { stdio: 'inherit' });
    cards.set(slot, card);
  } else if (command === 'virtual-card') {
    const all = [process.execPath, emulator, '--port', String(stack.ports[slot]), ...words];
    cards.set(slot, stack.enter(all, { stdio: ['ignore', 'ignore', 'ignore'] }));
  } else if (command === 'remove') {
    cards.get(slot)?.kill('SIGKILL');
    cards.delete(slot);
  } else if (command === 'kill-pcscd') {
    process.kill(stack.pcscdPid, 'SIGKILL');
  } else if (command === 'restart') {
    await stack.restartPcscd();
  } else if (command === 'restart-without-readers') {
    await stack.restartPcscd({ readers: false });
  } else if (command === 'freeze-pcscd') {
    process.kill(stack.pcscdPid, 'SIGSTOP');
  } else if (command === 'thaw-pcscd') {
    process.kill(stack.pcscdPid, 'SIGCONT');
  } else if (command === 'forbid' || command === 'allow') {
    // The folder is open to all, so that the socket's own bits decide.
    chmodSync(folder, 0o755);
    chmodSync(stack.csockName, command === 'forbid' ? 0o000 : 0o666);
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

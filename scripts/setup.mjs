/**
 * All set-up on a bare Debian machine with Node and a clone, without any dependency: `node scripts/setup.mjs [--for test]`.
 * Each part looks first whether it is needed, so a second run costs a fraction of a second.
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDebianPackages } from './setup/debian.mjs';
import { withLock } from './setup/lock.mjs';
import { SetupFailure } from './setup/progress.mjs';
import { ensureBuild, ensureNodeModules } from './setup/workspace.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const OLDEST_NODE = [20, 19];

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = OLDEST_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new SetupFailure(
    `需要 Node.js ${OLDEST_NODE.join('.')} 或更新版本，当前是 ${process.versions.node}。`,
    `Node.js ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`,
  );
}

/** @param {readonly string[]} words @returns {'start' | 'test'} */
function purposeOf(words) {
  const [option, purpose, ...more] = words;
  if (option === undefined) return 'start';
  if (option === '--for' && (purpose === 'start' || purpose === 'test') && more.length === 0) return purpose;
  throw new SetupFailure(
    '用法：node scripts/setup.mjs [--for start|test]',
    'Usage: node scripts/setup.mjs [--for start|test]',
  );
}

try {
  checkNode();
  const purpose = purposeOf(process.argv.slice(2));
  const options = { cwd: ROOT, logFile: join(ROOT, 'var/log/setup.log') };
  await withLock(join(ROOT, 'var/setup.lock'), async () => {
    await ensureDebianPackages(purpose, options);
    await ensureNodeModules(ROOT, options);
    await ensureBuild(ROOT, options);
  });
} catch (error) {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`\n✗ ${error.name === 'SetupFailure' ? error.message : (error.stack ?? error.message)}\n`);
  process.exitCode = 1;
}

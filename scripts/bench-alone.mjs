/** One benchmark in a process of its own (`bench.mjs` forks it): what another one compiled, allocated or left dirty is not its cost. */
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startReaderStack } from './reader-stack/reader-stack.mjs';
import { prepareState } from './start/state.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');

/** @param {(given: Record<string, unknown>) => Promise<unknown>} work on a reader stack of its own with virtual cards */
async function withStack(work) {
  const { dirs } = prepareState(join(ROOT, 'var/bench/state'));
  const stack = await startReaderStack({ socketDir: join(dirs.run, 'pcscd'), logFile: join(dirs.log, 'pcscd.log') });
  try {
    return await work({ stack });
  } finally {
    await stack.stop();
  }
}

process.once('message', async ({ file, options, needsStack }) => {
  const { run } = await import(pathToFileURL(join(ROOT, file)).href);
  /** @param {Record<string, unknown>} [given] not every benchmark is asynchronous: its throw must become a fault as well */
  const measured = async (given) => run({ ...options, ...given });
  const answer = await (needsStack ? withStack(measured) : measured()).then(
    (/** @type {unknown} */ rows) => ({ rows }),
    (/** @type {unknown} */ error) => ({ fault: error instanceof Error ? error.message : String(error) }),
  );
  process.send?.(answer, () => process.exit());
});

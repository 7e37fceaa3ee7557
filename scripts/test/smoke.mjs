/** What `tsc -b` made is what runs: every service's main answers --help, every exported folder loads as an ES module. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
/** @type {string[]} */
const faults = [];
let passed = 0;

for (const room of ['key-service', 'card-issuer', 'reader-agent', 'virtual-card']) {
  const answer = spawnSync(process.execPath, [join(ROOT, room, 'dist/main.js'), '--help'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  const works = answer.status === 0 && answer.stdout.length > 100;
  if (works) passed += 1;
  else faults.push(`${room}/dist/main.js --help: ${answer.status} ${answer.stderr.slice(0, 400)}`);
}

/** @type {{ workspaces: string[] }} */
const { workspaces } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
for (const room of workspaces) {
  const dist = join(ROOT, room, 'dist');
  const entries = existsSync(dist) ? readdirSync(dist, { withFileTypes: true }) : [];
  const indexes = entries.filter((entry) => entry.isDirectory()).map((entry) => join(dist, entry.name, 'index.js'));
  for (const path of [join(dist, 'index.js'), ...indexes].filter((index) => existsSync(index))) {
    try {
      const loaded = await import(pathToFileURL(path).href);
      if (loaded === null) throw new Error('nothing was exported');
      passed += 1;
    } catch (error) {
      faults.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
for (const fault of faults) console.error(`✗ ${fault}`);
console.log(`${passed} 个入口可用 · entry points work`);
process.exitCode = faults.length === 0 && passed > 0 ? 0 : 1;

/** `rhc-agent policy --origin https://his.example [--origin …] --out FOLDER`: policy files for Chrome, Edge and Firefox. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { browserPolicies } from './doctor/browser-policies.ts';

const { values } = parseArgs({
  options: { origin: { type: 'string', multiple: true }, out: { type: 'string' } },
});
const { origin: origins = [], out } = values;
if (origins.length === 0 || out === undefined) {
  process.stderr.write('rhc-agent policy --origin https://his.example [--origin …] --out FOLDER\n');
  process.exit(2);
}
try {
  for (const { path, text } of browserPolicies(origins)) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), text);
    process.stdout.write(`${join(out, path)}\n`);
  }
} catch (error) {
  process.stderr.write(`请给出完整的 https 来源 · an https origin is wanted: ${(error as Error).message}\n`);
  process.exit(2);
}

/** `npm run package [-- --out FOLDER]`: the agent as one folder and as a Debian package, in var/package. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { debianPackage } from './package/deb.mjs';
import { packageFolder } from './package/folder.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const { values } = parseArgs({ options: { out: { type: 'string', default: join(ROOT, 'var/package') } } });
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
const { version } = JSON.parse(readFileSync(join(ROOT, 'reader-agent/package.json'), 'utf8'));
const { folder, bytes } = await packageFolder({ root: ROOT, out: join(out, 'rhc-agent'), version });
console.log(`文件夹 folder: ${folder} (程序 program ${(bytes / 1e6).toFixed(1)} MB + Node)`);
console.log(`Debian: ${debianPackage({ folder, out, version })}`);
console.log('Windows: windows/ 已备好，未运行过 · prepared, never run');

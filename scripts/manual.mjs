/** `npm run manual`: writes the generated pages and transcripts; `--check` only says which ones are out of date. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './manual/generate.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const check = process.argv.includes('--check');
const { files, signatures } = await generatedFiles(ROOT);
let stale = 0;
for (const [path, text] of files) {
  const target = join(ROOT, path);
  if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
  stale += 1;
  process.stdout.write(`${check ? '过期 out of date' : '写入 written'}: ${path}\n`);
  if (check) continue;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}
if (!check) signatures.save();
if (stale === 0) process.stdout.write(`${files.size} 个文件均为最新 · ${files.size} files, all up to date\n`);
if (check && stale > 0) {
  process.stdout.write('请运行 npm run manual · run npm run manual\n');
  process.exitCode = 1;
}

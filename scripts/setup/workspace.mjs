/** `npm ci` and `tsc -b`, each only when something it depends on changed. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runShown } from './progress.mjs';

/** Stands in node_modules, which `npm ci` removes first: an interrupted install leaves no stamp. */
const STAMP = 'node_modules/.rhc-setup';
const BUILD_STAMP = 'node_modules/.rhc-build';

/** @param {string} path */
function readStamp(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** node-gyp downloads headers unless it is shown those that came with this Node. */
function installEnvironment() {
  const prefix = dirname(dirname(process.execPath));
  const env = { ...process.env };
  // Our dependencies are built here, from the registry's sources, never fetched as binaries from elsewhere.
  env.npm_config_build_from_source = 'true';
  env.npm_config_fund = 'false';
  env.npm_config_audit = 'false';
  env.npm_config_update_notifier = 'false';
  if (env.npm_config_nodedir === undefined && existsSync(join(prefix, 'include/node/node.h')))
    env.npm_config_nodedir = prefix;
  return env;
}

/** @param {string} root @param {{ logFile: string, cwd: string }} options */
export async function ensureNodeModules(root, options) {
  const hash = createHash('sha256');
  hash.update(readFileSync(join(root, 'package-lock.json')));
  hash.update(`${process.version} ${process.arch}`);
  const wanted = hash.digest('hex');
  if (readStamp(join(root, STAMP)) === wanted) return false;
  rmSync(join(root, STAMP), { force: true });
  await runShown({ zh: '安装 npm 依赖', en: 'npm ci' }, ['npm', 'ci'], { ...options, env: installEnvironment() });
  writeFileSync(join(root, STAMP), wanted);
  return true;
}

/** @param {string} folder @param {string[]} found */
function sources(folder, found) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sources(path, found);
    else if (!entry.name.endsWith('.test.ts')) found.push(path);
  }
}

/** @param {string} root */
function workspaces(root) {
  /** @type {{ workspaces: string[] }} */
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return manifest.workspaces;
}

/** Size and time of every source and configuration file. @param {string} root */
function buildFingerprint(root) {
  const files = ['tsconfig.json', 'tsconfig.base.json'].map((name) => join(root, name));
  for (const room of workspaces(root)) {
    files.push(join(root, room, 'tsconfig.json'), join(root, room, 'package.json'));
    sources(join(root, room, 'src'), files);
    sources(join(root, room, 'web'), files);
    sources(join(root, room, 'sdk'), files);
  }
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** @param {string} root @param {{ logFile: string, cwd: string }} options */
export async function ensureBuild(root, options) {
  const wanted = buildFingerprint(root);
  const built = workspaces(root).every((room) => existsSync(join(root, room, 'dist/.tsbuildinfo')));
  if (built && readStamp(join(root, BUILD_STAMP)) === wanted) return false;
  rmSync(join(root, BUILD_STAMP), { force: true });
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await runShown({ zh: '编译', en: 'tsc -b' }, [process.execPath, compiler, '-b'], options);
  const consoles = join(root, 'scripts/web/build-web.mjs');
  await runShown({ zh: '编译控制台页面', en: 'building the consoles' }, [process.execPath, consoles], options);
  const sdk = join(root, 'scripts/web/build-sdk.mjs');
  await runShown({ zh: '编译网页 SDK', en: 'building the SDK for pages' }, [process.execPath, sdk], options);
  writeFileSync(join(root, BUILD_STAMP), wanted);
  return true;
}

/**
 * Builds the web console of each room that has one (`ROOM/web/index.html`) into `ROOM/dist/web`: `node scripts/web/build-web.mjs
 * [ROOM …]`. One set of options for all: assets beside the page, nothing inline, so that the strict CSP of service-shell holds.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { antdCss } from './antd-css.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
const ROOMS = ['key-service', 'card-issuer', 'reader-agent'];
const asked = process.argv.slice(2);
const unknown = asked.filter((room) => !ROOMS.includes(room));
if (unknown.length > 0) {
  console.error(`没有这个控制台 · no such console: ${unknown.join(', ')} (${ROOMS.join(', ')})`);
  process.exit(2);
}

for (const room of asked.length > 0 ? asked : ROOMS) {
  const root = join(ROOT, room, 'web');
  if (!existsSync(join(root, 'index.html'))) continue;
  await build({
    configFile: false,
    root,
    base: './',
    plugins: [antdCss(join(ROOT, 'console-shell/src'))],
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic' } },
    resolve: { alias: { '@rhc/console-shell': join(ROOT, 'console-shell/src') } },
    build: {
      outDir: join(ROOT, room, 'dist/web'),
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: 'es2022',
      chunkSizeWarningLimit: 4096,
      rolldownOptions: {
        // antd marks each file "use client" for servers that render; here is none.
        onLog: (level, log, report) => {
          if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
        },
      },
    },
  });
  console.log(`✓ ${room}/dist/web`);
}

/** Builds the SDK for hospitals' pages (`reader-agent/sdk`) as a module and as a plain script into `reader-agent/dist/sdk`. */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOM = join(resolve(fileURLToPath(import.meta.url), '../../..'), 'reader-agent');
const shared = { bundle: true, minify: true, target: 'es2022', legalComments: /** @type {const} */ ('none') };
const banner = { js: '/* @rhc/reader-agent SDK, Apache-2.0 */' };

for (const [entry, file, format] of /** @type {const} */ ([
  ['module.ts', 'rhc-reader.mjs', 'esm'],
  ['script.ts', 'rhc-reader.js', 'iife'],
])) {
  await build({
    ...shared,
    banner,
    format,
    entryPoints: [join(ROOM, 'sdk', entry)],
    outfile: join(ROOM, 'dist/sdk', file),
  });
}
console.log('✓ reader-agent/dist/sdk');

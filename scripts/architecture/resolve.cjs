/** Tells the architecture check where `@rhc/room/folder` stands: always the source, so that no build is needed. */
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const ROOMS = [
  'hsm-config',
  'card',
  'virtual-card',
  'service-shell',
  'console-shell',
  'key-service',
  'reader-agent',
  'card-issuer',
];

const alias = {};
for (const room of ROOMS) {
  const source = join(process.cwd(), room, 'src');
  if (existsSync(source)) alias[`@rhc/${room}`] = source;
}

module.exports = { ROOMS, resolve: { alias, extensions: ['.ts', '.js', '.mjs', '.json'] } };

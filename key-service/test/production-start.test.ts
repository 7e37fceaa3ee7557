/** key-service as a process in production: each thing it refuses, by name, with the setting and the next step. */
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { ensureTokenFolder } from '../src/backup/token-folder.ts';
import { stateFolder } from '../src/ceremony-room.ts';
import { config, projectRoot, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';

jest.setTimeout(120_000);

const state = temporaryFolder();
const folder = stateFolder(state);
const production = {
  RHC_KEY_SERVICE_PRODUCTION: 'true',
  RHC_KEY_SERVICE_CEREMONY: 'generation',
  RHC_KEY_SERVICE_ALLOW_SOFT_TOKEN: 'softhsm2',
  RHC_KEY_SERVICE_TLS: 'true',
  RHC_KEY_SERVICE_PORT: '0',
  RHC_KEY_SERVICE_TOKEN_LABEL: TOKEN_LABEL,
  RHC_KEY_SERVICE_PIN_FILE: folder.pinFile,
  RHC_KEY_SERVICE_DATABASE: folder.database,
  RHC_KEY_SERVICE_AUDIT_FOLDER: join(state, 'audit'),
  RHC_KEY_SERVICE_WORKERS: '1',
  SOFTHSM2_CONF: folder.softHsmConf,
};

/** What a start without the settings of `but` says, and how it ends. */
function start(but: Readonly<Record<string, string | undefined>>) {
  const env = Object.fromEntries(
    Object.entries({ PATH: process.env.PATH, ...production, ...but }).filter(([, value]) => value !== undefined),
  );
  const program = join(projectRoot, 'key-service/dist/main.js');
  return spawnSync(process.execPath, [program], { env, encoding: 'utf8', timeout: 60_000 });
}

beforeAll(() => ensureTokenFolder({ config, folder, tokenLabel: TOKEN_LABEL, workerPath }), 60_000);
afterAll(() => rmSync(state, { recursive: true, force: true }));

test.each([
  [
    'public pilot keys',
    { RHC_KEY_SERVICE_CEREMONY: 'pilot' },
    'CEREMONY_REFUSED_IN_PRODUCTION',
    'RHC_KEY_SERVICE_CEREMONY',
  ],
  [
    'a soft token that is not named',
    { RHC_KEY_SERVICE_ALLOW_SOFT_TOKEN: undefined },
    'SOFT_TOKEN_REFUSED_IN_PRODUCTION',
    'RHC_KEY_SERVICE_ALLOW_SOFT_TOKEN',
  ],
  ['no TLS', { RHC_KEY_SERVICE_TLS: undefined }, 'TLS_REQUIRED', 'RHC_KEY_SERVICE_TLS'],
  [
    'plain HTTP for the whole network',
    {
      RHC_KEY_SERVICE_TLS: undefined,
      RHC_KEY_SERVICE_ALLOW_PLAIN_HTTP: 'loopback',
      RHC_KEY_SERVICE_HOST: '0.0.0.0',
    },
    'TLS_REQUIRED',
    'RHC_KEY_SERVICE_ALLOW_PLAIN_HTTP',
  ],
  [
    'demonstration operators',
    { RHC_KEY_SERVICE_DEMO_OPERATORS: join(state, 'demo') },
    'DEMONSTRATION_REFUSED_IN_PRODUCTION',
    'RHC_KEY_SERVICE_DEMO_OPERATORS',
  ],
  ['a setting that is no number', { RHC_KEY_SERVICE_WORKERS: 'two' }, 'SETTING_INVALID', 'RHC_KEY_SERVICE_WORKERS'],
  ['a token without a roster of approvers', {}, 'ROSTER_MISSING', 'npm run roster'],
] as const)('%s', (_what, but, code, named) => {
  const { status, stderr } = start(but);
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(`[${code}]`) });
  expect(stderr).toContain(named);
  expect(stderr).toMatch(/^→ .*[\u4e00-\u9fff].*[a-z]/m);
});

test('a PIN file that others may read is refused before the token is opened, and its PIN is in no line', () => {
  const pin = spawnSync('cat', [folder.pinFile], { encoding: 'utf8' }).stdout.trim();
  chmodSync(folder.pinFile, 0o644);
  try {
    const { status, stdout, stderr } = start({});
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('[HSM_PIN_FILE_PERMISSIONS]') });
    expect(stderr).toContain(`${folder.pinFile}: 现为 0644`);
    expect(pin).toMatch(/^[0-9a-f]{24}$/);
    expect(stdout + stderr).not.toContain(pin);
  } finally {
    chmodSync(folder.pinFile, 0o600);
  }
});

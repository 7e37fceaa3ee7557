/** The built program in production: it refuses with sentences that name the settings, and says no secret. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';

const room = mkdtempSync(join(tmpdir(), 'rhc-production-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const start = (program: string, env: Record<string, string>) =>
  spawnSync(process.execPath, [program], {
    encoding: 'utf8',
    timeout: 30_000,
    env: {
      PATH: process.env.PATH,
      RHC_READER_AGENT_PRODUCTION: 'true',
      RHC_READER_AGENT_LOG_LEVEL: 'silent',
      RHC_READER_AGENT_STATE_FOLDER: join(room, 'state'),
      RHC_AGENT_TOKEN_FILE: join(room, 'state/token'),
      ...env,
    },
  });

test('with the defaults and the pilot’s PIN: every setting at fault is named, nothing is made', () => {
  const pin = join(room, 'sam.pin');
  writeFileSync(pin, '123456\n', { mode: 0o600 });
  const { status, stderr } = start('reader-agent/dist/main.js', {
    RHC_READER_AGENT_SAM_PIN_FILE: pin,
    PCSCLITE_CSOCK_NAME: '/tmp/none.comm',
  });
  expect(status).toBe(1);
  for (const name of [
    'RHC_READER_AGENT_TLS_FOLDER',
    'RHC_KEY_SERVICE_URL',
    'RHC_ISSUER_URL',
    'RHC_READER_AGENT_HOTLIST_KEY_FILE',
    'RHC_READER_AGENT_VISIT_TRUST_ROOT_FILE',
    'RHC_READER_AGENT_SAM_PIN_FILE',
    'PCSCLITE_CSOCK_NAME',
  ])
    expect(stderr).toContain(`· ${name}:`);
  expect(stderr).toContain('INSECURE_IN_PRODUCTION');
  expect(stderr).not.toContain('123456');
  expect(existsSync(join(room, 'state'))).toBe(false);
});

test('with safe settings it comes as far as the certificate that it has not got', () => {
  const key = join(room, 'public.key');
  writeFileSync(key, 'AB'.repeat(64));
  const { status, stderr } = start('reader-agent/dist/main.js', {
    RHC_READER_AGENT_TLS_FOLDER: join(room, 'tls'),
    RHC_KEY_SERVICE_URL: 'https://127.0.0.1:1',
    RHC_ISSUER_URL: 'https://127.0.0.1:1',
    RHC_READER_AGENT_HOTLIST_KEY_FILE: key,
    RHC_READER_AGENT_VISIT_TRUST_ROOT_FILE: key,
  });
  expect([status, stderr]).toEqual([1, expect.stringContaining('TLS_FILES_INVALID')]);
  expect(stderr).toContain('enrol with a one-time code first');
});

test('the simulator does not run', () => {
  const { status, stderr } = start('scripts/simulator.mjs', {});
  expect([status, stderr]).toEqual([1, expect.stringContaining('SIMULATOR_IN_PRODUCTION')]);
});

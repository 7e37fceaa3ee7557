/** Each fault that the doctor knows, tried one by one on a machine that is otherwise well. */
import { describe, expect, test } from '@jest/globals';
import { browserPolicies } from './browser-policies.ts';
import { examine, type Machine, type RunningAgent } from './checks.ts';

const NOW = Date.UTC(2026, 10, 25);
const ORIGIN = 'https://his.example';
const agentWith = (audit: NonNullable<RunningAgent['audit']>): RunningAgent => ({
  ...{ service: 'reader-agent', readers: 1, pcsc: 'running' },
  audit,
});
const auditThat = (audit: Partial<NonNullable<RunningAgent['audit']>>): Partial<Machine> => ({
  whoListens: async () => agentWith({ waiting: 3, damaged: false, failing: false, upload: 'idle', ...audit }),
});
const well: Machine = {
  platform: 'linux',
  pcscSocket: '/run/pcscd/pcscd.comm',
  stateFolder: '/state',
  tokenFile: '/state/token',
  port: 8103,
  pairingOrigins: [ORIGIN],
  services: [{ name: { zh: '密钥服务', en: 'key-service' }, url: 'http://keys' }],
  connects: async () => 'yes',
  mode: (path) => (path.endsWith('token') ? 0o100600 : 0o40700),
  writable: () => true,
  freeBytes: () => 1e12,
  whoListens: async () => agentWith({ waiting: 0, damaged: false, failing: false, upload: 'idle' }),
  fetchHead: async () => ({ dateMs: NOW }),
  browserPolicy: () => [ORIGIN],
  now: () => NOW,
};

test('a desk that is well', async () => {
  const findings = await examine(well);
  expect(findings.map(({ id, state, next }) => [id, state, next])).toEqual(
    [
      'reader-service',
      'port',
      'readers',
      'permissions',
      'disk',
      'network http://keys',
      'clock',
      'audit',
      'browser-policy',
    ].map((id) => [id, 'good', null]),
  );
});

describe('faults', () => {
  test.each<[string, Partial<Machine>, string, string, RegExp]>([
    ['pcscd is stopped', { connects: async () => 'absent' }, 'reader-service', 'bad', /systemctl enable --now pcscd/],
    ['pcscd refuses', { connects: async () => 'refused' }, 'reader-service', 'bad', /pcscd/],
    ['polkit forbids', { connects: async () => 'forbidden' }, 'reader-service', 'bad', /polkit/],
    ['Windows', { platform: 'win32' }, 'reader-service', 'warn', /SCardSvr/],
    ['the agent does not run', { whoListens: async () => 'nobody' }, 'port', 'warn', /systemctl --user start/],
    ['another program has the port', { whoListens: async () => 'stranger' }, 'port', 'bad', /端口/],
    [
      'no reader',
      { whoListens: async () => ({ service: 'reader-agent', readers: 0, pcsc: 'running' }) },
      'readers',
      'bad',
      /USB/,
    ],
    ['no state yet', { mode: () => null }, 'permissions', 'warn', /首次启动/],
    ['a folder that cannot be written', { writable: () => false }, 'permissions', 'bad', /当前用户/],
    ['a token that others read', { mode: () => 0o100644 }, 'permissions', 'bad', /chmod 600/],
    ['an audit that cannot be written', auditThat({ failing: true }), 'audit', 'bad', /磁盘/],
    ['an altered audit', auditThat({ damaged: true }), 'audit', 'bad', /本机审计/],
    ['an audit that key-service refuses', auditThat({ upload: 'refused' }), 'audit', 'bad', /RHC_READER_AGENT_ID/],
    ['an audit with a gap', auditThat({ upload: 'gap' }), 'audit', 'bad', /本机审计/],
    ['an audit that waits', auditThat({ upload: 'waiting' }), 'audit', 'warn', /本机审计/],
    ['a full disk', { freeBytes: () => 1e6 }, 'disk', 'bad', /清理/],
    ['no network', { fetchHead: async () => null }, 'network http://keys', 'bad', /防火墙/],
    [
      'a clock two minutes late',
      { fetchHead: async () => ({ dateMs: NOW + 120_000 }) },
      'clock',
      'warn',
      /timedatectl/,
    ],
    ['a clock a day early', { fetchHead: async () => ({ dateMs: NOW - 86_400_000 }) }, 'clock', 'bad', /timedatectl/],
    ['no browser policy', { browserPolicy: () => null }, 'browser-policy', 'warn', /rhc-agent policy/],
    ['a policy for others', { browserPolicy: () => ['https://other'] }, 'browser-policy', 'warn', /rhc-agent policy/],
  ])('%s', async (_name, fault, id, state, next) => {
    const found = (await examine({ ...well, ...fault })).find((each) => each.id === id);
    expect(found).toMatchObject({ state, next: { zh: expect.stringMatching(next), en: expect.any(String) } });
  });
});

describe('browser policies', () => {
  test('each browser gets the origins in its own words', () => {
    const files = Object.fromEntries(
      browserPolicies([ORIGIN, 'https://pacs.example:8443']).map(({ path, text }) => [path, text]),
    );
    expect(JSON.parse(files['linux/etc/opt/chrome/policies/managed/rhc-agent.json'] ?? '')).toEqual({
      LocalNetworkAccessAllowedForUrls: [ORIGIN, 'https://pacs.example:8443'],
      LoopbackNetworkAllowedForUrls: [ORIGIN, 'https://pacs.example:8443'],
    });
    expect(JSON.parse(files['linux/etc/firefox/policies/policies.json'] ?? '').policies.LocalNetworkAccess).toEqual({
      Enabled: true,
      SkipDomains: ['his.example', 'pacs.example'],
    });
    expect(files['windows/edge.reg']).toContain(
      'Microsoft\\Edge\\LoopbackNetworkAllowedForUrls]\r\n"1"="https://his.example"',
    );
  });
  test.each(['http://his.example', 'https://his.example/', 'his.example', '*'])('%s is refused', (origin) => {
    expect(() => browserPolicies([origin])).toThrow(RangeError);
  });
});

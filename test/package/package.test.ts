/**
 * The Debian package: installed into a tree of its own, the packaged agent sees real pcscd's readers with its own Node and
 * addon and serves its pages; taken away again, not one file is left. Only with dpkg.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ATR_A, type Stack, startStack } from '../../reader-agent/test/pcsc/stack.ts';

const LONG_MS = 180_000;
const folder = mkdtempSync(join(tmpdir(), 'rhc-package-'));
const system = join(folder, 'system');
const home = join(folder, 'home');
const state = join(home, '.local/state/rhc-agent');
const program = join(system, 'opt/rhc-agent/bin/rhc-agent');
let stack: Stack;
let agent: ChildProcess | null = null;

const files = (of: string): string[] => readdirSync(of, { recursive: true, encoding: 'utf8' }).sort();
const dpkg = (...words: string[]) => {
  const done = spawnSync('dpkg', [`--root=${system}`, '--force-depends', '--force-not-root', ...words], {
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`dpkg ${words.join(' ')}: ${done.stderr}`);
};
const environment = (more: Record<string, string> = {}) => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  RHC_READER_AGENT_PORT: '18197',
  RHC_READER_AGENT_ISSUER_CHANNEL: 'false',
  PCSCLITE_CSOCK_NAME: stack.csockName,
  ...more,
});
const run = (...words: string[]) => spawnSync(program, words, { encoding: 'utf8', env: environment() });

beforeAll(async () => {
  stack = await startStack();
  await stack.command('insert', { slot: 0, atr: ATR_A });
  const made = spawnSync(process.execPath, ['scripts/package.mjs', '--out', folder], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  mkdirSync(join(system, 'var/lib/dpkg/info'), { recursive: true });
  for (const path of ['status', 'available']) writeFileSync(join(system, 'var/lib/dpkg', path), '');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  writeFileSync(join(state, 'key-service.token'), 'ab'.repeat(32), { mode: 0o600 });
}, LONG_MS);
afterAll(async () => {
  agent?.kill('SIGKILL');
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
}, LONG_MS);

test(
  'installed, run, looked at, taken away: nothing is left',
  async () => {
    // What dpkg itself keeps in an empty system.
    dpkg('--configure', '-a');
    const before = files(system).filter((path) => !path.startsWith('var'));
    const deb = readdirSync(folder).find((name) => name.endsWith('.deb')) ?? '';
    dpkg('-i', join(folder, deb));
    expect(existsSync(join(system, 'usr/lib/systemd/user/rhc-agent.service'))).toBe(true);
    const started = performance.now();
    agent = spawn(program, [], { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
    const url = 'http://127.0.0.1:18197';
    const status = await until(async () => {
      const answer = await fetch(`${url}/v1/status`);
      return (await answer.json()) as { ready: boolean; readers: number; cards: number };
    });
    const coldStartMs = Math.round(performance.now() - started);
    process.stdout.write(`冷启动 cold start: ${coldStartMs} ms\n`);
    expect(status).toMatchObject({ service: 'reader-agent' });
    await until(async () => {
      const { readers, cards } = (await (await fetch(`${url}/v1/status`)).json()) as { readers: number; cards: number };
      if (readers !== 2 || cards !== 1) throw new Error(`${readers} readers, ${cards} cards`);
    });
    expect(await (await fetch(`${url}/`)).text()).toContain('id="root"');
    // Its own Node and its own addon, none of this repository's.
    const opened = readFileSync(`/proc/${agent.pid}/maps`, 'utf8');
    expect(opened).toContain(join(system, 'opt/rhc-agent/node/node'));
    expect(run('--version').stdout).toBe('0.1.0\n');
    expect(run('--help').stdout).toContain('RHC_READER_AGENT_PORT');
    const doctor = run('doctor', '--json');
    const findings = JSON.parse(doctor.stdout) as { id: string; state: string }[];
    expect(findings.filter(({ id }) => ['reader-service', 'port', 'readers', 'permissions'].includes(id))).toEqual(
      ['reader-service', 'port', 'readers', 'permissions'].map((id) => expect.objectContaining({ id, state: 'good' })),
    );
    expect(run('policy', '--origin', 'https://his.example', '--out', join(folder, 'policies')).status).toBe(0);
    expect(files(join(folder, 'policies'))).toContain('linux/etc/opt/chrome/policies/managed/rhc-agent.json');
    const ended = new Promise((resolve) => agent?.once('exit', resolve));
    agent.kill('SIGTERM');
    await ended;
    expect(run('forget').status).toBe(0);
    dpkg('--purge', 'rhc-agent');
    expect(files(system).filter((path) => !path.startsWith('var'))).toEqual(before);
    expect(files(home).filter((path) => path.includes('rhc-agent'))).toEqual([]);
  },
  LONG_MS,
);

test('for Windows, prepared and never run there: the same settings as the launcher, no path that is not in the folder', () => {
  const packaged = join(folder, 'rhc-agent');
  const launcher = readFileSync(join(packaged, 'bin/rhc-agent'), 'utf8');
  const settings = [...launcher.matchAll(/^export (\w+)=/gm)].map(([, name]) => name);
  expect(settings).toHaveLength(5);
  const scripts = readdirSync(join(packaged, 'windows'));
  expect(scripts.sort()).toEqual(['install-autostart.ps1', 'rhc-agent-service.xml', 'rhc-agent.cmd', 'uninstall.ps1']);
  for (const name of scripts) {
    const text = readFileSync(join(packaged, 'windows', name), 'utf8');
    expect(text).toContain('Prepared, never run on Windows');
    if (/\.(cmd|xml)$/.test(name)) {
      for (const setting of settings) expect([name, text]).toEqual([name, expect.stringContaining(`${setting}`)]);
      expect(text).toContain('..\\node\\node.exe');
    }
    for (const [, program] of text.matchAll(/\b([a-z-]+\.js)\b/g))
      expect(files(join(packaged, 'app'))).toContain(program);
    for (const [, script] of text.matchAll(/'([a-z-]+\.cmd)'/g)) expect(scripts).toContain(script);
  }
});

async function until<T>(look: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + 60_000; ; ) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** The machine that the doctor looks at, by Node. */
import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { DEFAULT_PCSC_SOCKET } from '../pcsc/messages.ts';
import type { Machine, RunningAgent } from './checks.ts';

const DEADLINE_MS = 3000;
/** Where Chrome, Chromium and Edge look for managed policies on Linux; Firefox has one file. */
const POLICY_FOLDERS = [
  '/etc/opt/chrome/policies/managed',
  '/etc/chromium/policies/managed',
  '/etc/opt/edge/policies/managed',
];
const POLICY_NAMES = ['LoopbackNetworkAllowedForUrls', 'LocalNetworkAccessAllowedForUrls'];

export interface MachineSettings {
  readonly pcscSocket: string | undefined;
  readonly stateFolder: string;
  readonly agentTokenFile: string;
  readonly port: number;
  readonly pairingOrigins: readonly string[];
  readonly keyServiceUrl: string;
  readonly issuerUrl: string;
  readonly issuerChannel: boolean;
}

export function thisMachine(settings: MachineSettings): Machine {
  const { platform } = process;
  return {
    platform: platform === 'linux' || platform === 'win32' ? platform : 'other',
    pcscSocket: settings.pcscSocket ?? DEFAULT_PCSC_SOCKET,
    stateFolder: settings.stateFolder,
    tokenFile: settings.agentTokenFile,
    port: settings.port,
    pairingOrigins: settings.pairingOrigins,
    services: [
      { name: { zh: '密钥服务', en: 'key-service' }, url: `${settings.keyServiceUrl}/healthz` },
      ...(settings.issuerChannel
        ? [{ name: { zh: '发卡系统', en: 'card-issuer' }, url: `${settings.issuerUrl}/healthz` }]
        : []),
    ],
    connects,
    mode: (path) => statSync(path, { throwIfNoEntry: false })?.mode ?? null,
    writable,
    freeBytes,
    whoListens,
    fetchHead,
    browserPolicy,
    now: () => Date.now(),
  };
}

const connects: Machine['connects'] = (path) =>
  new Promise((resolve) => {
    const socket = createConnection(path);
    socket.setTimeout(DEADLINE_MS, () => resolve('refused'));
    socket.once('connect', () => {
      socket.destroy();
      resolve('yes');
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ENOENT') resolve('absent');
      else resolve(code === 'EACCES' || code === 'EPERM' ? 'forbidden' : 'refused');
    });
  });

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function freeBytes(folder: string): number | null {
  let place = folder;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  try {
    const { bavail, bsize } = statfsSync(place);
    return bavail * bsize;
  } catch {
    return null;
  }
}

const whoListens: Machine['whoListens'] = async (port) => {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/status`, { signal: AbortSignal.timeout(DEADLINE_MS) });
    const body = (await answer.json()) as {
      service?: string;
      readers?: number;
      pcsc?: { state?: string };
      audit?: RunningAgent['audit'];
    };
    if (body.service !== 'reader-agent') return 'stranger';
    return {
      service: body.service,
      readers: body.readers ?? 0,
      pcsc: body.pcsc?.state ?? '',
      audit: body.audit ?? null,
    };
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return cause?.code === 'ECONNREFUSED' ? 'nobody' : 'stranger';
  }
};

const fetchHead: Machine['fetchHead'] = async (url) => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) });
    const date = answer.headers.get('date');
    return { dateMs: date === null ? null : Date.parse(date) };
  } catch {
    return null;
  }
};

function browserPolicy(): readonly string[] | null {
  const files = POLICY_FOLDERS.flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => name.endsWith('.json'))
          .map((name) => join(folder, name))
      : [],
  );
  const origins = files.flatMap((file) => {
    try {
      const policy = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      return POLICY_NAMES.flatMap((name) => (Array.isArray(policy[name]) ? (policy[name] as string[]) : []));
    } catch {
      return [];
    }
  });
  return origins.length === 0 ? null : [...new Set(origins)];
}

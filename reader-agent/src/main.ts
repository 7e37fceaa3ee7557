/** Main of reader-agent: settings, the machine's parts, loopback only. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hexToBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { rhcBlank1 } from '@rhc/card/profile';
import { KeyServiceClient, terminalKeysOver } from '@rhc/key-service/client';
import {
  createLogger,
  ensureTokenFile,
  listen,
  loadSettings,
  readSecretFile,
  settingsHelp,
  startService,
} from '@rhc/service-shell';
import { createAgent } from './app.ts';
import { diskChain, LocalAudit } from './audit/index.ts';
import { ClockCheck, comparingFetch } from './clock/index.ts';
import type { KeyPolicy } from './contract/index.ts';
import { sessionOpener } from './core/open-session.ts';
import { agentIdentity } from './enrolment/index.ts';
import { openEventQueue } from './event-queue/index.ts';
import { HotlistDesk, hotlistOver } from './hotlist/index.ts';
import { API_VERSION, serveEventSocket } from './http/index.ts';
import { listenOnFirst, OTHER_PORTS } from './http/ports.ts';
import { issuerCalls } from './issuer-calls.ts';
import { wsDial } from './issuer-channel/index.ts';
import { openJournal } from './journal/index.ts';
import { lastLogLines, RollingLog } from './log-file.ts';
import { DEFAULT_LIMITS, forkPcscChild, SupervisedPort, systemTimers } from './pcsc/index.ts';
import { PILOT_PIN, requireProductionReady } from './production.ts';
import { agentSettings } from './settings.ts';
import { isSignedBy, signingKeyIn } from './signing-key.ts';
import { bytesFile, textFile } from './text-file.ts';
import { textAt, UpdateCheck } from './updates/index.ts';

const HOTLIST_RENEWAL_MS = 10 * 60_000;
/** While there is none, or it could not be fetched. */
const HOTLIST_RETRY_MS = 30_000;
const HEALTH_TIMEOUT_MS = 5_000;
const VERSION = '0.1.0';
const configFlag = process.argv.indexOf('--config');
const configFile = configFlag === -1 ? undefined : process.argv[configFlag + 1];

if (process.argv.includes('--help')) {
  process.stdout.write(settingsHelp('reader-agent', agentSettings));
  process.exit(0);
}

await startService(createLogger('reader-agent', process.env.RHC_READER_AGENT_LOG_LEVEL ?? 'info'), async () => {
  const settings = loadSettings(agentSettings, { env: process.env, file: configFile });
  if (settings.production) {
    const pilotPin = pinReader(settings.samPinFile)() === PILOT_PIN;
    requireProductionReady({ ...settings, pilotPin }, settings.allowInProduction);
  }
  const { logFolder } = settings;
  const logFile = logFolder === undefined ? undefined : new RollingLog(logFolder, () => new Date());
  const logger = createLogger('reader-agent', settings.logLevel, logFile);
  mkdirSync(dirname(settings.agentTokenFile), { recursive: true, mode: 0o700 });
  ensureTokenFile(settings.agentTokenFile);
  const token = readSecretFile(settings.agentTokenFile);
  const tokenText = () => token.use((bytes) => new TextDecoder().decode(bytes));
  const member = await agentIdentity(settings, () => new Date(), logger);
  const keyServiceToken = member === null ? readSecretFile(settings.keyServiceTokenFile) : null;
  const env =
    settings.pcscSocket === undefined ? process.env : { ...process.env, PCSCLITE_CSOCK_NAME: settings.pcscSocket };
  const port = new SupervisedPort({
    spawn: () => forkPcscChild({ childPath: fileURLToPath(new URL('./pcsc/child.js', import.meta.url)), env }),
    timers: systemTimers,
    limits: { ...DEFAULT_LIMITS, heartbeatMs: settings.heartbeatMs, transmitDeadlineMs: settings.transmitDeadlineMs },
    readerReturnMs: 5000,
  });
  const hotlistKey = signingKeyIn(settings.hotlistKeyFile);
  const hotlist =
    hotlistKey === null
      ? null
      : new HotlistDesk({
          place: bytesFile(join(settings.stateFolder, 'hotlist.bin')),
          verify: (_keyId, body, signature) => isSignedBy(hotlistKey, body, signature),
          source: hotlistOver(settings.issuerUrl, tokenText, member?.fetch),
          now: () => new Date(),
          stopHours: settings.hotlistStopHours,
        });
  const now = () => new Date();
  const clockCheck = new ClockCheck({
    now,
    toleranceSeconds: settings.clockToleranceSeconds,
    signedTimeMs: () => hotlist?.madeAtMs() ?? null,
  });
  const send = member?.fetch ?? fetch;
  const keyService = new KeyServiceClient({
    baseUrl: settings.keyServiceUrl,
    terminal: settings.agentId,
    ...(keyServiceToken === null
      ? {}
      : { token: () => keyServiceToken.use((bytes) => new TextDecoder().decode(bytes)) }),
    fetch: comparingFetch(send, 'key-service', clockCheck, now),
  });
  const health = new URL('/healthz', settings.keyServiceUrl);
  const askHealth = comparingFetch(send, 'key-service', clockCheck, now);
  const keyServiceAnswers = async (): Promise<boolean> =>
    (await askHealth(health, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) })).ok;
  const updateKey = signingKeyIn(settings.updateKeyFile);
  const updateCheck =
    settings.updateUrl === undefined || updateKey === null
      ? null
      : new UpdateCheck({
          version: VERSION,
          fetchText: textAt(settings.updateUrl),
          verify: (text, signature) => isSignedBy(updateKey, text, signature),
          timers: systemTimers,
          now,
        });
  const agent = createAgent({
    agentId: settings.agentId,
    version: VERSION,
    port,
    timers: systemTimers,
    product: rhcBlank1,
    leaseMs: settings.leaseMs,
    keys: terminalKeysOver(keyService),
    keyServiceAnswers,
    audit: new LocalAudit({
      place: diskChain(join(settings.stateFolder, 'audit.jsonl')),
      now: () => new Date(),
      random: (length) => new Uint8Array(randomBytes(length)),
    }),
    tellSam: (samSerial, report) => keyService.samContact(samSerial, report),
    sendAudit: (batch) => keyService.agentAudit(batch),
    openSession: sessionOpener((length) => new Uint8Array(randomBytes(length))),
    clock: () => performance.now(),
    clockCheck,
    journal: openJournal(join(settings.stateFolder, 'journal'), join(settings.stateFolder, 'journal.key')),
    now: () => new Date(),
    newId: randomUUID,
    keyPolicy: settings.keyPolicy as KeyPolicy,
    samPin: pinReader(settings.samPinFile),
    deskProfilePlace: textFile(join(settings.stateFolder, 'desk-profile.json')),
    ...(hotlist === null ? {} : { hotlist }),
    issuerCalls: {
      call: issuerCalls({
        baseUrl: settings.issuerUrl,
        token: tokenText,
        fetch: comparingFetch(send, 'card-issuer', clockCheck, now),
      }),
      queue: openEventQueue(join(settings.stateFolder, 'event-queue'), join(settings.stateFolder, 'journal.key')),
      mailbox: settings.mailbox,
    },
    signer: null,
    visitTrust: { verifier: nodeCrypto, rootPublicKey: rootKeyIn(settings.visitTrustRootFile) },
    token,
    grantPlace: textFile(join(settings.stateFolder, 'paired-pages.json')),
    pairingOrigins: settings.pairingOrigins,
    random: (length) => new Uint8Array(randomBytes(length)),
    sdkFile: (name) => textFile(fileURLToPath(new URL(`./sdk/${name}`, import.meta.url))).read(),
    logger,
    settingsView: () => settings,
    machineView,
    logLines: () => (logFolder === undefined ? [] : lastLogLines(logFolder)),
    ...(updateCheck === null ? {} : { updateCheck }),
    webRoot: fileURLToPath(new URL('./web', import.meta.url)),
    ...(settings.issuerChannel
      ? {
          issuer: {
            url: `${settings.issuerUrl.replace(/^http/, 'ws').replace(/\/$/, '')}/v1/agent`,
            token,
            dial: wsDial(
              systemTimers,
              { handshakeMs: 10_000, pingMs: 20_000, maxMessageBytes: 8 * 1024 * 1024 },
              member?.identity,
            ),
            spread: Math.random,
          },
        }
      : {}),
  });
  const closers: (() => void)[] = [];
  if (hotlist !== null) {
    let renewal: NodeJS.Timeout | undefined;
    const renew = async (): Promise<void> => {
      await hotlist.refresh();
      const { version, error } = hotlist.state();
      renewal = setTimeout(
        () => void renew(),
        version === null || error !== null ? HOTLIST_RETRY_MS : HOTLIST_RENEWAL_MS,
      );
    };
    void renew();
    closers.push(() => clearTimeout(renewal));
  }
  if (member !== null) {
    member.follow(() => undefined);
    closers.push(() => member.stop());
  }
  const { audience, authenticate, allowedOrigins, onRefused } = agent;
  const socketOptions = { audience, authenticate, allowedOrigins, onRefused, maxSockets: 32 };
  const portFile = join(settings.stateFolder, 'port.json');
  const running = await listenOnFirst(
    settings.portFallback ? [settings.port, ...OTHER_PORTS] : [settings.port],
    (port) =>
      listen(agent.app, {
        host: '127.0.0.1',
        port,
        onStop: async () => {
          rmSync(portFile, { force: true });
          for (const close of closers) close();
          await agent.close();
        },
      }),
  );
  // Programs of this machine find the agent by it; pages cannot read files and try the ports that it may have.
  textFile(portFile).write(`${JSON.stringify({ port: running.port, pid: process.pid, api: API_VERSION })}\n`);
  closers.push(serveEventSocket(running.server, socketOptions));
  // Programs that say `localhost` may mean ::1; machines without IPv6 do without.
  const answer = agent.app.callback();
  const second = createServer((request, response) => void answer(request, response));
  second.once('error', (error) => logger.info({ err: error }, 'no ::1 on this machine'));
  second.listen(running.port, '::1', () => {
    closers.push(serveEventSocket(second, socketOptions));
    closers.push(() => {
      second.close();
      second.closeAllConnections();
    });
  });
  return running;
});

function pinReader(path: string | undefined): () => string | null {
  if (path === undefined) return () => null;
  return () => readSecretFile(path).use((bytes) => new TextDecoder().decode(bytes));
}

/** Certificates under it name their suite themselves. */
function rootKeyIn(path: string | undefined): Uint8Array | null {
  if (path === undefined) return null;
  const key = hexToBytes(readFileSync(path, 'utf8').trim().toUpperCase());
  if (key.length !== 64) throw new RangeError(`${path}: ${key.length} bytes, a root public key has 64`);
  return key;
}

function machineView() {
  const { node, v8 } = process.versions;
  const { rss, heapUsed } = process.memoryUsage();
  const { platform, arch } = process;
  return {
    node,
    v8,
    platform,
    arch,
    rss,
    heapUsed,
    uptimeS: Math.round(process.uptime()),
    now: new Date().toISOString(),
  };
}

/**
 * `npm run simulator`: the real agent with cards and readers in process, for developers of hospital programs who have neither.
 * Same API, same pages, pairing included; every answer, event and page carries a mark. Ctrl-C ends it; nothing else is needed.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const USAGE = `npm run simulator -- [--port 8103] [--card healthy] [--link none] [--factor 1] [--replay FILE] [--state FOLDER]
模拟读卡程序：不需要读卡器和卡 · the agent without reader or card`;
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8103' },
    card: { type: 'string' },
    link: { type: 'string', default: 'none' },
    factor: { type: 'string', default: '1' },
    replay: { type: 'string' },
    state: { type: 'string', default: join(ROOT, 'var/simulator') },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
if (!existsSync(join(ROOT, 'reader-agent/dist/app.js'))) {
  console.error('请先构建 build first: npm run build');
  process.exit(2);
}
const dist = (/** @type {string} */ path) => import(pathToFileURL(join(ROOT, path)).href);
const { refuseSimulatorInProduction } = await dist('reader-agent/dist/production.js');
const { createAgent } = await dist('reader-agent/dist/app.js');
const { sessionOpener } = await dist('reader-agent/dist/core/open-session.js');
const { serveEventSocket } = await dist('reader-agent/dist/http/index.js');
const { HotlistDesk } = await dist('reader-agent/dist/hotlist/index.js');
const { openJournal } = await dist('reader-agent/dist/journal/index.js');
const { systemTimers } = await dist('reader-agent/dist/pcsc/index.js');
const { textFile } = await dist('reader-agent/dist/text-file.js');
const { createLogger, ensureTokenFile, failureText, listen, readSecretFile } = await import('@rhc/service-shell');
const { nodeCrypto } = await import('@rhc/card/crypto-node');
const { rhcBlank1 } = await import('@rhc/card/profile');
const { pilotTerminalKeys } = await import('./card/pilot-card.mjs');
const { CARD_KINDS, cardKind, makeCard } = await import('./simulator/cards.mjs');
const { simulatedHotlist } = await import('./simulator/hotlist.mjs');
const { readRecording, Replay } = await import('./simulator/replay.mjs');
const { simulatorRows } = await import('./simulator/rows.mjs');
const { LINKS, READERS, SimulatedPort } = await import('./simulator/simulated-port.mjs');
const { MARK, markEvents, watermark } = await import('./simulator/watermark.mjs');

try {
  refuseSimulatorInProduction(process.env);
} catch (error) {
  console.error(failureText(error));
  process.exit(1);
}
const random = (/** @type {number} */ length) => new Uint8Array(randomBytes(length));
const say = (/** @type {string} */ line) => console.log(line);
if (!LINKS.includes(values.link)) {
  console.error(`--link: ${LINKS.join(', ')}`);
  process.exit(2);
}

const chips = new Map();
const renew = async (/** @type {string} */ id) => void chips.set(id, await makeCard(ROOT, cardKind(id)));
say('制卡 making cards …');
for (const { id } of CARD_KINDS) await renew(id);

const port = new SimulatedPort(random);
port.link = values.link;
port.factor = Number(values.factor);
if (values.replay !== undefined) {
  const dialogue = readRecording(values.replay).at(-1);
  if (dialogue !== undefined) port.replay = new Replay(dialogue, say);
}
mkdirSync(values.state, { recursive: true, mode: 0o700 });
const tokenFile = join(values.state, 'token');
ensureTokenFile(tokenFile);
const logger = createLogger('reader-agent', process.env.RHC_READER_AGENT_LOG_LEVEL ?? 'warn');
const agent = createAgent({
  agentId: 'simulator',
  version: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version,
  port,
  timers: systemTimers,
  product: rhcBlank1,
  leaseMs: 30_000,
  keys: pilotTerminalKeys(random),
  openSession: sessionOpener(random),
  clock: () => performance.now(),
  journal: openJournal(join(values.state, 'journal'), join(values.state, 'journal.key')),
  now: () => new Date(),
  newId: randomUUID,
  signer: null,
  hotlist: new HotlistDesk(simulatedHotlist(random, () => new Date())),
  visitTrust: { verifier: nodeCrypto, rootPublicKey: null },
  token: readSecretFile(tokenFile),
  grantPlace: textFile(join(values.state, 'paired-pages.json')),
  pairingOrigins: [],
  random,
  sdkFile: (/** @type {string} */ name) => textFile(join(ROOT, 'reader-agent/dist/sdk', name)).read(),
  logger,
  simulator: MARK,
  moreEndpoints: simulatorRows({ port, chipOf: (id) => chips.get(id), renew }),
  webRoot: join(ROOT, 'reader-agent/dist/web'),
});
agent.app.middleware.unshift(watermark);
markEvents(agent.audience);
port.plug();
if (values.card !== undefined) port.insert(READERS[0] ?? '', cardKind(values.card), chips.get(values.card));

const closers = /** @type {(() => void)[]} */ ([]);
const running = await listen(agent.app, {
  host: '127.0.0.1',
  port: Number(values.port),
  onStop: async () => {
    for (const close of closers) close();
    await agent.close();
  },
});
const { audience, authenticate, allowedOrigins } = agent;
closers.push(serveEventSocket(running.server, { audience, authenticate, allowedOrigins, maxSockets: 32 }));
const token = readFileSync(tokenFile, 'utf8').trim();
say(`${MARK}\n`);
say(`模拟面板 panel   http://127.0.0.1:${running.port}/#token=${token}`);
say(`接口 API        http://127.0.0.1:${running.port}/v1/status   Authorization: Bearer ${token}`);
for (const { id, text, expect } of CARD_KINDS)
  say(`  ${id.padEnd(17)} ${text.zh} ${text.en} → ${expect.zh} ${expect.en}`);
say('\nCtrl-C 结束 ends it');
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void running.stop().then(() => process.exit(0)));

/** How each process of the system is started: the program, its settings, its log. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startReaderStack } from '../reader-stack/reader-stack.mjs';
import { Api } from './api.mjs';
import { nodeProgram } from './processes.mjs';
import { choosePorts } from './state.mjs';
import { authorityFetch, authorityFile, handOutCodes, memberFiles } from './tls.mjs';

const FIRST_PORT = 8101;
const READY_LIMIT_MS = 60_000;
const PCSCD_WATCH_MS = 300;

/**
 * @typedef {ReturnType<import('./state.mjs').prepareState>} State
 * @typedef {{ keyService: Api, cardIssuer: Api, readerAgent: Api }} Apis
 */

/**
 * The private reader stack with a blank virtual card in each reader; nothing where real readers are used.
 * @param {string} root @param {State} state @param {import('./processes.mjs').Processes} processes
 */
export async function startReaders(root, { dirs }, processes) {
  const stack = await startReaderStack({
    socketDir: join(dirs.run, 'pcscd'),
    logFile: join(dirs.log, 'pcscd.log'),
  });
  let restarting = false;
  stack.ports.forEach((port, index) => {
    const card = `card-${String(index + 1).padStart(4, '0')}`;
    const image = join(dirs.virtualCard, `${card}.json`);
    const words = [
      join(root, 'virtual-card/dist/main.js'),
      '--image',
      image,
      // Both blanks are made at the same moment: each is told its serial, so that they cannot pick the same one.
      '--serial',
      String(index + 1).padStart(12, '0'),
      '--transport-master',
      'pilot',
      '--port',
      String(port),
      '--control',
      join(dirs.virtualCard, `${card}.sock`),
    ];
    processes.start({
      name: `virtual-card-${index + 1}`,
      logFile: join(dirs.log, `virtual-card-${index + 1}.log`),
      spawn: (stdio) => stack.enter([process.execPath, ...words], { cwd: root, stdio, detached: true }),
    });
  });
  // A pcscd that died is started again on the same socket; agent and virtual cards come back by themselves.
  const watch = setInterval(() => {
    if (stack.pcscdPid === 0 || existsSync(`/proc/${stack.pcscdPid}`) || restarting) return;
    restarting = true;
    stack
      .restartPcscd()
      .catch((error) => process.stderr.write(`⚠ pcscd: ${error.message}\n`))
      .finally(() => {
        restarting = false;
      });
  }, PCSCD_WATCH_MS);
  watch.unref();
  const { stop } = stack;
  return {
    csockName: stack.csockName,
    stop: () => {
      clearInterval(watch);
      return stop();
    },
  };
}

/** The key service's operator whose token the account of `npm start` uses over TLS. */
const ADMINISTRATOR = 'demo.system-admin';

/**
 * @param {string} root @param {State} state @param {import('./processes.mjs').Processes} processes
 * @param {{ csockName: string | null, only?: readonly string[], tls?: boolean, port?: number, more?: Record<string, NodeJS.ProcessEnv> }} options
 *   `only`: the services to start, all by default; `tls`: mutual TLS between them; `port`: of the first; `more`: settings
 *   of a service that come last
 * @returns {Promise<Apis>}
 */
export async function startServices(root, state, processes, options) {
  const { csockName, only, tls = false, port = FIRST_PORT, more = {} } = options;
  const { dirs, tokens } = state;
  const [keyPort = 0, issuerPort = 0, agentPort = 0] = await choosePorts([port, port + 1, port + 2]);
  const url = (/** @type {number} */ port) => `http://127.0.0.1:${port}`;
  const secure = (/** @type {number} */ port) => (tls ? `https://127.0.0.1:${port}` : url(port));
  const send = tls ? await authorityFetch(root, state) : fetch;
  const administrator = join(dirs.keyOperators, ADMINISTRATOR);
  const apis = {
    keyService: new Api('key-service', secure(keyPort), tls ? administrator : tokens.keyService, send),
    cardIssuer: new Api('card-issuer', secure(issuerPort), tokens.issuer, send),
    readerAgent: new Api('reader-agent', url(agentPort), tokens.agent),
  };
  const shared = {
    ...process.env,
    RHC_KEY_SERVICE_URL: apis.keyService.url,
    ...(tls ? {} : { RHC_KEY_SERVICE_TOKEN_FILE: tokens.keyService }),
    RHC_ISSUER_TOKEN_FILE: tokens.issuer,
    RHC_AGENT_TOKEN_FILE: tokens.agent,
  };
  const issuerTls = memberFiles(dirs.cardIssuer);
  const agentTls = memberFiles(dirs.readerAgent);
  const hotlistKeyFile = join(dirs.readerAgent, 'hotlist-key.hex');
  /** @type {Record<string, NodeJS.ProcessEnv>} */
  const settings = {
    'key-service': {
      ...shared,
      SOFTHSM2_CONF: join(dirs.keyService, 'softhsm2.conf'),
      RHC_KEY_SERVICE_PORT: String(keyPort),
      RHC_KEY_SERVICE_PIN_FILE: join(dirs.keyService, 'user.pin'),
      RHC_KEY_SERVICE_DATABASE: join(dirs.keyService, 'key-service.sqlite'),
      RHC_KEY_SERVICE_AUDIT_FOLDER: join(dirs.keyService, 'audit/service'),
      RHC_KEY_SERVICE_DEMO_OPERATORS: dirs.keyOperators,
      RHC_KEY_SERVICE_TLS: String(tls),
      RHC_KEY_SERVICE_TLS_FOLDER: join(dirs.keyService, 'tls'),
    },
    'card-issuer': {
      ...shared,
      RHC_ISSUER_PORT: String(issuerPort),
      RHC_ISSUER_USERS_FILE: tokens.issuerUsers,
      RHC_ISSUER_DATABASE: join(dirs.cardIssuer, 'card-issuer.sqlite'),
      ...(tls
        ? {
            RHC_ISSUER_TLS_FOLDER: issuerTls.folder,
            RHC_ISSUER_ENROLMENT_CODE_FILE: issuerTls.codeFile,
            RHC_ISSUER_AUTHORITY_FILE: authorityFile(state),
          }
        : {}),
    },
    'reader-agent': {
      ...shared,
      RHC_READER_AGENT_PORT: String(agentPort),
      RHC_READER_AGENT_STATE_FOLDER: dirs.readerAgent,
      RHC_ISSUER_URL: apis.cardIssuer.url,
      RHC_READER_AGENT_HOTLIST_KEY_FILE: hotlistKeyFile,
      ...(csockName === null ? {} : { PCSCLITE_CSOCK_NAME: csockName }),
      ...(tls
        ? {
            RHC_READER_AGENT_TLS_FOLDER: agentTls.folder,
            RHC_READER_AGENT_ENROLMENT_CODE_FILE: agentTls.codeFile,
            RHC_READER_AGENT_AUTHORITY_FILE: authorityFile(state),
          }
        : {}),
    },
  };
  const wanted = (/** @type {string} */ name) => only === undefined || only.includes(name);
  const launch = (/** @type {string} */ name) =>
    processes.start({
      name,
      logFile: join(dirs.log, `${name}.log`),
      spawn: nodeProgram([join(root, name, 'dist/main.js')], { cwd: root, env: { ...settings[name], ...more[name] } }),
    });
  const alive = (/** @type {Api} */ api) => api.untilAlive(() => processes.assertHopeful(api.service), READY_LIMIT_MS);
  const names = Object.keys(settings).filter(wanted);
  if (tls) {
    // The others enrol with key-service, so it comes first.
    launch('key-service');
    await alive(apis.keyService);
    await handOutCodes(apis.keyService, administrator, [
      { kind: 'service', name: 'card-issuer', folder: dirs.cardIssuer },
      { kind: 'terminal', name: 'desk-1', folder: dirs.readerAgent },
    ]);
  }
  const launched = (/** @type {string} */ name) => tls && name === 'key-service';
  const agentNeedsKey = ['key-service', 'reader-agent'].every(wanted);
  for (const name of names) if (!launched(name) && !(agentNeedsKey && name === 'reader-agent')) launch(name);
  if (agentNeedsKey) {
    await alive(apis.keyService);
    await handOutHotlistKey(apis.keyService, hotlistKeyFile);
    launch('reader-agent');
  }
  await Promise.all(
    Object.values(apis)
      .filter((api) => wanted(api.service))
      .map(alive),
  );
  return apis;
}

/** What an administrator does for a desk: the key that proves hotlists, as key-service tells it. @param {Api} keyService @param {string} path */
async function handOutHotlistKey(keyService, path) {
  const { suite, publicKey } = await keyService.demand('GET', '/v1/hotlist/key');
  writeFileSync(path, `${suite}:${publicKey}\n`, { mode: 0o600 });
}

/** @param {string} root */
export function missingPrograms(root) {
  return ['key-service', 'card-issuer', 'reader-agent', 'virtual-card']
    .map((room) => join(root, room, 'dist/main.js'))
    .filter((path) => !existsSync(path));
}

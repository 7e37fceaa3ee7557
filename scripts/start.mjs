/**
 * `npm start`: brings the whole system up on this machine, issues the first resident's card, reads it at the clinic desk
 * and says what it did. `--help` tells the options.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { withProgress } from './setup/progress.mjs';
import { runPilotCeremony } from './start/ceremony.mjs';
import { printClinicView, readAtClinic } from './start/clinic.mjs';
import { StartFailure } from './start/failure.mjs';
import { importRoster, issueFirstCard } from './start/issuer-desk.mjs';
import { HELP, parseOptions } from './start/options.mjs';
import { bold, dim, millis, red, row, say, section, verdict, yellow } from './start/print.mjs';
import { claimStart, Processes } from './start/processes.mjs';
import { missingPrograms, startReaders, startServices } from './start/services.mjs';
import { prepareState } from './start/state.mjs';
import { printToken } from './start/token.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const CARD_LIMIT_MS = 20_000;
/** Clients first, then what they depend on. */
const STOP_ORDER = ['reader-agent', 'card-issuer', 'key-service', 'virtual-card-1', 'virtual-card-2'];

/** The first reader in which a card lies. @param {import('./start/api.mjs').Api} readerAgent */
async function waitForCard(readerAgent) {
  const deadline = Date.now() + CARD_LIMIT_MS;
  for (;;) {
    const { readers } = await readerAgent.demand('GET', '/v1/readers');
    const ours = readers.find((/** @type {any} */ reader) => reader.card?.cardFactor != null);
    if (ours !== undefined) return ours;
    if (Date.now() > deadline) {
      if (readers.length === 0)
        throw new StartFailure(
          { zh: '没有读卡器。', en: 'There is no reader.' },
          { zh: '请接好读卡器，或用虚拟读卡器：npm start', en: 'Plug a reader in, or use the virtual ones: npm start' },
        );
      const foreign = readers.some((/** @type {any} */ reader) => reader.card !== null);
      throw foreign
        ? new StartFailure(
            { zh: '读卡器里的卡不是居民健康卡。', en: 'The card in the reader is not a resident health card.' },
            { zh: '请换一张空白健康卡。', en: 'Put a blank health card in.' },
          )
        : new StartFailure(
            { zh: '读卡器里没有卡。', en: 'There is no card in the reader.' },
            { zh: '请放入一张空白健康卡，然后重试。', en: 'Put a blank health card in, then try again.' },
          );
    }
    await pause(50);
  }
}

/**
 * @param {string | null} csockName @param {import('./start/services.mjs').Apis} apis
 * @param {Record<string, string>} people role → token file
 * @param {string} keyOperators folder with a token file for each operator of key-service
 */
function printAddresses(csockName, { keyService, cardIssuer, readerAgent }, people, keyOperators) {
  section('入口', 'where to go on');
  const token = (/** @type {string} */ role) => readFileSync(people[role] ?? '', 'utf8').trim();
  row('发卡台 issuing console (办事员 clerk)', `${cardIssuer.url}/#token=${token('clerk')}`);
  row('复核员令牌 token of the reviewer', dim(people.reviewer ?? ''));
  row('诊室读卡 clinic desk', `${readerAgent.url}/#token=${readerAgent.token()}`);
  const keyToken = readFileSync(join(keyOperators, 'demo.security-admin'), 'utf8').trim();
  row('密钥服务 key console (安全管理员 security)', `${keyService.url}/#token=${keyToken}`);
  row('其他角色的令牌 tokens of its other roles', dim(keyOperators));
  row('登记通行密钥用 its address for passkeys', dim(keyService.url.replace('127.0.0.1', 'localhost')));
  if (csockName !== null) {
    say(`  ${dim('其他工具可以看到同一张卡 · foreign tools see the same card:')}`);
    say(`  export PCSCLITE_CSOCK_NAME=${csockName}`);
    say(`  ${dim('opensc-tool -l')}`);
  }
}

/** @param {ReturnType<typeof parseOptions>} options */
async function run(options) {
  const started = Date.now();
  const absent = missingPrograms(ROOT);
  if (absent.length > 0)
    throw new StartFailure(
      { zh: '系统还没有编译完整。', en: 'The system is not built completely.' },
      {
        zh: '请运行 npm start（它会自动准备），不要直接运行本脚本。',
        en: 'Run npm start, which sets everything up, not this script alone.',
      },
      absent.join('\n'),
    );
  // Training never shares a folder, and so no database, with what is real.
  const state = prepareState(resolve(options.state ?? join(ROOT, options.training ? 'var/training' : 'var')));
  claimStart(state.dirs.var);
  const processes = new Processes((line) => process.stderr.write(`${line}\n`));
  /** @type {{ csockName: string, stop: () => Promise<void> } | null} */
  let stack = null;
  const shutDown = async () => {
    await processes.stop(STOP_ORDER);
    await stack?.stop();
  };
  /** @type {() => void} */
  let interrupt = () => undefined;
  const interrupted = new Promise((done) => {
    interrupt = () => done('interrupted');
  });
  let presses = 0;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => {
      presses += 1;
      if (presses === 1) interrupt();
      else {
        processes.kill();
        process.exit(130);
      }
    });

  const work = async () => {
    say(`${bold('居民健康卡系统')} ${dim('Resident Health Card')}`);
    await runPilotCeremony(ROOT, state);
    if (options.readers === 'private') stack = await startReaders(ROOT, state, processes);
    const csockName = stack?.csockName ?? null;
    const apis = await withProgress({ zh: '启动服务', en: 'starting the services' }, () =>
      startServices(ROOT, state, processes, {
        csockName,
        tls: options.tls,
        port: options.port,
        more: options.training ? { 'card-issuer': { RHC_ISSUER_TRAINING: 'true' } } : {},
      }),
    );
    const held = [await printToken(apis.keyService)];
    const roster = await importRoster(apis.cardIssuer, ROOT);
    const { reader, card } = await waitForCard(apis.readerAgent);
    section('卡片', 'the card');
    row('读卡器 reader', reader);
    row('卡片因子 card factor', card.cardFactor);
    held.push(await issueFirstCard(apis.cardIssuer, { residentId: roster.firstResidentId, reader }));
    const summary = await readAtClinic(apis.readerAgent, reader);
    held.push(printClinicView(summary));
    held.push(summary.cardFactor === card.cardFactor);
    say();
    const all = held.every(Boolean);
    verdict(all, `全部步骤成立，用时 ${millis(Date.now() - started)}`, all ? 'every step held' : 'not every step held');
    if (!options.once) printAddresses(csockName, apis, state.tokens.issuerPeople, state.dirs.keyOperators);
    return all ? 0 : 1;
  };

  let status = 1;
  try {
    const outcome = await Promise.race([work(), interrupted]);
    status = outcome === 'interrupted' ? 130 : Number(outcome);
    if (!options.once && outcome !== 'interrupted') {
      say(`\n${yellow('运行中，按 Ctrl-C 停止')} ${dim('running; Ctrl-C stops')}`);
      await interrupted;
    }
  } finally {
    if (presses > 0) say(`\n${dim('正在停止 · stopping …')}`);
    await shutDown();
  }
  return status;
}

const options = parseOptions(process.argv.slice(2));
if (options.help) say(HELP);
else if (options.fault !== null) {
  console.error(`${options.fault}\n\n${HELP}`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await run(options);
  } catch (error) {
    const known =
      error instanceof StartFailure ||
      (error instanceof Error && error.name === 'Error' && error.message.includes('\n'));
    process.stderr.write(
      `\n${red('✗')} ${known || !(error instanceof Error) ? /** @type {Error} */ (error).message : (error.stack ?? error.message)}\n`,
    );
    process.exitCode = 1;
  }
  // A late answer of a service that is gone must not keep this process.
  process.exit();
}

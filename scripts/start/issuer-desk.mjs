/**
 * What the start asks of card-issuer: take the roster in, order and personalize the first resident's card. The one place
 * that knows card-issuer's routes. Asking again on a later start finds what is there and makes nothing twice.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { zipSync } from 'fflate';
import { StartFailure } from './failure.mjs';
import { dim, green, millis, red, row, say, section, table, verdict } from './print.mjs';

const JOB_LIMIT_MS = 180_000;
const DESK_LIMIT_MS = 15_000;
const IMPORT_LIMIT_MS = 60_000;
const SHOWN_RESIDENTS = 3;
const ROSTER = 'pilot-roster.csv';
/** The roster's first line; her card is full. */
const FIRST_RESIDENT = '王淑兰';

/** The roster and its photos as one ZIP, which card-issuer takes in whole. @param {string} root */
function rosterPackage(root) {
  const folder = join(root, 'test-vectors/residents');
  const photos = readdirSync(join(folder, 'photos')).map((name) => `photos/${name}`);
  return zipSync(Object.fromEntries([ROSTER, ...photos].map((name) => [name, readFileSync(join(folder, name))])));
}

/** @param {import('./api.mjs').Api} cardIssuer @param {string} root */
async function importToItsEnd(cardIssuer, root) {
  const begun = await cardIssuer.demand('POST', '/v1/roster-imports?fileName=pilot-roster.zip', {
    bytes: rosterPackage(root),
  });
  const deadline = Date.now() + IMPORT_LIMIT_MS;
  for (;;) {
    const job = await cardIssuer.demand('GET', `/v1/roster-imports/${begun.id}`);
    if (job.state === 'done') return job;
    if (job.error !== null) throw new StartFailure(job.error.message, job.error.nextStep, job.error.code);
    if (Date.now() > deadline)
      throw new StartFailure(
        {
          zh: `导入名册 ${IMPORT_LIMIT_MS / 1000} 秒内没有完成。`,
          en: `The import did not finish in ${IMPORT_LIMIT_MS / 1000} s.`,
        },
        { zh: '请查看 var/log/card-issuer.log', en: 'See var/log/card-issuer.log' },
      );
    await pause(50);
  }
}

/** @param {import('./api.mjs').Api} cardIssuer @param {string} root */
export async function importRoster(cardIssuer, root) {
  const job = await importToItsEnd(cardIssuer, root);
  const { rows: refused } = await cardIssuer.demand('GET', `/v1/roster-imports/${job.id}/rows?outcome=refused`);
  const { residents } = await cardIssuer.demand('GET', `/v1/residents?limit=${SHOWN_RESIDENTS}`);
  section('居民名册', `roster: test-vectors/residents/${ROSTER} (GB 18030)`);
  const held = job.taken + job.known;
  say(`  ${green(`接收 ${held}`)} ${dim('taken')}   ${red(`拒绝 ${job.refused}`)} ${dim('refused')}`);
  for (const { name } of residents) say(`  ${green('✓')} ${name}`);
  if (held > residents.length) say(`  ${dim(`… ${held - residents.length} more`)}`);
  const lines = refused.flatMap((/** @type {any} */ line) =>
    line.faults.map((/** @type {any} */ fault) => [
      `${red('✗')} ${String(line.row).padStart(2)}`,
      fault.field,
      `${fault.rule.zh} ${dim(fault.rule.en)}${fault.nextStep === undefined ? '' : ` → ${fault.nextStep.zh} ${dim(fault.nextStep.en)}`}`,
    ]),
  );
  table(lines);
  printNextStep(refused);
  const [first] = (await cardIssuer.demand('GET', `/v1/residents?search=${encodeURIComponent(FIRST_RESIDENT)}`))
    .residents;
  if (first === undefined)
    throw new StartFailure(
      { zh: `名册中的 ${FIRST_RESIDENT} 没有登记。`, en: `${FIRST_RESIDENT} of the roster is not enrolled.` },
      { zh: `请检查 test-vectors/residents/${ROSTER}`, en: `Check test-vectors/residents/${ROSTER}` },
    );
  return { firstResidentId: first.id };
}

/**
 * The agent dials out to card-issuer by itself; until it has, card-issuer sees no reader.
 * @param {import('./api.mjs').Api} cardIssuer @param {string} reader
 */
async function waitForDesk(cardIssuer, reader) {
  const deadline = Date.now() + DESK_LIMIT_MS;
  for (;;) {
    const { agents } = await cardIssuer.demand('GET', '/v1/agents');
    const readers = agents.flatMap((/** @type {any} */ agent) => agent.readers);
    if (readers.some((/** @type {any} */ seen) => seen.reader === reader && seen.card !== null)) return;
    // Past the limit card-issuer's own sentence says what is missing.
    if (Date.now() > deadline) return;
    await pause(50);
  }
}

/** @param {any} job */
function jobIsOver(job) {
  return job.state === 'done' || job.state === 'rejected';
}

/** @param {import('./api.mjs').Api} cardIssuer @param {any} card */
async function followJob(cardIssuer, card) {
  const deadline = Date.now() + JOB_LIMIT_MS;
  let current = card.job;
  const terminal = process.stderr.isTTY === true;
  while (!jobIsOver(current)) {
    if (Date.now() > deadline)
      throw new StartFailure(
        {
          zh: `个人化 ${JOB_LIMIT_MS / 1000} 秒内没有完成。`,
          en: `The personalization did not finish in ${JOB_LIMIT_MS / 1000} s.`,
        },
        {
          zh: '请查看 var/log/card-issuer.log；再次 npm start 会从断点继续。',
          en: 'See var/log/card-issuer.log; the next npm start goes on where it stopped.',
        },
        current.error?.message?.en,
      );
    await pause(100);
    ({ job: current } = await cardIssuer.demand('GET', `/v1/cards/${card.id}`));
    if (terminal && current.apdusTotal > 0) {
      const share = current.apdusDone / current.apdusTotal;
      const bar = '█'.repeat(Math.round(share * 30)).padEnd(30, '░');
      process.stderr.write(`\r\x1b[K  ${bar} ${current.apdusDone}/${current.apdusTotal} APDU ${current.stage ?? ''}`);
    }
  }
  if (terminal) process.stderr.write('\r\x1b[K');
  return current;
}

/** The next step is the same for every refused row. @param {readonly any[]} refused */
function printNextStep(refused) {
  const step = refused.find((line) => line.nextStep !== null)?.nextStep;
  if (step !== undefined) say(`  → ${step.zh} ${dim(step.en)}`);
}

/** @param {any} job @param {any} card */
function printIssued(job, card) {
  row('发卡序列号 issue serial', card.issueSerial);
  row('APDU', String(job.apdusTotal));
  row('批次 batches', `${job.batches} ${dim('(≤ 4)')}`);
  row('密钥服务调用 key-service calls', `${job.keyServiceCalls} ${dim('(≤ 3)')}`);
  const stages = Object.entries(job.stageMs).map(([stage, ms]) => `${stage} ${millis(Number(ms))}`);
  row('各阶段耗时 time by stage', stages.join(', '));
  const { readBack, negativeControl } = card.verdict ?? {};
  if (readBack !== undefined)
    row('回读 read-back', `${readBack.bytes} ${dim('bytes')}, ${readBack.differences} ${dim('differences')}`);
  if (negativeControl != null)
    row('反证 negative control', `${negativeControl} ${dim('(an undispersed master is refused)')}`);
}

/**
 * @param {import('./api.mjs').Api} cardIssuer @param {{ residentId: string, reader: string }} wanted
 * @returns {Promise<boolean>} whether every step held
 */
export async function issueFirstCard(cardIssuer, { residentId, reader }) {
  const { cards } = await cardIssuer.demand('GET', `/v1/cards?residentId=${encodeURIComponent(residentId)}`);
  const existing = cards.find((/** @type {any} */ card) => card.state !== 'spoiled');
  section('发卡', 'issuing');
  if (existing?.state === 'active' || existing?.state === 'personalized') {
    row('发卡序列号 issue serial', existing.issueSerial);
    return verdict(true, '首张卡已经发出，这次只读卡验证', 'the first card is issued already; it is only read again');
  }
  const card =
    existing ??
    (await cardIssuer.demand('POST', '/v1/cards', {
      json: { residentId },
      headers: { 'idempotency-key': `npm-start-${residentId}` },
    }));
  await waitForDesk(cardIssuer, reader);
  const started = await cardIssuer.demand('POST', `/v1/cards/${card.id}/personalize`, { json: { reader } });
  const job = await followJob(cardIssuer, started);
  const issued = await cardIssuer.demand('GET', `/v1/cards/${card.id}`);
  printIssued(job, issued);
  if (job.state !== 'done')
    return verdict(
      false,
      job.error?.message?.zh ?? '个人化未通过',
      job.error?.message?.en ?? 'personalization was rejected',
    );
  await cardIssuer.demand('POST', `/v1/cards/${card.id}/activate`, {
    json: {},
    headers: { 'idempotency-key': `npm-start-activate-${card.id}` },
  });
  const few = job.batches <= 4 && job.keyServiceCalls <= 3;
  verdict(few, '批次与调用在上限之内', 'batches and calls within their limits');
  return verdict(true, '回读逐字节一致，卡已启用', 'read back and compared byte for byte; the card is active') && few;
}

/**
 * What the start asks of card-issuer: take the roster in, order and personalize the first resident's card. The one place
 * that knows card-issuer's routes. Asking again on a later start finds what is there and makes nothing twice.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StartFailure } from './failure.mjs';
import { dim, green, millis, red, row, say, section, table, verdict } from './print.mjs';

const JOB_LIMIT_MS = 180_000;
const DESK_LIMIT_MS = 15_000;
const SHOWN_TAKEN = 3;

/** @param {string} root */
function rosterFiles(root) {
  const folder = join(root, 'test-vectors/residents');
  const photos = Object.fromEntries(
    readdirSync(join(folder, 'photos')).map((name) => [
      `photos/${name}`,
      readFileSync(join(folder, 'photos', name)).toString('base64'),
    ]),
  );
  return { roster: readFileSync(join(folder, 'pilot-roster.csv')).toString('base64'), photos };
}

/** @param {import('./api.mjs').Api} cardIssuer @param {string} root */
export async function importRoster(cardIssuer, root) {
  const report = await cardIssuer.demand('POST', '/v1/imports', { json: rosterFiles(root), deadlineMs: 60_000 });
  section('居民名册', 'roster: test-vectors/residents/pilot-roster.csv (GB 18030)');
  const refused = report.report.filter((/** @type {any} */ line) => line.outcome === 'refused');
  const taken = report.report.filter((/** @type {any} */ line) => line.outcome !== 'refused');
  say(`  ${green(`接收 ${taken.length}`)} ${dim('taken')}   ${red(`拒绝 ${refused.length}`)} ${dim('refused')}`);
  for (const line of taken.slice(0, SHOWN_TAKEN))
    say(`  ${green('✓')} ${String(line.row).padStart(2)} ${line.name ?? ''}`);
  if (taken.length > SHOWN_TAKEN) say(`  ${dim(`… ${taken.length - SHOWN_TAKEN} more`)}`);
  const lines = refused.flatMap((/** @type {any} */ line) =>
    line.faults.map((/** @type {any} */ fault) => [
      `${red('✗')} ${String(line.row).padStart(2)}`,
      fault.field,
      `${fault.rule.zh} ${dim(fault.rule.en)}`,
    ]),
  );
  table(lines);
  printNextStep(refused);
  const [first] = taken;
  if (first === undefined)
    throw new StartFailure(
      { zh: '名册没有一行可用。', en: 'No row of the roster was taken.' },
      { zh: '请检查 test-vectors/residents/pilot-roster.csv', en: 'Check test-vectors/residents/pilot-roster.csv' },
    );
  return { firstResidentId: first.residentId, held: taken.length > 0 };
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

/**
 * `npm run soak -- issuing`: cards are issued one by one, in bulk and by a bureau on SoftHSM2, pcscd and a database, while any process of
 * the house is killed at any moment. Afterwards no number was used twice, no blank is lost, no card is in use without a
 * read-back that agreed, every chip that holds a card is known, and the books close at difference 0.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startPostgresCluster } from '../../postgres-cluster/postgres-cluster.mjs';
import { chipOf, makeBlanks, supplierList } from './blanks.mjs';
import { DrillBureau } from './bureau.mjs';
import { Clerks, MADE } from './clerks.mjs';
import { DrillHouse } from './house.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../../..');
/** Kills between two cards that must reach their end: a house that never gets to work proves nothing. */
const KILLS_A_CARD = 5;
const STUCK_MS = 180_000;

/** Who is killed, by words of the command line; the more shares, the more often. */
const VICTIMS = [
  { name: 'card-issuer', words: ['card-issuer/dist/main.js'], shares: 4 },
  { name: 'key-service', words: ['key-service/dist/main.js'], shares: 2 },
  { name: 'HSM worker', words: ['key-service/dist/hsm/worker.js'], shares: 3 },
  { name: 'reader-agent', words: ['reader-agent/dist/main.js'], shares: 3 },
  { name: 'reader process', words: ['reader-agent/dist/pcsc/child.js'], shares: 2 },
  { name: 'pcscd', words: ['pcscd', '--foreground'], shares: 1 },
];
/** A server process that is killed takes the whole cluster through its recovery. */
const DATABASE = { name: 'database', words: ['postgres: rhc'], shares: 3 };

/** Repeatable choices. @param {number} seed */
function dice(seed) {
  let count = 0;
  return (/** @type {number} */ sides) => {
    count += 1;
    return createHash('sha256').update(`${seed}/${count}`).digest().readUInt32BE(0) % sides;
  };
}

/**
 * @param {{ kills: number, seed: number, engine: 'sqlite' | 'postgres', say: (line: string) => void }} options
 * @returns {Promise<{ kills: Record<string, number>, cards: number, orders: number, faults: string[] }>}
 */
export async function drillIssuing({ kills, seed, engine, say }) {
  const folder = mkdtempSync(join(tmpdir(), 'rhc-issuing-'));
  const cluster = engine === 'postgres' ? await startPostgresCluster({ parentDir: tmpdir() }) : null;
  /** @type {NodeJS.ProcessEnv} */
  const settings = { RHC_ISSUER_LISTED_BLANKS_ONLY: 'yes', RHC_ISSUER_RECONNECT_MS: '10000', RHC_LOG_LEVEL: 'warn' };
  if (cluster !== null) {
    const { host, port, user, password, database } = cluster;
    settings.RHC_ISSUER_DATABASE = `postgres://${user}@${host}:${port}/${database}`;
    settings.PGPASSFILE = join(folder, 'pgpass');
    writeFileSync(settings.PGPASSFILE, `${host}:${port}:*:${user}:${password}\n`, { mode: 0o600 });
  }
  const safe = makeBlanks(mkdtempSync(join(folder, 'safe-')), 40 + 2 * kills, 0x1000);
  const { bureau, settings: signing } = await DrillBureau.prepare(ROOT, folder, safe);
  const house = new DrillHouse(ROOT, folder, { ...settings, ...signing }, () =>
    DrillBureau.importTransportKey(ROOT, house.state.dirs.keyService),
  );
  try {
    await house.open();
    const blanks = makeBlanks(house.state.dirs.virtualCard, 40 + 2 * kills);
    await receive(house, '演练窗口', supplierList(blanks, 'D'));
    await bureau.register(house, await receive(house, '制卡中心', supplierList(safe, 'S')));

    const clerks = new Clerks(house, blanks, bureau);
    const work = Promise.all([clerks.single(), clerks.bulk(), clerks.bureau()]);
    work.catch((error) => clerks.faults.push(String(error)));
    const told = await killAtRandom(house, clerks, { kills, roll: dice(seed), engine, say });
    clerks.stopped = true;
    await work.catch(() => undefined);
    const faults = [...clerks.faults, ...(await wrongIn(house, [...blanks, ...safe], clerks.people))];
    return { kills: told, cards: clerks.made, orders: clerks.desk.orders, faults };
  } finally {
    await house.close();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A place of the store with a delivery of blanks. @param {DrillHouse} house @param {string} name @param {string} list */
async function receive(house, name, list) {
  const { body: place } = await house.ask(
    'manager',
    'POST',
    '/v1/stock/locations',
    { name },
    `place-${list.slice(-16)}`,
  );
  const delivery = { locationId: place.id, supplier: '演练卡商', list: Buffer.from(list).toString('base64') };
  const { body } = await house.ask('stock', 'POST', '/v1/stock/deliveries', delivery, `delivery-${place.id}`);
  if (body.taken !== list.split('\n').length - 1) throw new Error(`delivery: ${JSON.stringify(body)}`);
  return place.id;
}

/**
 * @param {DrillHouse} house @param {Clerks} clerks
 * @param {{ kills: number, roll: (sides: number) => number, engine: string, say: (line: string) => void }} options
 */
async function killAtRandom(house, clerks, { kills, roll, engine, say }) {
  const victims = engine === 'postgres' ? [...VICTIMS, DATABASE] : VICTIMS;
  const tickets = victims.flatMap((victim) => Array.from({ length: victim.shares }, () => victim));
  /** @type {Record<string, number>} */
  const told = Object.fromEntries(victims.map(({ name }) => [name, 0]));
  await untilMade(clerks, 1);
  for (let done = 0; done < kills; ) {
    await pause(100 + roll(1500));
    const victim = tickets[roll(tickets.length)];
    if (victim === undefined || !house.kill(roll, ...victim.words)) continue;
    done += 1;
    told[victim.name] = (told[victim.name] ?? 0) + 1;
    if (done % KILLS_A_CARD !== 0) continue;
    say(`${new Date().toISOString().slice(11, 19)} ${done} kills, ${clerks.made} cards; ${clerks.account()}`);
    await untilMade(clerks, clerks.made + 1);
  }
  return told;
}

/** @param {Clerks} clerks @param {number} wanted */
async function untilMade(clerks, wanted) {
  const deadline = performance.now() + STUCK_MS;
  while (clerks.made < wanted) {
    if (clerks.faults.length > 0) throw new Error(clerks.faults.join('; '));
    if (performance.now() > deadline) throw new Error(`nothing moves: ${clerks.account()}`);
    await pause(100);
  }
}

/** What does not hold. @param {DrillHouse} house @param {import('./blanks.mjs').Blank[]} blanks @param {number} people */
async function wrongIn(house, blanks, people) {
  /** @type {string[]} */
  const wrong = [];
  const cards = [];
  for (let cursor = ''; ; ) {
    const { body } = await house.ask('manager', 'GET', `/v1/cards?limit=500${cursor}`);
    cards.push(...body.cards);
    if (body.next === null) break;
    cursor = `&cursor=${encodeURIComponent(body.next)}`;
  }
  const twice = (/** @type {string} */ what, /** @type {(string | null)[]} */ values) => {
    const given = values.filter((value) => value !== null);
    if (new Set(given).size !== given.length) wrong.push(`${what} used twice`);
  };
  const living = cards.filter(({ state }) => state !== 'spoiled' && state !== 'cancelled');
  twice(
    'an issue serial',
    cards.map(({ issueSerial }) => issueSerial),
  );
  twice(
    'a chip',
    living.map(({ cardFactor }) => cardFactor),
  );
  twice(
    'a resident',
    living.map(({ residentId }) => residentId),
  );
  const byFactor = new Map(living.map((card) => [card.cardFactor, card]));
  for (const { state, verdict, id } of living)
    if (MADE.includes(state) && !(verdict?.genuine === true && verdict.readBack.equal === true))
      wrong.push(`card ${id} is ${state} without a read-back that agreed`);
  for (const { image, factor } of blanks) {
    const card = byFactor.get(factor);
    const made = card !== undefined && MADE.includes(card.state);
    const chip = chipOf(image);
    if (made !== (chip.state === 'operational')) wrong.push(`chip ${factor} is ${chip.state}, its card ${card?.state}`);
    if (made && !chip.text.includes(Buffer.from(card.issueSerial).toString('hex').toUpperCase()))
      wrong.push(`chip ${factor} does not hold serial ${card.issueSerial}`);
  }
  const { body: stock } = await house.ask('stock', 'GET', '/v1/stock/locations');
  const sums = { received: 0, stock: 0, inWork: 0, issued: 0, spoiled: 0, returned: 0 };
  for (const { ledger } of stock.locations)
    for (const name of /** @type {(keyof typeof sums)[]} */ (Object.keys(sums))) sums[name] += ledger[name];
  const difference = sums.received - sums.stock - sums.inWork - sums.issued - sums.spoiled - sums.returned;
  if (difference !== 0) wrong.push(`the books differ by ${difference}`);
  if (sums.received !== blanks.length) wrong.push(`${sums.received} blanks received, not ${blanks.length}`);
  const active = cards.filter(({ state }) => state === 'active').length;
  const inHand = living.filter(({ state, cardFactor }) => cardFactor !== null && state !== 'active').length;
  if (sums.issued !== active) wrong.push(`${sums.issued} issued in the books, ${active} active cards`);
  if (sums.inWork !== inHand) wrong.push(`${sums.inWork} in work in the books, ${inHand} cards`);
  const { body: status } = await house.ask('manager', 'GET', '/v1/status');
  if (status.residents !== people) wrong.push(`${status.residents} residents, ${people} were enrolled`);
  const inner = house.innerErrors();
  if (inner.length > 0) wrong.push(`${inner.length} answers 500, the first: ${inner[0]}`);
  return wrong;
}

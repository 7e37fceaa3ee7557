/**
 * Whole issuing jobs a second: card-issuer in this process with desks and virtual cards in a thread of it, key-service as its own process
 * on SoftHSM2, each card bound, written, sealed, proved and read back. The bare loop is the same dialogue with the same
 * virtual card and keys in memory: no database, no HSM, no HTTP. Needs `dist`.
 * `node card-issuer/bench/issuing.bench.mjs`
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { localPersonalizationKeys, personalizeCard, securityCodeBlock } from '@rhc/card/personalization';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { ProcessMemory, VirtualCard } from '../../virtual-card/dist/index.js';
import { cardDataOf } from '../dist/domain/card-data.js';
import { validateResident } from '../dist/domain/validate-resident.js';
import { openDatabase } from '../dist/store/index.js';
import { openDesks } from './desks-in-process.mjs';
import { blank, IDENTITY, issuerOn, person, random, root, SUITE, withKeyService } from './issuer-on-softhsm.mjs';

const DESKS = 8;
/** A bureau's morning, not its first seconds: V8 goes on compiling for some hundred cards. Both loops are warmed. */
const WARM_CARDS = 240;
const CARDS = 480;
const BARE_WARM_CARDS = 40;
const BARE_CARDS = 120;
const TARGET_PER_SECOND = 25;
const POLL_MS = 4;

async function bareLoop() {
  const keys = localPersonalizationKeys({ crypto: nodeCrypto, suite: SUITE, profile: nationalProfile, random, root });
  const one = async (index) => {
    const card = new VirtualCard({ ...blank(), random, memory: new ProcessMemory() });
    card.powerOn();
    const resident = person(index);
    const facts = { issueDate: '2026-11-27', issueSerial: 'A00000001K', issuerCertificate: `0101${'00'.repeat(178)}` };
    const checked = validateResident(resident, facts.issueDate);
    if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
    const data = cardDataOf(checked.resident, IDENTITY, facts);
    const verdict = await personalizeCard({
      batch: {
        run: async (steps) => {
          const answers = [];
          for (const { command, expectedStatusWords = [0x9000], stopOnMismatch = true } of steps) {
            const response = card.transmit(command);
            answers.push({ response });
            const sw = (response.at(-2) ?? 0) * 256 + (response.at(-1) ?? 0);
            if (stopOnMismatch && !expectedStatusWords.includes(sw)) break;
          }
          return answers;
        },
      },
      keys,
      crypto: nodeCrypto,
      profile: nationalProfile,
      product: rhcBlank1,
      provinceCode: '13',
      securityCodeBlock: securityCodeBlock(nodeCrypto, SUITE, resident.documentNumber, '2036-11-27', facts.issueSerial),
      makeData: (securityCode) => ({ ...data, elements: { ...data.elements, securityCode } }),
      random,
    });
    if (!verdict.readBack.equal) throw new Error('the bare loop wrote another card');
  };
  for (let index = 0; index < BARE_WARM_CARDS; index++) await one(index);
  const started = performance.now();
  for (let index = 0; index < BARE_CARDS; index++) await one(BARE_WARM_CARDS + index);
  return (BARE_CARDS * 1000) / (performance.now() - started);
}

/** @param {Parameters<typeof issuerOn>[0]} house */
async function issue(house) {
  const database = openDatabase(join(house.state.dirs.cardIssuer, 'bench.sqlite'));
  const issuer = await issuerOn(house, database);
  const { desks, close } = openDesks(DESKS, issuer.hub);
  try {
    const orders = [];
    for (let index = 0; index < WARM_CARDS + CARDS; index++) {
      const { id } = await issuer.residents.enrol(person(index), null);
      orders.push((await issuer.service.orderCard(id)).id);
    }
    const work = async (/** @type {string[]} */ queue) => {
      const started = performance.now();
      await Promise.all(
        desks.map(async (desk) => {
          for (let cardId = queue.shift(); cardId !== undefined; cardId = queue.shift()) {
            await desk.put(blank());
            await issuer.service.personalize(cardId, { agent: desk.agentId, reader: desk.reader });
            await issued(issuer, cardId);
          }
        }),
      );
      return performance.now() - started;
    };
    const first = (WARM_CARDS * 1000) / (await work(orders.splice(0, WARM_CARDS)));
    return { first, value: (CARDS * 1000) / (await work(orders)) };
  } finally {
    await close();
    await issuer.stop();
    await database.destroy();
  }
}

/** Read back, equal, activated. @param {import('../dist/app.js').Issuer} issuer @param {string} cardId */
async function issued(issuer, cardId) {
  for (;;) {
    const card = await issuer.service.settled(cardId);
    if (card.state === 'personalized') {
      if (card.verdict?.readBack.equal !== true) throw new Error('a card was not read back');
      await issuer.service.activate(cardId);
      return;
    }
    if (card.job?.state === 'rejected') throw new Error(`rejected: ${card.job.error?.code}`);
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
}

export async function run() {
  return withKeyService(async (house) => {
    const baseline = await bareLoop();
    const { first, value } = await issue(house);
    return [
      {
        name: `cards issued and read back, ${DESKS} desks, the first ${WARM_CARDS} of a process`,
        value: first,
        unit: 'per second',
        baseline,
        ratio: first / baseline,
      },
      {
        name: `cards issued and read back, ${DESKS} desks, the next ${CARDS}`,
        value,
        unit: 'per second',
        baseline,
        ratio: value / baseline,
        target: { text: `≥ ${TARGET_PER_SECOND}/s`, met: value >= TARGET_PER_SECOND },
      },
    ];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await run());

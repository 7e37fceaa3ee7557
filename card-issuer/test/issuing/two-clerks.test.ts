/** Two clerks, two readers, one resident, at once: one card, whether they sit at one node or at two over one database. */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bytesToHex } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { localPersonalizationKeys } from '@rhc/card/personalization';
import { type KeySlotName, nationalProfile } from '@rhc/card/profile';
import { disperse, pilotRoot } from '@rhc/card/secure-messaging';
import { type PostgresCluster, startPostgresCluster } from '../../../scripts/postgres-cluster/postgres-cluster.mjs';
import { createLogger } from '../../../service-shell/src/index.ts';
import { createIssuer, type Issuer } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { identityCheckCharacter } from '../../src/domain/identity-number.ts';
import { type Database, openDatabase } from '../../src/store/index.ts';
import { TEST_DATA_KEYS } from '../life-cycle/in-use.ts';
import { InProcessDesk } from './in-process-desk.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));
const root = (slot: KeySlotName, version: number) => pilotRoot(nodeCrypto, slot, version);
const LONG_MS = 120_000;
const DEADLINE_MS = 15_000;
/** How the two meet differs from time to time. */
const ROUNDS = 8;

function blank() {
  const historicalBytes = Uint8Array.of(0x52, 1, ...random(6), 1, 0, 0);
  const transportKey = bytesToHex(disperse(nodeCrypto, 'intl-128', root('TMK', 1), historicalBytes.slice(0, 8)));
  return { transportKey, historicalBytes, random };
}

function makeNode(database: Database, node: string): Promise<Issuer> {
  const crypto = nodeCrypto;
  return createIssuer({
    database,
    keys: {
      personalization: () =>
        localPersonalizationKeys({ crypto, suite: 'intl-128', profile: nationalProfile, random, root }),
      issuerCertificate: () => Promise.resolve(`0101${'00'.repeat(178)}`),
    },
    dataKeys: TEST_DATA_KEYS,
    crypto,
    clock: systemClock,
    random,
    logger: createLogger('card-issuer', 'silent'),
    issuer: { name: '石家庄市卫生健康委员会', code: '1301', cityCode: '130100', validityYears: 10 },
    limits: { reconnectMs: 200 },
    listedBlanksOnly: true,
    node,
  });
}

let people = 0;
function person() {
  people += 1;
  const first17 = `13010119900307${String(people).padStart(3, '0')}`;
  return {
    name: '张三丰',
    sex: people % 2 === 1 ? '男' : '女',
    ethnicGroup: '汉',
    birthDate: '1990-03-07',
    documentType: '01',
    documentNumber: first17 + identityCheckCharacter(first17),
    areaCode: '130102',
  };
}

const codeOf = (settled: PromiseSettledResult<unknown>) =>
  settled.status === 'rejected' ? (settled.reason as { code: string }).code : 'done';

describe.each([
  { engine: 'sqlite', nodes: 1 },
  { engine: 'postgres', nodes: 1 },
  { engine: 'postgres', nodes: 2 },
] as const)('$nodes node(s) on $engine', ({ engine, nodes }) => {
  let cluster: PostgresCluster | null = null;
  let databases: Database[] = [];
  /** Of each clerk the node that the clerk's page talks to; at one node both are the same. */
  let clerks: [Issuer, Issuer];
  const desks: [InProcessDesk, InProcessDesk] = [
    new InProcessDesk({ ...blank(), agentId: 'desk-1' }),
    new InProcessDesk({ ...blank(), agentId: 'desk-2' }),
  ];
  let location = '';

  beforeAll(async () => {
    if (engine === 'postgres') cluster = await startPostgresCluster({ parentDir: tmpdir() });
    databases = Array.from({ length: nodes }, () => openDatabase(cluster?.url ?? ':memory:'));
    const issuers: Issuer[] = [];
    for (const [index, database] of databases.entries()) issuers.push(await makeNode(database, `node-${index + 1}`));
    clerks = [issuers[0], issuers.at(-1)] as [Issuer, Issuer];
    for (const [index, desk] of desks.entries()) desk.connect((clerks[index] as Issuer).hub);
    location = (await clerks[0].stock.addLocation('窗口', null)).id;
  }, LONG_MS);
  afterAll(async () => {
    for (const issuer of new Set(clerks)) await issuer.stop();
    for (const database of databases) await database.destroy();
    await cluster?.stop();
  }, LONG_MS);

  /** Two new listed blanks, one in each reader. */
  async function newBlanks(): Promise<void> {
    const chips = [blank(), blank()];
    const factors = chips.map(({ historicalBytes }) => bytesToHex(historicalBytes.slice(0, 8)));
    const list = ['箱号,芯片序列号', ...factors.map((factor) => `${randomBytes(3).toString('hex')},${factor}`)].join(
      '\n',
    );
    await clerks[0].stock.receive(
      new TextEncoder().encode(list),
      { locationId: location, supplier: '卡商甲', actor: '赵' },
      null,
    );
    for (const [index, desk] of desks.entries()) desk.put(chips[index] as (typeof chips)[number]);
  }
  const ledger = async () => (await clerks[0].stock.locations()).find(({ id }) => id === location)?.ledger;

  async function untilPersonalized(cardId: string) {
    for (const deadline = Date.now() + DEADLINE_MS; ; ) {
      const cards = await Promise.all(clerks.map((clerk) => clerk.service.settled(cardId)));
      if (cards.every(({ state }) => state === 'personalized') || Date.now() > deadline) return cards[0];
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  test(
    'both order, both put a blank in, both press: one card on one chip, the other blank stays a blank',
    async () => {
      const [one, two] = clerks;
      for (let round = 1; round <= ROUNDS; round++) {
        await newBlanks();
        const input = person();
        const enrolled = await Promise.all([one.service.enrol(input), two.service.enrol(input)]);
        expect(new Set(enrolled.map(({ id }) => id)).size).toBe(1);
        const residentId = enrolled[0].id;
        const ordered = await Promise.allSettled([
          one.service.orderCard(residentId),
          two.service.orderCard(residentId),
        ]);
        expect(ordered.map(codeOf).sort()).toEqual(['RESIDENT_HAS_CARD', 'done']);
        const cardId = (await one.service.cards({ residentId, limit: 5 }))[0]?.id as string;
        const pressed = await Promise.allSettled(
          clerks.map((clerk, index) => clerk.service.personalize(cardId, { agent: `desk-${index + 1}` })),
        );
        expect(pressed.map(codeOf)).toEqual(['done', 'done']);
        const card = await untilPersonalized(cardId);
        expect([round, card?.state, card?.job?.error ?? null]).toEqual([round, 'personalized', null]);
        const written = desks.filter(({ chipState }) => chipState !== 'blank');
        expect(written.map(({ factor, chipState }) => [factor, chipState])).toEqual([
          [card?.cardFactor, 'operational'],
        ]);
        await one.service.activate(cardId);
      }
      // Each round brought two blanks and used one.
      expect(await ledger()).toMatchObject({ received: 2 * ROUNDS, stock: ROUNDS, inWork: 0, issued: ROUNDS });
      const serials = (await one.service.cards({ limit: 100 })).map(({ issueSerial }) => issueSerial);
      expect(new Set(serials).size).toBe(serials.length);
      expect(serials).toHaveLength(ROUNDS);
    },
    LONG_MS,
  );

  test(
    'one clerk presses twice: one run',
    async () => {
      await newBlanks();
      const [clerk] = clerks;
      const { id } = await clerk.service.enrol(person());
      const { id: cardId } = await clerk.service.orderCard(id);
      const before = desks[0].batches;
      await Promise.all([1, 2].map(() => clerk.service.personalize(cardId, { agent: 'desk-1' })));
      const card = await untilPersonalized(cardId);
      expect([card?.state, card?.job?.attempt, card?.cardFactor]).toEqual(['personalized', 1, desks[0].factor]);
      expect(desks[0].batches - before).toBe(4);
      await clerk.service.activate(cardId);
    },
    LONG_MS,
  );

  test(
    'two residents and one blank: one of them has it, the other is told and takes the next blank',
    async () => {
      await newBlanks();
      const [clerk] = clerks;
      const orders: string[] = [];
      for (let n = 0; n < 2; n++) {
        const { id } = await clerk.service.enrol(person());
        orders.push((await clerk.service.orderCard(id)).id);
      }
      const pressed = await Promise.allSettled(
        orders.map((cardId) => clerk.service.personalize(cardId, { agent: 'desk-1' })),
      );
      expect(pressed.map(codeOf).sort()).toEqual(['BLANK_BOUND_ELSEWHERE', 'done']);
      const winner = orders[pressed.findIndex(({ status }) => status === 'fulfilled')] as string;
      const loser = orders.find((cardId) => cardId !== winner) as string;
      expect((await untilPersonalized(winner))?.cardFactor).toBe(desks[0].factor);
      expect((await clerk.service.card(loser)).cardFactor).toBeNull();
      await clerks[1].service.personalize(loser, { agent: 'desk-2' });
      expect((await untilPersonalized(loser))?.cardFactor).toBe(desks[1].factor);
    },
    LONG_MS,
  );
});

/** A card is ordered, personalized and activated over a virtual card, pulled and restarted at many moments. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { bytesToHex } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { localPersonalizationKeys } from '@rhc/card/personalization';
import { type KeySlotName, nationalProfile } from '@rhc/card/profile';
import { disperse, pilotRoot } from '@rhc/card/secure-messaging';
import { createLogger } from '../../../service-shell/src/index.ts';
import { createIssuer, type Issuer } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { identityCheckCharacter } from '../../src/domain/identity-number.ts';
import { cards, type Database, openDatabase } from '../../src/store/index.ts';
import { TEST_DATA_KEYS } from '../life-cycle/in-use.ts';
import { InProcessDesk } from './in-process-desk.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));
const root = (slot: KeySlotName, version: number) => pilotRoot(nodeCrypto, slot, version);
const personalization = localPersonalizationKeys({
  crypto: nodeCrypto,
  suite: 'intl-128',
  profile: nationalProfile,
  random,
  root,
});
const DEADLINE_MS = 10_000;
/** The end of a run writes these columns too, with its error. */
const PROGRESS = /^update `jobs` set `stage` = (?!.*`error`)/;

function makeDesk(): InProcessDesk {
  const historicalBytes = Uint8Array.of(0x52, 1, ...random(6), 1, 0, 0);
  const factor = historicalBytes.slice(0, 8);
  const transportKey = bytesToHex(disperse(nodeCrypto, 'intl-128', root('TMK', 1), factor));
  return new InProcessDesk({ transportKey, historicalBytes, random });
}

function makeIssuer(database: Database, listedBlanksOnly = false): Promise<Issuer> {
  return createIssuer({
    database,
    keys: {
      personalization: () => personalization,
      issuerCertificate: () => Promise.resolve(`0101${'00'.repeat(178)}`),
    },
    dataKeys: TEST_DATA_KEYS,
    crypto: nodeCrypto,
    clock: systemClock,
    random,
    logger: createLogger('card-issuer', 'silent'),
    issuer: { name: '石家庄市卫生健康委员会', code: '1301', cityCode: '130100', validityYears: 10 },
    limits: { reconnectMs: 200 },
    listedBlanksOnly,
  });
}

async function enrolAndOrder(issuer: Issuer): Promise<string> {
  const first17 = '13010119900307401';
  const { id } = await issuer.service.enrol({
    name: '张三丰',
    sex: '男',
    ethnicGroup: '汉',
    birthDate: '1990-03-07',
    documentType: '01',
    documentNumber: first17 + identityCheckCharacter(first17),
    areaCode: '130102',
    alerts: ['哮喘'],
  });
  return (await issuer.service.orderCard(id, 'order-1')).id;
}

async function untilPersonalized(issuer: Issuer, cardId: string) {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const card = await issuer.service.settled(cardId);
    if (card.state === 'personalized' || Date.now() > deadline) return card;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('issuing over a virtual card', () => {
  test('one run: at most 4 batches, 3 calls and 46 statements, then active; one card a resident', async () => {
    const database = openDatabase(':memory:');
    let statements = 0;
    const issuer = await makeIssuer(database);
    const desk = makeDesk();
    const cardId = await enrolAndOrder(issuer);
    await expect(issuer.service.personalize(cardId)).rejects.toMatchObject({ code: 'AGENT_NOT_CONNECTED' });
    database.on('query', ({ sql }: { sql: string }) => {
      // A slow machine stores progress more often.
      if (!PROGRESS.test(sql)) statements += 1;
    });
    desk.connect(issuer.hub);
    await issuer.service.personalize(cardId);
    const card = await issuer.service.settled(cardId);
    expect(card.job?.error).toBeNull();
    expect(card).toMatchObject({
      state: 'personalized',
      cardFactor: desk.factor,
      verdict: { genuine: true, readBack: { equal: true, differences: 0 } },
    });
    expect(card.job?.batches).toBeLessThanOrEqual(4);
    expect(card.job?.keyServiceCalls).toBeLessThanOrEqual(3);
    expect(card.job?.apdusDone).toBe(desk.apdus);
    expect(desk.chipState).toBe('operational');
    expect((await issuer.service.activate(cardId)).state).toBe('active');
    // Eight desks share one database: what a card asks of it decides how many a second there are.
    expect(statements).toBeLessThanOrEqual(46);
    await expect(issuer.service.orderCard(card.residentId)).rejects.toMatchObject({ code: 'RESIDENT_HAS_CARD' });
    expect((await issuer.service.orderCard(card.residentId, 'order-1')).id).toBe(cardId);
    await issuer.stop();
    await database.destroy();
  });

  test('a replacement carries what only the old card knew; only a listed blank is taken, and the books follow', async () => {
    const database = openDatabase(':memory:');
    const issuer = await makeIssuer(database, true);
    const desks = [makeDesk(), makeDesk()];
    const location = await issuer.stock.addLocation('窗口', null);
    const list = ['箱号,芯片序列号', ...desks.map(({ factor }) => `B1,${factor}`)].join('\n');
    const ledger = async () => (await issuer.stock.locations())[0]?.ledger;
    const [first, second] = desks as [InProcessDesk, InProcessDesk];
    first.connect(issuer.hub);
    const old = await enrolAndOrder(issuer);
    await expect(issuer.service.personalize(old)).rejects.toMatchObject({ code: 'BLANK_NOT_LISTED' });
    expect(first.apdus).toBe(0);
    const delivery = { locationId: location.id, supplier: '卡商甲', actor: '赵' };
    await issuer.stock.receive(new TextEncoder().encode(list), delivery, null);
    await issuer.service.personalize(old);
    expect((await untilPersonalized(issuer, old)).state).toBe('personalized');
    expect(await ledger()).toMatchObject({ received: 2, stock: 1, inWork: 1, issued: 0 });
    await issuer.service.activate(old);
    expect(await ledger()).toMatchObject({ received: 2, stock: 1, inWork: 0, issued: 1 });
    // What a clinic wrote since: the server's copy of the old card has it, the enrolment record has not.
    const data = await cards.findCardData(database, old);
    if (data === null) throw new Error('no copy');
    const elements = { ...data.elements, diabetes: true };
    const allergies = [{ substance: '青霉素', reaction: '皮疹' }];
    const frozen = cards.freezeCardData(database, old, { ...data, elements, allergies });
    await database('cards').where({ id: old }).update({ card_data: frozen });
    await issuer.service.lifeCycle.move(old, { move: 'report-lost', reason: 'lost', actor: '李' }, null);
    const made = await issuer.service.lifeCycle.replace(old, { actor: '李', reason: 'lost' }, null);
    second.connect(issuer.hub);
    await issuer.service.personalize(made.cardId);
    const card = await untilPersonalized(issuer, made.cardId);
    // Read back from the chip and equal to what was frozen.
    expect([card.state, card.cardFactor, card.verdict?.readBack.equal]).toEqual(['personalized', second.factor, true]);
    const written = await cards.findCardData(database, made.cardId);
    expect(written?.allergies).toEqual(allergies);
    expect([written?.elements.diabetes, written?.elements.asthma]).toEqual([true, true]);
    expect(written?.elements.issueSerial).toBe(card.issueSerial);
    await issuer.service.activate(made.cardId);
    expect((await issuer.service.card(old)).state).toBe('cancelled');
    expect(await ledger()).toMatchObject({ received: 2, stock: 0, inWork: 0, issued: 2 });
    await issuer.stop();
    await database.destroy();
  });

  test('pulled before any of 40 APDUs: the same chip is finished under the same serial', async () => {
    const measure = makeDesk();
    const firstDatabase = openDatabase(':memory:');
    const first = await makeIssuer(firstDatabase);
    measure.connect(first.hub);
    const firstCard = await enrolAndOrder(first);
    await first.service.personalize(firstCard);
    await untilPersonalized(first, firstCard);
    await first.stop();
    await firstDatabase.destroy();
    const total = measure.apdus;
    expect(total).toBeGreaterThan(40);
    for (let cut = 0; cut < 40; cut++) {
      const database = openDatabase(':memory:');
      const before = await makeIssuer(database);
      const desk = makeDesk();
      desk.pullBefore = 1 + Math.floor((cut * (total - 1)) / 39);
      desk.connect(before.hub);
      const cardId = await enrolAndOrder(before);
      const serial = (await before.service.card(cardId)).issueSerial;
      await before.service.personalize(cardId);
      let issuer = before;
      if (cut % 2 === 1) {
        // Every other time the service is restarted as well.
        await before.service.settled(cardId);
        await before.stop();
        issuer = await makeIssuer(database);
        desk.connect(issuer.hub);
      }
      const card = await untilPersonalized(issuer, cardId);
      expect([cut, card.job?.error ?? null, card.state]).toEqual([cut, null, 'personalized']);
      expect([card.cardFactor, card.issueSerial]).toEqual([desk.factor, serial]);
      await issuer.stop();
      await database.destroy();
    }
  }, 120_000);
});

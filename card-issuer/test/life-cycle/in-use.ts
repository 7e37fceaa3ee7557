/** A service with a clock that tests turn, and cards that are in use without a reader. */
import { randomBytes } from 'node:crypto';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { createLogger } from '../../../service-shell/src/index.ts';
import { createIssuer, type Issuer } from '../../src/app.ts';
import type { Clock } from '../../src/clock.ts';
import { cardDataOf } from '../../src/domain/card-data.ts';
import { identityCheckCharacter } from '../../src/domain/identity-number.ts';
import { openVault, softDataKeys } from '../../src/personal-data/index.ts';
import { cards, type Database, residents } from '../../src/store/index.ts';

export const ISSUER = { name: '石家庄市卫生健康委员会', code: '1301', cityCode: '130100', validityYears: 10 };
/** One for the whole run, so that a database is opened again with the same keys. */
export const TEST_DATA_KEYS = softDataKeys();
export const openTestVault = (database: Database) =>
  openVault(database, TEST_DATA_KEYS, (n) => new Uint8Array(randomBytes(n)), '2026-11-24T00:00:00.000Z');
const START_MS = Date.parse('2026-11-24T01:00:00Z');

export class TurnedClock implements Clock {
  #nowMs = START_MS;
  nowMs() {
    return this.#nowMs;
  }
  monotonicMs() {
    return this.#nowMs;
  }
  /** Nothing happens by itself: tests call `tick`. */
  after() {
    return () => undefined;
  }
  turnHours(hours: number) {
    this.#nowMs += hours * 3_600_000;
  }
}

export function issuerWith(database: Database, clock: Clock, more: object = {}): Promise<Issuer> {
  const nothing = () => Promise.reject(new Error('no key-service here'));
  return createIssuer({
    database,
    keys: { personalization: {} as never, issuerCertificate: nothing },
    dataKeys: TEST_DATA_KEYS,
    crypto: nodeCrypto,
    clock,
    random: (length) => new Uint8Array(randomBytes(length)),
    logger: createLogger('card-issuer', 'silent'),
    issuer: ISSUER,
    policy: { suspensionHours: 48, replacementFeeFen: 2000 },
    ...more,
  });
}

export async function enrolled(issuer: Issuer, sequence: number): Promise<string> {
  const first17 = `13010119900307${String(sequence * 2 + 1).padStart(3, '0')}`;
  const { id } = await issuer.service.enrol({
    name: '张三丰',
    sex: '男',
    ethnicGroup: '汉',
    birthDate: '1990-03-07',
    documentType: '01',
    documentNumber: first17 + identityCheckCharacter(first17),
    areaCode: '130102',
    alerts: ['哮喘'],
    allergies: [{ substance: '青霉素', reaction: '皮疹' }],
  });
  return id;
}

/** Binds a chip and passes the read-back, as the job runner would. */
export async function personalized(database: Database, cardId: string, clock: Clock): Promise<string> {
  const at = new Date(clock.nowMs()).toISOString();
  const signed = { actor: 'system', at };
  const card = await cards.findCard(database, cardId);
  if (card === null) throw new Error('no such card');
  const entry = await residents.findResident(database, card.residentId);
  if (entry === null) throw new Error('no such resident');
  const facts = { issueDate: at.slice(0, 10), issueSerial: card.issueSerial, issuerCertificate: '00' };
  const factor = randomBytes(8).toString('hex').toUpperCase();
  const changes = {
    card_factor: factor,
    issue_date: facts.issueDate,
    expiry_date: '2036-11-24',
    card_data: cards.freezeCardData(database, cardId, cardDataOf(entry.resident, ISSUER, facts)),
  };
  await cards.moveCard(database, { id: cardId, state: 'ordered' }, 'bind-chip', signed, changes);
  await cards.moveCard(database, { id: cardId, state: 'personalizing' }, 'verified', signed);
  return factor;
}

export async function inUse(issuer: Issuer, database: Database, clock: Clock, sequence: number): Promise<string> {
  const { id } = await issuer.service.orderCard(await enrolled(issuer, sequence));
  await personalized(database, id, clock);
  await issuer.service.activate(id);
  return id;
}

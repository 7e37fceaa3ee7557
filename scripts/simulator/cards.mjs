/**
 * The simulator's cards: each personalized in process with the public pilot keys, then brought into the state that a HIS
 * developer wants to try. The people on them are invented (ADR 002).
 */
import { nodeCrypto } from '@rhc/card/crypto-node';
import { localPersonalizationKeys, personalizeCard, securityCodeBlock } from '@rhc/card/personalization';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { disperse, pilotRoot } from '@rhc/card/secure-messaging';
import { blockCard, CardSession } from '@rhc/card/session';
import { writeVisit } from '@rhc/card/visits';
import { historicalBytesOf, VirtualCard } from '@rhc/virtual-card/cos';
import { ProcessMemory } from '@rhc/virtual-card/memory';
import { exampleResident, ID_NUMBER } from '../card/example-resident.mjs';
import { pilotTerminalKeys } from '../card/pilot-card.mjs';
import { seededRandom } from '../card/seeded-random.mjs';
import { issueSerialOf, LOST_COUNTER } from './hotlist.mjs';

const SUITE = 'intl-128';

/**
 * @typedef {object} CardKind
 * @property {string} id
 * @property {{ zh: string, en: string }} text
 * @property {{ zh: string, en: string }} expect what the agent should say
 * @property {Record<string, string | boolean>} [elements] other than the example resident's
 * @property {string} [province]
 * @property {string} [cityCode] of another province, for which this province has no table
 * @property {boolean} [forged] its authentication key is nobody's
 * @property {boolean} [blank]
 * @property {'block' | 'fill-visits'} [prepare]
 * @property {readonly object[]} [faults] armed at each insertion
 * @property {number} [delayMs] added to each command
 */

export const CARD_KINDS = Object.freeze(
  /** @type {CardKind[]} */ ([
    {
      id: 'healthy',
      text: { zh: '正常卡', en: 'healthy card' },
      expect: { zh: '读写都成功', en: 'reads and writes succeed' },
    },
    {
      id: 'expired',
      text: { zh: '过期卡', en: 'expired card' },
      expect: { zh: '读出，标明已过期', en: 'read, and marked as expired' },
      elements: { expiryDate: '2024-01-31' },
    },
    {
      id: 'lost',
      text: { zh: '挂失卡', en: 'lost card' },
      expect: { zh: '读出，标明已挂失；不能写', en: 'read, and marked as lost; no write' },
      elements: { issueSerial: issueSerialOf(LOST_COUNTER) },
    },
    {
      id: 'blocked',
      text: { zh: '已锁卡', en: 'blocked card' },
      expect: { zh: '拒绝，提示换卡', en: 'refused, to be replaced' },
      prepare: 'block',
    },
    {
      id: 'forged',
      text: { zh: '伪卡', en: 'forged card' },
      expect: { zh: '真伪鉴别失败，不显示内容', en: 'not genuine, nothing is shown' },
      forged: true,
    },
    {
      id: 'foreign-province',
      text: { zh: '外省卡', en: 'card of another province' },
      expect: { zh: '与本省卡一样读出', en: 'read like one of our own' },
      province: '41',
      cityCode: '410100',
      elements: {
        issuerName: '郑州市卫生健康委员会',
        issuerCode: '4101000000000000000001',
        issueSerial: 'HA00000001',
      },
    },
    {
      id: 'slow',
      text: { zh: '慢卡', en: 'slow card' },
      expect: { zh: '读出，但慢', en: 'read, slowly' },
      delayMs: 120,
    },
    {
      id: 'torn',
      text: { zh: '写到一半被拔出', en: 'removed in mid-write' },
      expect: { zh: '结果未确认；重新放入后确认', en: 'outcome unknown; settled when put in again' },
      faults: [{ kind: 'tear', write: 1, when: 'after' }],
    },
    {
      id: 'full',
      text: { zh: '就诊记录已满', en: 'all visit slots in use' },
      expect: { zh: '最早一次就诊被覆盖', en: 'the oldest visit gives way' },
      prepare: 'fill-visits',
    },
    {
      id: 'blank',
      text: { zh: '空白卡', en: 'blank card' },
      expect: { zh: '未完成个人化', en: 'not personalized' },
      blank: true,
    },
  ]),
);

/** @param {string} id */
export function cardKind(id) {
  const kind = CARD_KINDS.find((each) => each.id === id);
  if (kind === undefined) throw new RangeError(`no such card: ${id}`);
  return kind;
}

/** @param {import('@rhc/virtual-card/memory').NonVolatileMemory} memory @param {string} seed */
function powered(memory, seed) {
  const card = new VirtualCard({ memory, random: seededRandom(`${seed}/chip`) });
  card.powerOn();
  return card;
}

/** @param {import('@rhc/virtual-card/memory').NonVolatileMemory} memory @param {string} seed */
function session(memory, seed) {
  const card = powered(memory, seed);
  return CardSession.open({
    transport: { transmit: async (command) => card.transmit(command) },
    keys: pilotTerminalKeys(seededRandom(`${seed}/terminal`)),
    profile: nationalProfile,
    product: rhcBlank1,
    atr: card.atr,
    random: seededRandom(`${seed}/session`),
  });
}

/**
 * A chip of that kind, fresh.
 * @param {string} repository root folder @param {CardKind} kind
 */
export async function makeCard(repository, kind) {
  const number = CARD_KINDS.indexOf(kind) + 1;
  const historicalBytes = historicalBytesOf(Uint8Array.of(0, 0, 0, 0, 9, number));
  const cardFactor = historicalBytes.slice(0, 8);
  const root = (/** @type {any} */ slot, /** @type {number} */ version) => pilotRoot(nodeCrypto, slot, version);
  const memory = new ProcessMemory();
  const card = new VirtualCard({
    memory,
    random: seededRandom(`simulator ${kind.id}`),
    historicalBytes,
    transportKey: Buffer.from(disperse(nodeCrypto, SUITE, root('TMK', 1), cardFactor)).toString('hex'),
    suite: SUITE,
  });
  card.powerOn();
  if (kind.blank === true) return memory;
  const random = seededRandom(`simulator ${kind.id}/issuer`);
  // A forger can copy what is read from a card, never the secret by which it proves itself.
  const issuerRoot = (/** @type {any} */ slot, /** @type {number} */ version) =>
    kind.forged === true && slot === 'IRK.DDF1' ? root(slot, version).map((byte) => byte ^ 0x5a) : root(slot, version);
  const resident = (/** @type {string} */ securityCode) => {
    const data = exampleResident(repository, { securityCode, issuerCertificate: '' });
    const { issuerCertificate: _, ...elements } = data.elements;
    return { ...data, elements: { ...elements, issueSerial: issueSerialOf(number), ...kind.elements } };
  };
  const { expiryDate = '', issueSerial } = /** @type {any} */ (resident('').elements);
  await personalizeCard({
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
    keys: localPersonalizationKeys({
      crypto: nodeCrypto,
      suite: SUITE,
      profile: nationalProfile,
      random,
      root: issuerRoot,
    }),
    crypto: nodeCrypto,
    profile: nationalProfile,
    product: rhcBlank1,
    provinceCode: kind.province ?? '13',
    securityCodeBlock: securityCodeBlock(nodeCrypto, SUITE, ID_NUMBER, expiryDate.replaceAll('-', ''), issueSerial),
    makeData: resident,
    random,
  });
  const done = kind.cityCode === undefined ? memory : withCity(memory, kind.cityCode);
  if (kind.prepare === 'block') await blockCard(await session(memory, 'block'));
  if (kind.prepare === 'fill-visits') {
    const open = await session(memory, 'fill');
    for (const day of [5, 4, 1, 3, 2]) {
      await writeVisit(
        open,
        {
          kind: 'outpatient',
          institutionName: '石家庄市第一医院',
          visitTime: `2026-11-0${day}T08:30:00`,
          diagnoses: [{ name: '上呼吸道感染', code: 'J06.9' }],
        },
        { signer: null },
      );
    }
  }
  return done;
}

const CITY_TAG = 57;

/** Element 57 decides the province of a card's keys. @param {ProcessMemory} memory @param {string} cityCode */
function withCity(memory, cityCode) {
  const content = memory.read();
  if (content === null) throw new Error('no chip');
  const record = Uint8Array.from([CITY_TAG, 3, ...Buffer.from(cityCode, 'hex')]);
  return new ProcessMemory({
    ...content,
    files: content.files.map((file) =>
      file.body.structure === 'tlv-records'
        ? {
            ...file,
            body: {
              ...file.body,
              records: file.body.records.map((each) => (each[0] === CITY_TAG && each[1] === 3 ? record : each)),
            },
          }
        : file,
    ),
  });
}

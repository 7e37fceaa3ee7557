/**
 * The dialogues that are compared, shown and kept as transcripts: each runs on a card of its own, in process, from reset,
 * with pilot keys and seeded challenges. `deployedMs` are CARD.md's "Real readers, measured in the field".
 */
import {
  APPLICATION_UNBLOCK_HEADER,
  applicationBlock,
  applicationBlockHeader,
  applicationUnblock,
} from '@rhc/card/commands';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { applyPatch } from '@rhc/card/patch';
import { nationalProfile } from '@rhc/card/profile';
import { localRekeyKeys, rekeyCard } from '@rhc/card/rekey';
import { writeVisit } from '@rhc/card/visits';
import { exampleVisitSigner, KeptSignatures } from './example-keys.mjs';
import { Least } from './least.mjs';
import { copyOf, openPilotSession, personalizePilotCard, root, SUITE } from './pilot-card.mjs';
import { seededRandom } from './seeded-random.mjs';

/**
 * @typedef {object} Scene
 * @property {import('@rhc/virtual-card/memory').NonVolatileMemory} memory the personalized card; copied for each run
 * @property {import('@rhc/card/personalization').CardData['photo']} photo
 * @property {readonly import('./pilot-card.mjs').RecordedExchange[]} personalization
 * @property {KeptSignatures} signatures
 *
 * @typedef {object} Dialogue
 * @property {string} id
 * @property {import('@rhc/card/errors').Text} text
 * @property {number | null} deployedMs
 * @property {boolean} transcript kept in test-vectors/transcripts
 * @property {(scene: Scene) => Least | null} least null: no bound was counted
 * @property {(scene: Scene) => Promise<readonly import('./pilot-card.mjs').RecordedExchange[]>} run
 */

const PHOTO_LENGTH_BYTES = 2;
const CLINICAL = nationalProfile.file('DF02/EF05');
const CLINICAL_RECORDS = CLINICAL.structure === 'tlv-records' ? CLINICAL.elements.length : 0;

/** All fifteen clinical elements change: blood group O, Rh unknown, and every flag the other way. */
const CLINICAL_PATCH = Object.fromEntries(
  (CLINICAL.structure === 'tlv-records' ? CLINICAL.elements : []).map(({ id, meaning }) => {
    if (id === 'bloodAbo') return [id, '3'];
    if (id === 'bloodRh') return [id, '03'];
    if (meaning.kind === 'flag') return [id, !['asthma', 'heartDisease'].includes(id)];
    return [id, '碘过敏'];
  }),
);

/** @type {import('@rhc/card/visits').OutpatientVisit} */
const VISIT = {
  kind: 'outpatient',
  institutionName: '正定县人民医院',
  visitTime: '2026-11-23T08:30:00',
  department: '心血管内科',
  diagnoses: [{ symptomName: '头晕', name: '原发性高血压', code: 'I10' }],
};

/** Signed by the example SAM. @param {import('@rhc/card/session').CardSession} session @param {Scene} scene */
async function writeOneVisit(session, { signatures }) {
  const signer = { keys: exampleVisitSigner(signatures), verifier: nodeCrypto };
  const { outcome, failure } = await writeVisit(session, VISIT, { signer });
  if (outcome !== 'written') throw failure;
}

const VISIT_FILE = 'DF03/ED01';
const VISIT_BYTES = nationalProfile.file(VISIT_FILE).sizeBytes;

/** RK1.DF02 to version 2, proven, version 1 retired. @param {import('@rhc/card/session').CardSession} session */
async function rekeyOne(session) {
  const random = seededRandom('rekey/channel');
  const keys = localRekeyKeys({ crypto: nodeCrypto, suite: SUITE, profile: nationalProfile, random, root });
  const request = { slots: [{ slot: /** @type {const} */ ('RK1.DF02'), version: 2 }], retireOlder: true };
  const { complete: done, failure } = await rekeyCard(session, keys, request);
  if (!done) throw failure;
}

/**
 * @param {string} id @param {string} zh @param {string} en
 * @param {(session: import('@rhc/card/session').CardSession, scene: Scene) => Promise<unknown>} work
 * @param {(scene: Scene) => Least | null} least
 * @param {{ deployedMs?: number, transcript?: boolean, prepare?: (session: import('@rhc/card/session').CardSession, scene: Scene) => Promise<unknown> }} [more]
 * @returns {Dialogue}
 */
function sessionDialogue(id, zh, en, work, least, { deployedMs, transcript = false, prepare } = {}) {
  return {
    id,
    text: { zh, en },
    deployedMs: deployedMs ?? null,
    transcript,
    least,
    async run(scene) {
      const memory = copyOf(scene.memory);
      if (prepare !== undefined) {
        const { session } = await openPilotSession(memory, `${id}/before`);
        await prepare(session, scene);
      }
      const { card, session } = await openPilotSession(memory, id);
      await work(session, scene);
      return card.exchanges;
    },
  };
}

/** @param {Promise<import('@rhc/card/patch').PatchReport>} patching */
async function complete(patching) {
  const { complete: done, failure } = await patching;
  if (!done) throw failure;
}

/** @param {Least} least @param {string} id */
const record = (least, id) => least.records(1, `读 ${id} 的记录`, `read the record of ${id}`);

/** @param {Scene} scene */
const photoBytes = ({ photo }) => (photo?.length ?? 0) + PHOTO_LENGTH_BYTES;

/** @type {readonly Dialogue[]} */
export const DIALOGUES = [
  {
    id: 'personalization',
    text: { zh: '个人化', en: 'personalization' },
    deployedMs: null,
    transcript: true,
    least: () => null,
    run: async ({ personalization }) => personalization,
  },
  sessionDialogue(
    'identify',
    '识别卡',
    'identify the card',
    async () => undefined,
    () => new Least().identify(),
  ),
  sessionDialogue(
    'genuine',
    '真伪验证（内部认证）',
    'genuine card (internal authentication)',
    (session) => session.internalAuthenticate(),
    () => new Least().identify().add(1, 'INTERNAL AUTHENTICATE', 'INTERNAL AUTHENTICATE'),
  ),
  sessionDialogue(
    'issuer',
    '读发卡机构文件',
    'read the issuer file',
    (session) => session.readFile('DDF1/EF05'),
    () => new Least().identify().tlv('DDF1/EF05', 1),
    { deployedMs: 103 },
  ),
  sessionDialogue(
    'holder',
    '认证并读持卡人',
    'read the holder with authentication',
    (session) => session.readFile('DDF1/EF06'),
    () => new Least().identify().key('RK1.DDF1').file('EF06').tlv('DDF1/EF06'),
    { deployedMs: 157 },
  ),
  sessionDialogue(
    'identity',
    '读身份（发卡机构与持卡人）',
    'read the identity (issuer and holder)',
    (session) => session.readIdentity(),
    () => new Least().identify().tlv('DDF1/EF05', 1).key('RK1.DDF1').file('EF06').tlv('DDF1/EF06'),
    { transcript: true },
  ),
  sessionDialogue(
    'photo',
    '读照片',
    'read the photo',
    (session) => session.readPhoto(),
    (scene) => new Least().identify().key('RK1.DDF1').file('EF07').readBytes('DDF1/EF07', photoBytes(scene)),
    { deployedMs: 503 },
  ),
  sessionDialogue(
    'summary',
    '读摘要（身份、联系人、警示、过敏、免疫、照片）',
    'read the summary (identity, contacts, alerts, allergies, immunizations, photo)',
    (session) => session.readSummary({ photo: true }),
    (scene) => {
      const least = new Least().identify().tlv('DDF1/EF05', 1).key('RK1.DDF1');
      least.file('EF06').tlv('DDF1/EF06').file('EF07').readBytes('DDF1/EF07', photoBytes(scene));
      least.file('EF08').tlv('DDF1/EF08');
      least.enter('DF01').key('RK1.DF01');
      for (const file of ['EF05', 'EF06', 'EF07', 'EF08']) least.file(file).tlv(`DF01/${file}`);
      least.enter('DF02').key('RK1.DF02').file('EF05').tlv('DF02/EF05');
      return least.file('EF07').cyclic('DF02/EF07', 2).file('EF08').cyclic('DF02/EF08', 2);
    },
    { transcript: true },
  ),
  sessionDialogue(
    'clinical-read',
    '读临床基本数据（15 条）',
    'read the clinical data (15 records)',
    (session) => session.readFile('DF02/EF05'),
    () => new Least().identify().enter('DF02').key('RK1.DF02').file('EF05').tlv('DF02/EF05'),
    { deployedMs: 204 },
  ),
  sessionDialogue(
    'clinical-write',
    '写临床基本数据（15 条，逐条比较与回读）',
    'write the clinical data (15 records, each compared and read back)',
    (session) => complete(applyPatch(session, CLINICAL_PATCH)),
    () =>
      new Least()
        .identify()
        .enter('DF02')
        .key('RK1.DF02')
        .file('EF05')
        .tlv('DF02/EF05')
        .key('UK1.DF02')
        .protectedCommands(CLINICAL_RECORDS)
        .records(CLINICAL_RECORDS, '逐条回读', 'read each back'),
    { deployedMs: 4091 },
  ),
  sessionDialogue(
    'patch-one',
    '改一个数据元（本人电话1）',
    'change one element (phone 1)',
    (session) => complete(applyPatch(session, { phone1: '0311-00000099' })),
    () =>
      record(
        record(new Least().identify().key('RK1.DDF1').file('EF08'), 'phone1').key('UK1.DDF1').protectedCommands(1),
        'phone1',
      ),
    { transcript: true },
  ),
  sessionDialogue(
    'visit-read',
    '读一条门诊记录（索引与 3267 字节）',
    'read one outpatient visit (index and 3267 bytes)',
    async (session) => {
      await session.readIndex('DF03/EF06');
      await session.readFile(VISIT_FILE);
    },
    () =>
      new Least()
        .identify()
        .enter('DF03')
        .key('RK1.DF03')
        .file('EF06')
        .records(5, '读 5 个索引标志', 'read 5 index flags')
        .file('ED01')
        .readBytes(VISIT_FILE, VISIT_BYTES),
    { deployedMs: 3768, prepare: writeOneVisit },
  ),
  sessionDialogue(
    'visit-write',
    '写一条门诊记录（内容、签名、证书，回读后置标志）',
    'write one outpatient visit (content, signature, certificate; read back, then the flag)',
    writeOneVisit,
    () =>
      new Least()
        .identify()
        .enter('DF03')
        .key('RK1.DF03')
        .file('EF06')
        .records(1, '读到空标志', 'read a flag that is empty')
        .key('UK1.DF03')
        .file('ED01')
        .writeBytes(VISIT_FILE, VISIT_BYTES)
        .readBytes(VISIT_FILE, VISIT_BYTES)
        .file('EF06')
        .protectedCommands(1)
        .records(1, '回读标志', 'read the flag back'),
    { deployedMs: 8880, transcript: true },
  ),
  sessionDialogue(
    'rekey',
    '更换一个密钥（RK1.DF02 到版本 2，验证后停用版本 1）',
    'replace one key (RK1.DF02 by version 2, proven, version 1 retired)',
    rekeyOne,
    () => null,
    { transcript: true },
  ),
  sessionDialogue(
    'block',
    '锁定并解锁应用（DF02）',
    'block and unblock an application (DF02)',
    blockAndUnblock,
    () => new Least().identify().enter('DF02').key('LK.DF02').protectedCommands(2),
    { transcript: true },
  ),
];

/**
 * Block DF02 until it is unblocked, and unblock it: MAC-only commands (ADR 005).
 * @param {import('@rhc/card/session').CardSession} session
 */
async function blockAndUnblock({ dialogue: card }) {
  await card.authenticate('LK.DF02');
  const block = await card.protectedData('STK.DF02', applicationBlockHeader('until-unblocked'), null);
  await card.send(applicationBlock, 'until-unblocked', block);
  const unblock = await card.protectedData('STK.DF02', APPLICATION_UNBLOCK_HEADER, null);
  await card.send(applicationUnblock, unblock);
}

/**
 * The personalized card that every dialogue starts from.
 * @param {string} repository root folder
 * @returns {Promise<Scene>}
 */
export async function prepareScene(repository) {
  const signatures = new KeptSignatures(repository);
  const { memory, card, photo } = await personalizePilotCard(repository, signatures);
  return { memory, photo, personalization: card.exchanges, signatures };
}

/** @param {string} id */
export function dialogue(id) {
  const found = DIALOGUES.find((entry) => entry.id === id);
  if (found === undefined) throw new Error(`no dialogue ${id}`);
  return found;
}

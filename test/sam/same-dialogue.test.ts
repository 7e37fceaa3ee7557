/**
 * The same card, the same challenges, the same terminal random: byte for byte the same APDUs reach the card, whether the
 * keys come from the SAM, from clear roots or from key-service over SoftHSM2. And what a SAM cannot do it says.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SecretBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { applyPatch } from '@rhc/card/patch';
import { type AlgorithmSuite, CARD_KEY_SLOTS, type KeySlotName, nationalProfile } from '@rhc/card/profile';
import { samTerminalKeys, samVisitSigner } from '@rhc/card/sam';
import { pilotRoot } from '@rhc/card/secure-messaging';
import { localTerminalKeys, type RandomBytes, type TerminalKeys } from '@rhc/card/session';
import { readVisits, type VisitSigner, verifyVisit, writeVisit } from '@rhc/card/visits';
import { createLogger, listen, type RunningService } from '@rhc/service-shell';
import type { Knex } from 'knex';
import { createKeyService } from '../../key-service/src/app.ts';
import { attachHsm } from '../../key-service/src/attach.ts';
import { type AuditRoom, openAuditRoom } from '../../key-service/src/audit/audit-room.ts';
import { stateFolder } from '../../key-service/src/ceremony-room.ts';
import { KeyServiceClient, terminalKeysOver } from '../../key-service/src/client/index.ts';
import type { HsmWorkerPool } from '../../key-service/src/hsm/worker-pool.ts';
import { approvalStore } from '../../key-service/src/store/approval-store.ts';
import { auditStore } from '../../key-service/src/store/audit-store.ts';
import { openDatabase } from '../../key-service/src/store/database.ts';
import { keyLifeStore, keyUseStore } from '../../key-service/src/store/key-life-store.ts';
import { rotationStore } from '../../key-service/src/store/rotation-store.ts';
import { certificateStore, keyVersionStore } from '../../key-service/src/store/stores.ts';
import { config, projectRoot, TOKEN_LABEL, temporaryFolder, workerPath } from '../../key-service/test/pilot-room.ts';
import { pilotState } from '../../key-service/test/pilot-state.ts';
import type { ChipContent, VirtualSam } from '../../virtual-card/src/index.ts';
import { issuedPilotSam, openSam, type TestIssuer } from '../../virtual-card/test/support/pilot-sam.ts';
import { CutCard, openSession, personalizedContent, seededRandom } from '../card-writing/personalized-card.ts';

const root = (slot: KeySlotName, version: number) => pilotRoot(nodeCrypto, slot, version);
const localKeys = (suite: AlgorithmSuite, random: RandomBytes, activeVersion = 1) =>
  localTerminalKeys({ crypto: nodeCrypto, suite, profile: nationalProfile, random, root, activeVersion });

const PATCH = { 本人电话1: '13900000077', 过敏: [{ substance: '磺胺', reaction: '皮疹' }] };
const VISIT = {
  kind: 'outpatient',
  institutionName: '石家庄市第一医院',
  visitTime: '2026-11-23T08:30:00',
  department: '内科',
  diagnoses: [{ name: '上呼吸道感染', code: 'J06.9' }],
  drugs: [],
  fees: [],
} as const;

/** Reads everything, writes under every update key of the SAM's table, writes a visit without signature. */
async function dialogue(content: ChipContent, keys: TerminalKeys): Promise<readonly string[]> {
  const card = new CutCard(content);
  const session = await openSession(card, keys);
  await session.readSummary({ photo: true, psychiatric: true });
  const files = ['DF01/EF05', 'DF01/EF06', 'DF01/EF08', 'DF02/EF05', 'DF02/EF06'];
  const values: Record<string, string | boolean> = {};
  for (const id of files) {
    const file = nationalProfile.file(id);
    if (file.structure !== 'tlv-records') continue;
    for (const { id: element, meaning } of file.elements) {
      if (meaning.kind === 'flag') values[element] = true;
      if (meaning.kind === 'text') values[element] = '测试';
    }
  }
  const report = await applyPatch(session, { ...values, ...PATCH });
  expect(report).toMatchObject({ complete: true, failure: null });
  // The card has five slots: the sixth visit erases the oldest, under UK2.
  for (let day = 1; day <= 6; day++) {
    const visitTime = `2026-11-0${day}T08:30:00`;
    expect((await writeVisit(session, { ...VISIT, visitTime }, { signer: null })).outcome).toBe('written');
  }
  return card.commands;
}

describe.each(['intl-128', 'sm-128'] as const)('%s', (suite) => {
  let content: ChipContent;
  let sam: VirtualSam;
  let issuer: TestIssuer;
  beforeAll(async () => {
    content = await personalizedContent(suite, [1, 2]);
    ({ sam, issuer } = await issuedPilotSam(suite));
  });

  test.each([1, 2])(
    'version %i: SAM and clear roots, one dialogue',
    async (version) => {
      sam.reset();
      const chooseVersion = () => version;
      const bySam = samTerminalKeys({ sam: await openSam(sam), random: seededRandom('terminal'), chooseVersion });
      const ofSam = await dialogue(content, bySam);
      const ofRoots = await dialogue(content, localKeys(suite, seededRandom('terminal'), version));
      expect(ofSam).toEqual(ofRoots);
      const authenticated = ofSam
        .filter((command) => command.startsWith('008200'))
        .map((command) => command.slice(6, 8));
      expect(new Set(authenticated)).toEqual(new Set(['04', '84', '05', '85', '86', '87']));
      expect(ofSam.some((command) => command.startsWith('840C'))).toBe(true);
    },
    60_000,
  );

  test('a signed visit: made in the SAM, verified up to the root', async () => {
    sam.reset();
    const session = await openSam(sam);
    const keys = samTerminalKeys({ sam: session, random: seededRandom('terminal') });
    const signer: VisitSigner = await samVisitSigner(session);
    const card = new CutCard(content);
    const cardSession = await openSession(card, keys);
    const report = await writeVisit(cardSession, VISIT, { signer: { keys: signer, verifier: nodeCrypto } });
    expect(report).toMatchObject({ outcome: 'written', failure: null });
    const [stored] = await readVisits(cardSession, 'outpatient');
    const issuerCertificate = await session.readFile('DF01/001B');
    const trust = { issuerCertificate, rootPublicKey: issuer.rootPublicKey, day: '2026-11-23' };
    const signed = stored?.signed;
    if (signed === null || signed === undefined) throw new Error('the visit carries no signature');
    expect(verifyVisit(nodeCrypto, signed, trust)).toMatchObject({
      valid: true,
      signedBy: { samSerial: '13010000000000000009', terminalNumber: '130101000009' },
    });
  });
});

describe('what a SAM cannot do', () => {
  test('a card is not checked for genuineness, never passed, and nothing is sent for it', async () => {
    const { sam } = await issuedPilotSam();
    const keys = samTerminalKeys({ sam: await openSam(sam), random: seededRandom('terminal') });
    const card = new CutCard(await personalizedContent());
    const session = await openSession(card, keys);
    const before = card.commands.length;
    expect(await session.checkGenuine()).toBe('not-checked');
    expect(card.commands).toHaveLength(before);
    await expect(session.internalAuthenticate()).rejects.toMatchObject({ code: 'SAM_KEY_NOT_AVAILABLE' });
    const roots = await openSession(new CutCard(await personalizedContent()), localKeys('intl-128', seededRandom('t')));
    expect(await roots.checkGenuine()).toBe('genuine');
  });

  test('IRK, BK, LK, MK and STK.MF are typed as not available; all others are served', async () => {
    const { sam } = await issuedPilotSam();
    const keys = samTerminalKeys({ sam: await openSam(sam), random: seededRandom('terminal') });
    const served = await Promise.all(
      CARD_KEY_SLOTS.map((slot) =>
        keys.activeVersion(slot).then(
          () => 'served',
          (error: { readonly code: string }) => error.code,
        ),
      ),
    );
    const refused = CARD_KEY_SLOTS.filter((_, i) => served[i] === 'SAM_KEY_NOT_AVAILABLE');
    expect(refused).toEqual(['MK.MF', 'IRK.DDF1', 'STK.MF', 'BK.MF', 'LK.DF01', 'LK.DF02', 'LK.DF03']);
    expect(served.filter((each) => each === 'served')).toHaveLength(15);
  });

  test('calls of one turn are worked off in order, each with a session key of its own', async () => {
    const { sam } = await issuedPilotSam();
    const session = await openSam(sam);
    const keys = samTerminalKeys({ sam: session, random: () => new Uint8Array(8).fill(0xb1) });
    const local = localKeys('intl-128', () => new Uint8Array(8).fill(0xb1));
    const request = { cardFactor: new Uint8Array(8).fill(7), provinceCode: '13', version: 1 };
    const challenge = new Uint8Array(8).fill(9);
    const calls = (each: TerminalKeys) =>
      Promise.all([
        each.externalAuthentication({ ...request, slot: 'RK1.DDF1', challenge }),
        each.protect({
          ...request,
          slot: 'STK.DF02',
          challenge,
          header: Uint8Array.of(4, 0xdc, 1, 4),
          plain: challenge,
        }),
        each.protect({ ...request, slot: 'STK.DF03', challenge, header: Uint8Array.of(0x84, 0xd2, 1, 4), plain: null }),
      ]);
    expect(await calls(keys)).toEqual(await calls(local));
    const uses = await session.uses();
    expect(uses.filter(({ uses: n }) => n > 0)).toEqual([
      { p2: 0x04, version: 1, uses: 2 },
      { p2: 0x05, version: 1, uses: 1 },
      { p2: 0x31, version: 1, uses: 1 },
    ]);
  });
});

describe('key-service over SoftHSM2', () => {
  const state = temporaryFolder();
  const folder = stateFolder(state);
  let hsm: HsmWorkerPool;
  let database: Knex;
  let audit: AuditRoom;
  let service: RunningService;
  let keys: TerminalKeys;

  beforeAll(async () => {
    await pilotState(state);
    hsm = await attachHsm({ ...folder, config, workerPath, tokenLabel: TOKEN_LABEL, workers: 1 });
    database = await openDatabase(folder.database);
    const now = () => new Date('2026-11-22T00:00:00Z');
    audit = await openAuditRoom({ store: auditStore(database), hsm, folder: join(folder.audit, 'service'), now });
    const { app } = await createKeyService({
      config,
      hsm,
      versions: keyVersionStore(database),
      keyLife: keyLifeStore(database),
      keyUses: keyUseStore(database),
      certificates: certificateStore(database),
      approvals: approvalStore(database),
      rotations: rotationStore(database),
      logger: createLogger('key-service', 'silent'),
      sha256: (data) => Uint8Array.from(createHash('sha256').update(data).digest()),
      now,
      audit,
      token: new SecretBytes(Buffer.from('same-dialogue')),
      webRoot: join(projectRoot, 'key-service/src/web'),
      serviceVersion: 'test',
    });
    service = await listen(app, { host: '127.0.0.1', port: 0 });
    const baseUrl = `http://127.0.0.1:${service.port}`;
    keys = terminalKeysOver(new KeyServiceClient({ baseUrl, token: () => 'same-dialogue' }));
  }, 180_000);

  afterAll(async () => {
    await service?.stop();
    await audit?.close();
    await hsm?.close();
    await database?.destroy();
    rmSync(state, { recursive: true, force: true });
  }, 20_000);

  test('the HSM draws R_T; with the same R_T the SAM and the clear roots say the same', async () => {
    const content = await personalizedContent('intl-128', [1, 2]);
    const drawn: Uint8Array[] = [];
    const listening: TerminalKeys = {
      ...keys,
      externalAuthentication: async (request) => {
        const answer = await keys.externalAuthentication(request);
        drawn.push(answer.terminalRandom);
        return answer;
      },
    };
    const ofService = await dialogue(content, listening);
    const replay = () => {
      const left = [...drawn];
      return () => left.shift() ?? new Uint8Array(0);
    };
    const { sam } = await issuedPilotSam();
    const ofSam = await dialogue(content, samTerminalKeys({ sam: await openSam(sam), random: replay() }));
    expect(ofSam).toEqual(ofService);
    expect(await dialogue(content, localKeys('intl-128', replay()))).toEqual(ofService);
  }, 60_000);
});

/** key-service on real SoftHSM2: ceremony, contract, worker loss, and what each fault says. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { SecretBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { applyPatch } from '@rhc/card/patch';
import { CARD_KEY_SLOTS, nationalProfile } from '@rhc/card/profile';
import { localRekeyKeys, rekeyCard } from '@rhc/card/rekey';
import { writeVisit } from '@rhc/card/visits';
import { createLogger, listen, type RunningService, tokenAuthenticator } from '@rhc/service-shell';
import type { Knex } from 'knex';
import { CutCard, openSession, personalizedContent } from '../../test/card-writing/personalized-card.ts';
import { createKeyService, type KeyService } from '../src/app.ts';
import { attachHsm } from '../src/attach.ts';
import { type AuditRoom, openAuditRoom } from '../src/audit/audit-room.ts';
import { stateFolder } from '../src/ceremony-room.ts';
import { KeyServiceClient, rekeyKeysOver, terminalKeysOver } from '../src/client/index.ts';
import { keyVersionsResponse } from '../src/contract/index.ts';
import { keyServiceErrors } from '../src/errors.ts';
import type { HsmWorkerPool } from '../src/hsm/worker-pool.ts';
import { approvalStore } from '../src/store/approval-store.ts';
import { auditStore } from '../src/store/audit-store.ts';
import { openDatabase } from '../src/store/database.ts';
import { keyLifeStore, keyUseStore } from '../src/store/key-life-store.ts';
import { rotationStore } from '../src/store/rotation-store.ts';
import { certificateStore, keyVersionStore } from '../src/store/stores.ts';
import {
  cardKey,
  cbc,
  config,
  disperse,
  ecb,
  hex,
  kcv,
  not,
  pilotCeremony,
  pilotRoot,
  projectRoot,
  TOKEN_LABEL,
  temporaryFolder,
  workerPath,
} from './pilot-room.ts';

const CARD = '0102030405060708';
const R = 'A1A2A3A4A5A6A7A8';
const state = temporaryFolder();
const folder = stateFolder(state);
const attachOptions = { ...folder, config, workerPath, tokenLabel: TOKEN_LABEL, workers: 2 };
const bearer = 'test-token-of-key-service';
const auditorBearer = 'test-token-of-the-auditor';
let hsm: HsmWorkerPool;
let database: Knex;
let audit: AuditRoom;
let keyService: KeyService;
let service: RunningService;
let client: KeyServiceClient;

beforeAll(async () => {
  await pilotCeremony(state);
  hsm = await attachHsm({ ...attachOptions, tuning: { recycleAfter: 2_000, restartDelayMs: 1 } });
  database = await openDatabase(folder.database);
  const now = () => new Date('2026-11-22T00:00:00Z');
  audit = await openAuditRoom({ store: auditStore(database), hsm, folder: join(folder.audit, 'service'), now });
  keyService = await createKeyService({
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
    token: new SecretBytes(Buffer.from(bearer)),
    authenticators: [
      tokenAuthenticator(new SecretBytes(Buffer.from(auditorBearer)), {
        id: 'operator:auditor',
        name: '审计员',
        roles: ['audit-admin'],
      }),
    ],
    webRoot: join(projectRoot, 'key-service/src/web'),
    serviceVersion: 'test',
  });
  service = await listen(keyService.app, { host: '127.0.0.1', port: 0 });
  client = new KeyServiceClient({
    baseUrl: `http://127.0.0.1:${service.port}`,
    token: () => bearer,
    timeoutMs: 60_000,
  });
}, 180_000);

afterAll(async () => {
  await service?.stop();
  await audit?.close();
  await hsm?.close();
  await database?.destroy();
  rmSync(state, { recursive: true, force: true });
}, 20_000);

const prepareRequest = {
  cardFactor: CARD,
  provinceCode: '13',
  challenge: R,
  masterKeyVersion: 0,
  securityCodeBlock: '000102030405060708090A0B0C0D0E0F',
  issuer: '1301000000000000000001',
};
const fold = (block: Buffer) => Buffer.from(block.subarray(0, 8).map((byte, i) => byte ^ (block[8 + i] ?? 0)));
const pad = (data: Buffer) => Buffer.concat([data, hex('80'), Buffer.alloc((16 - ((data.length + 1) % 16)) % 16)]);

describe('pilot ceremony', () => {
  test('a second run changes nothing', async () => {
    expect(await pilotCeremony(state)).toMatchObject({ changes: 0, tokenCreated: false });
  }, 20_000);

  test('is refused in production', async () => {
    const other = temporaryFolder();
    await expect(pilotCeremony(other, true)).rejects.toMatchObject({ code: 'CEREMONY_REFUSED_IN_PRODUCTION' });
    expect(existsSync(join(other, 'tokens'))).toBe(false);
    rmSync(other, { recursive: true });
  });

  test('every root has the check value of its recomputed components', async () => {
    const { slots } = await client.slots();
    expect(slots).toHaveLength(26);
    for (const { slot, versions } of slots) {
      expect(versions.map(({ state: at }) => at)).toEqual(['active', 'pre-active']);
      for (const each of versions) expect(each.kcv).toBe(kcv(pilotRoot(slot, each.version)));
    }
  });

  const vectors = join(process.env.RHC_PUBLIC_VECTORS ?? join(projectRoot, '../shared/vectors'), 'pilot-intl-128.json');
  (existsSync(vectors) ? test : test.skip)('agrees with the public vectors pilot-intl-128.json', async () => {
    const { keys } = JSON.parse(readFileSync(vectors, 'utf8'));
    const { slots } = await client.slots();
    const prepared = await client.prepare(prepareRequest);
    expect(keys).toHaveLength(46);
    for (const { slot, version, rootKcvENC0, cardKeyKcvENC0 } of keys) {
      const own = slots.find((each) => each.slot === slot)?.versions.find((each) => each.version === version);
      expect(own?.kcv).toBe(rootKcvENC0);
      const loaded = prepared.keys.find((each) => each.slot === slot && each.version === version);
      if (slot !== 'TMK') expect(loaded?.kcv).toBe(cardKeyKcvENC0);
    }
  });

  test('masters are sensitive, never extractable, derive only; no other secret key stays in the token', async () => {
    await client.prepare(prepareRequest);
    const pin = readFileSync(folder.pinFile, 'utf8').trim();
    const listing = execFileSync(
      'pkcs11-tool',
      [
        '--module',
        config.model.modulePaths[0] ?? '',
        '--token-label',
        TOKEN_LABEL,
        '-l',
        '--pin',
        'env:TEST_PIN',
        '-O',
        '--type',
        'secrkey',
      ],
      {
        env: { ...process.env, SOFTHSM2_CONF: folder.softHsmConf, TEST_PIN: pin },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    ).toString();
    const objects = listing.split('Secret Key Object').slice(1);
    // 26 slots in two versions; those of the SAM channel (2) are seals here and keys in the SAM token only.
    expect(objects).toHaveLength(48);
    for (const object of objects) {
      const label = /label:\s+(\S+)/.exec(object)?.[1] ?? '';
      expect(label).not.toMatch(/^SAM/);
      expect(object).toContain('sensitive, always sensitive, never extractable');
      const use = label.startsWith('CVK') ? 'encrypt' : 'derive';
      expect(/Usage:\s+(.*)/.exec(object)?.[1]).toBe(use);
    }
  });
});

describe('personalization', () => {
  test('prepare: authentication, WRITE KEY chain, check values and security code, recomputed', async () => {
    const answer = await client.prepare(prepareRequest);
    const master = disperse(pilotRoot('TMK', 1), hex(CARD));
    const ske = disperse(master, hex(R));
    const skm = ecb(master, Buffer.concat([not(hex(R)), hex(R)]));
    const authentication = hex(answer.externalAuthenticate);
    expect(authentication.subarray(0, 5).toString('hex')).toBe('0082000011');
    const random = authentication.subarray(13, 21);
    expect(authentication.subarray(5, 13)).toEqual(fold(ecb(ske, Buffer.concat([random, Buffer.alloc(8)]))));
    expect(authentication[21]).toBe(0);
    expect(answer.keys.map(({ slot, version }) => `${slot}#${version}`)).toEqual(
      CARD_KEY_SLOTS.flatMap((slot) => [`${slot}#1`, `${slot}#2`]),
    );
    let chaining: Buffer = Buffer.alloc(16);
    for (const { slot, version, command, kcv: told } of answer.keys) {
      const apdu = hex(command);
      const key = cardKey(slot, version, hex(CARD));
      expect(apdu).toHaveLength(57);
      expect(apdu.subarray(21, 37)).toEqual(ecb(ske, key));
      expect(apdu.subarray(37, 53)).toEqual(ecb(ske, pad(Buffer.alloc(0))));
      expect(told).toBe(kcv(key));
      chaining = cbc(skm, chaining, pad(apdu.subarray(0, 53))).subarray(-16);
      expect(apdu.subarray(53)).toEqual(chaining.subarray(0, 4));
    }
    expect(answer.macChaining).toBe(chaining.toString('hex').toUpperCase());
    const code = ecb(pilotRoot('CVK', 1), hex(prepareRequest.securityCodeBlock)).toString('hex');
    const digits =
      code.replace(/[a-f]/g, '') + code.replace(/\d/g, '').replace(/./g, (c) => String(c.charCodeAt(0) - 97));
    expect(answer.securityCode).toBe(digits.slice(0, 3));
  });

  test('finish: END is MACed on the chain, and the negative control comes from the undispersed root', async () => {
    const { keys, macChaining } = await client.prepare(prepareRequest);
    const answer = await client.finish({
      cardFactor: CARD,
      provinceCode: '13',
      challenge: R,
      masterKeyVersion: 0,
      macChaining,
      keys: keys.map(({ slot, version, kcv: value }) => ({ slot, version, kcv: value })),
      filesDigest: 'AB'.repeat(32),
      negativeControl: { challenge: R },
    });
    const end = hex(answer.endPersonalization);
    expect(end).toHaveLength(41);
    const skm = ecb(disperse(pilotRoot('TMK', 1), hex(CARD)), Buffer.concat([not(hex(R)), hex(R)]));
    expect(end.subarray(37)).toEqual(
      cbc(skm, hex(macChaining), pad(end.subarray(0, 37)))
        .subarray(-16)
        .subarray(0, 4),
    );
    const control = hex(answer.negativeControl);
    const sk = disperse(pilotRoot('RK1.DDF1', 1), hex(R));
    expect(control.subarray(0, 5).toString('hex')).toBe('0082000411');
    expect(control.subarray(5, 13)).toEqual(fold(ecb(sk, Buffer.concat([control.subarray(13, 21), Buffer.alloc(8)]))));
  });
});

describe('terminal', () => {
  test('external and internal authentication and protected update in one call', async () => {
    const r2 = 'B1B2B3B4B5B6B7B8';
    const internal = fold(
      ecb(disperse(cardKey('IRK.DDF1', 1, hex(CARD)), hex(R)), Buffer.concat([hex(r2), Buffer.alloc(8)])),
    );
    const { results } = await client.terminal({
      cardFactor: CARD,
      provinceCode: '13',
      operations: [
        { kind: 'external-authentication', slot: 'RK1.DF02', version: 2, challenge: R },
        { kind: 'verify-internal-authentication', r1: R, r2, answer: internal.toString('hex').toUpperCase() },
        { kind: 'verify-internal-authentication', r1: R, r2, answer: '0000000000000000' },
        { kind: 'protect', slot: 'STK.DF02', challenge: R, header: '04DC0104', plain: '290102' },
        { kind: 'protect', slot: 'STK.DF03', challenge: R, header: '84D20104', plain: null },
      ],
    });
    const [external, genuine, forged, update, flag] = results;
    if (external?.kind !== 'external-authentication') throw new Error('wrong order');
    const sk = disperse(cardKey('RK1.DF02', 2, hex(CARD)), hex(R));
    expect(external.cryptogram).toBe(
      fold(ecb(sk, Buffer.concat([hex(external.terminalRandom), Buffer.alloc(8)])))
        .toString('hex')
        .toUpperCase(),
    );
    expect([genuine, forged]).toMatchObject([{ genuine: true }, { genuine: false }]);
    // The two published protected updates of pilot-intl-128.json.
    expect(update).toMatchObject({ data: '69ED4150565C304D1B2754B476E888B6E1C320E6' });
    expect(flag).toMatchObject({ data: '3502C624' });
  });

  test('a card is read, written and re-keyed with keys that never leave the token', async () => {
    const card = new CutCard(await personalizedContent());
    const keys = terminalKeysOver(client);
    const session = await openSession(card, keys);
    expect(await session.internalAuthenticate()).toBe(true);
    const patch = { 本人电话1: '13922223333', allergies: [{ substance: '海鲜', reaction: '荨麻疹' }] };
    expect(await applyPatch(session, patch)).toMatchObject({ complete: true, failure: null });
    const visit = { kind: 'outpatient', visitTime: '2026-11-23T08:30:00' } as const;
    expect(await writeVisit(session, visit, { signer: null })).toMatchObject({ outcome: 'written' });
    const slots = CARD_KEY_SLOTS.map((slot) => ({ slot, version: 2 }));
    const report = await rekeyCard(session, rekeyKeysOver(client), { slots, retireOlder: true });
    expect(report).toMatchObject({ complete: true, failure: null, keyServiceCalls: 2 });
    expect(new Set(card.content.keys.map(({ version }) => version))).toEqual(new Set([2]));
    // The service still calls version 1 the active one: the session asks the card what it holds.
    expect((await (await openSession(card, keys)).readSummary()).allergies).toHaveLength(2);
  }, 30_000);

  test('the commands of a re-key are byte for byte those of the clear roots', async () => {
    const local = localRekeyKeys({
      crypto: nodeCrypto,
      suite: 'intl-128',
      profile: nationalProfile,
      random: (length) => new Uint8Array(length),
      root: (slot, version) => Uint8Array.from(pilotRoot(slot, version)),
    });
    const request = {
      cardFactor: hex(CARD),
      provinceCode: '13',
      challenge: hex(R),
      masterKeyVersion: 1,
      writes: CARD_KEY_SLOTS.map((slot) => ({ slot, version: 2 })),
      retirements: CARD_KEY_SLOTS.map((slot) => ({ slot, version: 1 })),
    };
    const [ours, clear] = [await rekeyKeysOver(client).openChannel(request), await local.openChannel(request)];
    expect(ours.writes).toEqual(clear.writes);
    expect(ours.retirements).toEqual(clear.retirements);
  });

  test('workers killed and recycled in mid-traffic: no request fails', async () => {
    const before = new Set(hsm.workerPids);
    let done = 0;
    const call = async () => {
      await client.prepare(prepareRequest);
      done++;
    };
    const traffic = Array.from({ length: 60 }, call);
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await Promise.all(traffic);
    expect(done).toBe(60);
    expect(hsm.workerPids.some((pid) => before.has(pid))).toBe(false);
  }, 30_000);
});

describe('edge', () => {
  test('bad input names the field', async () => {
    await expect(client.prepare({ ...prepareRequest, cardFactor: '01' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      fields: [{ field: 'cardFactor' }],
    });
    await expect(client.prepare({ ...prepareRequest, provinceCode: '99' })).rejects.toMatchObject({
      code: 'PROVINCE_UNKNOWN',
      fields: [{ field: 'provinceCode' }],
    });
  });

  test('no token, wrong token', async () => {
    const other = new KeyServiceClient({ baseUrl: `http://127.0.0.1:${service.port}`, token: () => 'wrong' });
    await expect(other.slots()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect((await other.status()).ready).toBe(true);
  });

  test('the issuer certificate is signed by the root in the token and stays the same', async () => {
    const first = await client.issuerCertificate();
    expect(await client.issuerCertificate()).toEqual(first);
    const { publicKey } = await hsm.run('ensure-key-pair', { pair: 'CERT.ROOT#1' });
    const point = Buffer.from(publicKey);
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(0, 32).toString('base64url'),
      y: point.subarray(32).toString('base64url'),
    };
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const bytes = hex(first.certificate);
    expect(verify('sha256', bytes.subarray(0, 116), { key, dsaEncoding: 'ieee-p1363' }, bytes.subarray(116))).toBe(
      true,
    );
    expect(bytes.subarray(43, 51).toString('hex')).toBe('2026112220361122');
  });

  test('a check value that the token does not confirm is refused', async () => {
    const wrong = (await keyVersionStore(database).all()).map((each) =>
      each.slot === 'RK1.DF01' ? { ...each, kcv: '000000' } : each,
    );
    const { Keyring, mismatched } = await import('../src/domain/key-versions.ts');
    const inToken = new Map(
      (await hsm.run('describe-roots', null)).map(({ root, kcv: value }) => [
        root,
        Buffer.from(value).toString('hex').toUpperCase(),
      ]),
    );
    const ring = new Keyring(wrong, mismatched(wrong, inToken));
    expect(() => ring.pick('RK1.DF01', undefined, 'terminal')).toThrow('KEY_CHECK_VALUE_MISMATCH');
    expect(ring.pick('RK1.DF02', undefined, 'terminal')).toBe(1);
  });

  test('two active versions of one slot are refused by the database', async () => {
    const second = database('key_versions').where({ slot: 'TMK', version: 2 }).update({ state: 'active' });
    // Not toThrow: the binding makes its errors in the realm of the test file that loaded it first.
    await expect(second).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_UNIQUE' });
  });
});

describe('life and use of key versions', () => {
  const version = (number: number) => database('key_versions').where({ slot: 'RK1.DF02', version: number });
  const terminal = (number: number) =>
    client.terminal({
      cardFactor: CARD,
      provinceCode: '13',
      operations: [{ kind: 'external-authentication', slot: 'RK1.DF02', version: number, challenge: R }],
    });

  test('a suspended version serves nobody at once; back in use it serves again', async () => {
    const by = { actor: 'officer-a', reason: 'drill' };
    await keyService.keyLife.move({ slot: 'RK1.DF02', version: 1 }, 'suspended', by);
    await expect(terminal(1)).rejects.toMatchObject({ code: 'KEY_VERSION_UNUSABLE' });
    await keyService.keyLife.move({ slot: 'RK1.DF02', version: 1 }, 'active', by);
    expect((await terminal(1)).results).toHaveLength(1);
    // Cards were loaded with it above, and that is evidence.
    const destruction = keyService.keyLife.scheduleDestruction({ slot: 'RK1.DF02', version: 2 }, by);
    await expect(destruction).rejects.toMatchObject({ code: 'KEY_IN_FIELD' });
  });

  test("a version's policy is enforced at every use, and refusals are logged", async () => {
    await version(1).update({ policy: JSON.stringify({ operations: ['load-onto-card'] }) });
    await version(2).update({ policy: JSON.stringify({ dailyCeiling: 1 }) });
    await keyService.tick();
    await expect(terminal(1)).rejects.toMatchObject({ code: 'KEY_POLICY_REFUSED', fields: [{ field: 'RK1.DF02#1' }] });
    await expect(terminal(2)).rejects.toMatchObject({ code: 'KEY_CEILING_REACHED' });
    await version(1).update({ policy: JSON.stringify({ issuers: ['4401'] }) });
    await keyService.tick();
    await expect(client.prepare(prepareRequest)).rejects.toMatchObject({ code: 'KEY_POLICY_REFUSED' });
    await database('key_versions').update({ policy: null });
    await keyService.tick();
    expect((await terminal(2)).results).toHaveLength(1);
  });

  test('a card that one person ordered and reviewed gets no keys; the log keeps who answers for the others', async () => {
    const people = { orderedBy: 'clerk:li', reviewedBy: 'clerk:li' };
    await expect(client.prepare({ ...prepareRequest, people })).rejects.toMatchObject({ code: 'CARD_BY_ONE_PERSON' });
    await client.prepare({ ...prepareRequest, people: { ...people, reviewedBy: 'reviewer:wang' } });
    await expect(client.prepare({ ...prepareRequest, issuer: '1301' })).rejects.toMatchObject({
      code: 'ISSUER_UNKNOWN',
    });
  });

  test('states, counters and warnings are shown', async () => {
    await version(1).update({ cryptoperiod_ends: '2026-12-02T00:00:00.000Z' });
    const get = async (path: string) =>
      (
        await fetch(`http://127.0.0.1:${service.port}${path}`, { headers: { authorization: `Bearer ${bearer}` } })
      ).text();
    const shown = keyVersionsResponse.parse(JSON.parse(await get('/v1/key-versions')));
    expect(shown.versions).toHaveLength(52);
    expect(shown.warnings).toEqual([{ slot: 'RK1.DF02', version: 1, kind: 'ends-soon', daysLeft: 10 }]);
    expect(await get('/metrics')).toMatch(
      /rhc_key_uses_total\{slot="RK1.DF02",version="1",operation="load-onto-card"\} [1-9]/,
    );
  });
});

describe('faults of the token, each with its sentence', () => {
  const pinFile = join(state, 'other.pin');
  const refusal = (change: Partial<typeof attachOptions>) => attachHsm({ ...attachOptions, workers: 1, ...change });

  test('wrong PIN', async () => {
    writeFileSync(pinFile, '00000000', { mode: 0o600 });
    await expect(refusal({ pinFile })).rejects.toMatchObject({ code: 'HSM_PIN_WRONG' });
  }, 20_000);
  test('PIN file readable by others', async () => {
    chmodSync(pinFile, 0o644);
    await expect(refusal({ pinFile })).rejects.toMatchObject({ code: 'HSM_PIN_FILE_PERMISSIONS' });
  });
  test('missing PIN file', async () => {
    unlinkSync(pinFile);
    await expect(refusal({ pinFile })).rejects.toMatchObject({ code: 'HSM_PIN_FILE_MISSING' });
  });
  test('missing token', async () => {
    await expect(refusal({ tokenLabel: 'nobody' })).rejects.toMatchObject({ code: 'HSM_TOKEN_MISSING' });
  }, 20_000);
  test('a mechanism that gives another answer is named', async () => {
    const suite = config.model.suites['intl-128'];
    if (suite?.engine !== 'token') throw new Error('no suite');
    const model = { ...config.model, suites: { 'intl-128': { ...suite, cbc: 'CKM_AES_CBC_PAD' } } };
    await expect(refusal({ config: { ...config, model } })).rejects.toMatchObject({
      code: 'HSM_KNOWN_ANSWER_FAILED',
      fields: [{ field: 'cbc' }],
    });
  }, 20_000);
});

describe('audit log', () => {
  const get = async (path: string) => {
    const url = `http://127.0.0.1:${service.port}${path}`;
    return (await fetch(url, { headers: { authorization: `Bearer ${auditorBearer}` } })).text();
  };

  test('what was asked for above is in it; an auditor exports it and checks it with two commands', async () => {
    await audit.terminal.flush();
    await audit.refusals.flush();
    const out = join(state, 'export');
    const tokenFile = join(state, 'bearer');
    writeFileSync(tokenFile, auditorBearer, { mode: 0o600 });
    const program = (name: string) => join(projectRoot, 'key-service/dist/audit', name);
    // Not execFileSync: the service that answers runs in this process.
    const words = [program('export-main.js'), '--url', `http://127.0.0.1:${service.port}`, '--token-file', tokenFile];
    await promisify(execFile)(process.execPath, [...words, '--out', out]);
    const files = ['audit-key.pem', 'leaves.jsonl', 'checkpoints.txt'].map((name) => join(out, name));
    const report = execFileSync(process.execPath, [program('verify-main.js'), ...files]).toString();
    expect(report).toContain('尚未签名 not yet signed: 0');
    expect(report).toContain('✓');
    const leaves = readFileSync(join(out, 'leaves.jsonl'), 'utf8').trimEnd().split('\n');
    const actions = new Set(leaves.map((line) => JSON.parse(line).action));
    for (const action of ['personalization-prepare', 'personalization-finish', 'terminal-batch']) {
      expect(actions).toContain(action);
    }
    // A slow machine closes a batch in between: what counts is their sum.
    const refused: Record<string, number> = {};
    for (const leaf of leaves.map((line) => JSON.parse(line))) {
      if (leaf.action !== 'authorisation-failed-batch') continue;
      for (const [name, count] of Object.entries(leaf.details.operations)) {
        refused[name] = (refused[name] ?? 0) + Number(count);
      }
    }
    expect(refused).toEqual({
      ...{ 'GET /v1/slots': 1, KEY_POLICY_REFUSED: 2, KEY_CEILING_REACHED: 1 },
      ...{ CARD_BY_ONE_PERSON: 1 },
    });
    expect(leaves.map((line) => JSON.parse(line).details)).toContainEqual(
      expect.objectContaining({ cardFactor: CARD, orderedBy: 'clerk:li', reviewedBy: 'reviewer:wang' }),
    );

    writeFileSync(join(out, 'leaves.jsonl'), `${leaves.slice(0, -1).join('\n')}\n`);
    const cut = spawnSync(process.execPath, [program('verify-main.js'), ...files]);
    expect(cut.status).toBe(1);
    expect(cut.stdout.toString()).toContain('was cut short');
    expect(spawnSync(process.execPath, [program('verify-main.js')]).status).toBe(2);
  }, 20_000);

  test('proofs over HTTP', async () => {
    const { size } = JSON.parse(await get('/v1/audit'));
    const proof = JSON.parse(await get(`/v1/audit/proof/inclusion?index=3&size=${size}`));
    expect(JSON.parse(proof.leaf)).toMatchObject({ index: 3, action: 'ceremony-role-taken' });
    expect(JSON.parse(await get(`/v1/audit/proof/consistency?from=3&size=${size}`)).path.length).toBeGreaterThan(2);
    expect(JSON.parse(await get('/v1/audit/proof/inclusion?index=3&size=999999')).error.code).toBe('AUDIT_RANGE');
  });

  test('when neither log nor spool can be written, no card is keyed', async () => {
    const refused = jest.spyOn(audit.log, 'record').mockRejectedValue(keyServiceErrors.make('AUDIT_UNAVAILABLE'));
    const ran = jest.spyOn(hsm, 'run');
    try {
      await expect(client.prepare(prepareRequest)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      expect(ran).not.toHaveBeenCalled();
    } finally {
      refused.mockRestore();
      ran.mockRestore();
    }
  });
});

test('a data key of another service is sealed and opened by the token, for its purpose only, and logged without it', async () => {
  const key = createHash('sha256').update('any 32 bytes').digest('hex').toUpperCase();
  const purpose = 'card-issuer/residents';
  const { kek, wrapped } = await client.wrapDataKey({ purpose, key });
  expect(wrapped).not.toContain(key.slice(0, 16));
  expect(await client.unwrapDataKey({ purpose, kek, wrapped })).toEqual({ key });
  await expect(client.unwrapDataKey({ purpose: 'other', kek, wrapped })).rejects.toMatchObject({
    code: 'DATA_KEY_REFUSED',
  });
  await expect(client.unwrapDataKey({ purpose, kek: 'DEK.KEK#2', wrapped })).rejects.toMatchObject({
    code: 'KEY_MISSING',
  });
  const leaves = (await auditStore(database).leaves(0, 1_000_000)).join('\n');
  expect(leaves).toContain('data-key-unwrap');
  expect(leaves).not.toContain(key);
  // The key that seals is no root of the card hierarchy.
  expect(JSON.stringify(await client.slots())).not.toContain('DEK');
});

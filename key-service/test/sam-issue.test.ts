/** SAMs issued by key-service from real SoftHSM2: two steps, torn and taken up, PIN mailer, delivery, revocation; many. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bytesToHex, SecretBytes } from '@rhc/card/bytes';
import { parseIssuerCertificate, parseSamCertificate, verifySamCertificate } from '@rhc/card/certificates';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { rhcSam1 } from '@rhc/card/profile';
import { packPin, SamSession, samTerminalKeys } from '@rhc/card/sam';
import type { Transport } from '@rhc/card/session';
import { createLogger, listen, type RunningService } from '@rhc/service-shell';
import type { Knex } from 'knex';
import { CutCard, openSession, personalizedContent } from '../../test/card-writing/personalized-card.ts';
import { samRandom } from '../../virtual-card/test/support/pilot-sam.ts';
import { createKeyService } from '../src/app.ts';
import { attachHsm } from '../src/attach.ts';
import { type AuditRoom, openAuditRoom } from '../src/audit/audit-room.ts';
import { stateFolder } from '../src/ceremony-room.ts';
import { issueSam, KeyServiceClient } from '../src/client/index.ts';
import type { HsmPort } from '../src/hsm/port.ts';
import type { SamToken } from '../src/hsm/sam-token.ts';
import { openSamToken, samFiles } from '../src/sam-token.ts';
import { approvalStore } from '../src/store/approval-store.ts';
import { auditStore } from '../src/store/audit-store.ts';
import { openDatabase } from '../src/store/database.ts';
import { keyLifeStore, keyUseStore } from '../src/store/key-life-store.ts';
import { rotationStore } from '../src/store/rotation-store.ts';
import { samStore } from '../src/store/sam-store.ts';
import { certificateStore, keyVersionStore } from '../src/store/stores.ts';
import { blankSam, powered } from './blank-sam.ts';
import { config, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';
import { pilotState } from './pilot-state.ts';

const state = temporaryFolder();
const folder = stateFolder(state);
const MANY = Number(process.env.RHC_SAMS ?? 6);
let hsm: HsmPort;
let database: Knex;
let audit: AuditRoom;
let samToken: SamToken;
let service: RunningService;
let client: KeyServiceClient;
let base: string;

const officer = { id: 'officer-a', name: 'A', roles: ['officer'], via: 'test' };
const call = async (method: string, path: string, body?: unknown) => {
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: { authorization: 'Bearer x', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return answer;
};
const json = async (method: string, path: string, body?: unknown) => (await call(method, path, body)).json();

const order = (count: number, firstTerminalNumber: string) =>
  json('POST', '/v1/sam-orders', { provinceCode: '13', institution: '石家庄市第一医院', firstTerminalNumber, count });

beforeAll(async () => {
  await pilotState(state);
  hsm = await attachHsm({
    ...folder,
    config,
    workerPath,
    tokenLabel: TOKEN_LABEL,
    workers: 1,
    tuning: { deadlineMs: 60_000 },
  });
  database = await openDatabase(folder.database);
  const now = () => new Date('2026-11-25T08:00:00Z');
  audit = await openAuditRoom({ store: auditStore(database), hsm, folder: join(folder.audit, 'service'), now });
  samToken = openSamToken({
    ...samFiles({ ...folder, tokenLabel: TOKEN_LABEL }),
    config,
    workerPath,
    now,
    audit: audit.log,
  });
  const keyService = await createKeyService({
    ...{ config, hsm, audit, now, serviceVersion: 'test' },
    versions: keyVersionStore(database),
    keyLife: keyLifeStore(database),
    keyUses: keyUseStore(database),
    certificates: certificateStore(database),
    approvals: approvalStore(database),
    rotations: rotationStore(database),
    sams: samStore(database),
    samToken,
    logger: createLogger('key-service', 'silent'),
    sha256: (data) => Uint8Array.from(createHash('sha256').update(data).digest()),
    authenticators: [async () => officer as never],
  });
  service = await listen(keyService.app, { host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${service.port}`;
  client = new KeyServiceClient({ baseUrl: base, token: () => 'x', timeoutMs: 60_000 });
}, 180_000);
afterAll(async () => {
  await service?.stop();
  await audit?.close();
  await samToken?.close();
  await hsm?.close();
  await database?.destroy();
  rmSync(state, { recursive: true, force: true });
}, 60_000);

describe('one SAM', () => {
  const sam = blankSam(1);
  let serial = '';
  let pin = '';

  test('is torn in both steps, taken up, and issued', async () => {
    const { orderId } = await order(1, '130101000001');
    let left = 9;
    const torn: Transport = {
      transmit: (command) => {
        if (left-- === 0) throw new Error('torn');
        return powered1.transmit(command);
      },
    };
    let powered1 = powered(sam);
    await expect(issueSam(client, torn, orderId)).rejects.toThrow('torn');
    left = 34;
    powered1 = powered(sam);
    await expect(issueSam(client, torn, orderId)).rejects.toThrow('torn');
    const stages: string[] = [];
    const done = await issueSam(client, powered(sam), orderId, (stage) => stages.push(stage));
    expect(done).toMatchObject({ done: true, stage: 'done' });
    expect(stages.at(-1)).toBe('second-issue-end');
    serial = done.samSerial ?? '';
    const { orders } = await json('GET', '/v1/sam-orders');
    expect(orders[0].progress).toMatchObject({ issued: 1, ordered: 0 });
    // Asked once more: the chip says that it is in use.
    expect(await issueSam(client, powered(sam), orderId)).toMatchObject({ done: true, samSerial: serial });
  }, 120_000);

  test('its mailer is a PDF, once; the PIN stands in no table and in no line of the log', async () => {
    const answer = await call('POST', `/v1/sams/${serial}/pin-mailer`);
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    const pdf = join(state, 'mailer.pdf');
    writeFileSync(pdf, Buffer.from(await answer.arrayBuffer()));
    const text = execFileSync('pdftotext', ['-layout', pdf, '-']).toString();
    expect(text).toContain('密码信封');
    expect(text).toContain('石家庄市第一医院');
    const shown = [...text.matchAll(/(?<!\d)(?:\d ?){5}\d(?!\d)/g)].map(([digits]) => digits.replaceAll(' ', ''));
    expect(shown.length).toBeGreaterThan(0);
    expect(await (await call('POST', `/v1/sams/${serial}/pin-mailer`)).json()).toMatchObject({
      error: { code: 'SAM_PIN_PRINTED' },
    });
    const session = await SamSession.open({ transport: powered(sam), product: rhcSam1 });
    for (const candidate of shown) {
      try {
        await session.verifyPin(new SecretBytes(packPin(candidate)));
        pin = candidate;
        break;
      } catch {
        // Another six digits of the page.
      }
    }
    expect(pin).toMatch(/^\d{6}$/);
    const rows = JSON.stringify([
      await database('sams').select(),
      await database('sam_moves').select(),
      await database('sam_dialogues').select(),
      await database('audit_leaves').select(),
    ]);
    expect(rows).not.toContain(`"${pin}"`);
    expect((await database('sams').where({ sam_serial: serial }).first()).sealed_pin).toBeNull();
  }, 60_000);

  test('it works at a card, and its certificate leads to the issuer', async () => {
    const session = await SamSession.open({ transport: powered(sam), product: rhcSam1 });
    await session.verifyPin(new SecretBytes(packPin(pin)));
    const keys = samTerminalKeys({ sam: session, random: samRandom('terminal') });
    const card = await openSession(new CutCard(await personalizedContent()), keys);
    expect((await card.readElements(['name']))[0]?.value).toBeDefined();
    const certificate = parseSamCertificate(await session.readFile('DF01/001C'));
    const issuer = parseIssuerCertificate(await session.readFile('DF01/001B'));
    expect(certificate).toMatchObject({ samSerial: serial, terminalNumber: '130101000001' });
    expect(verifySamCertificate(nodeCrypto, certificate, issuer.publicKey)).toBe(true);
  }, 60_000);

  test('delivered, heard of, returned, revoked: each with its record; then refused', async () => {
    expect((await json('POST', `/v1/sams/${serial}/delivery`, { receiver: '张三', carrier: '邮政' })).sam.state).toBe(
      'delivered',
    );
    expect((await json('POST', `/v1/sams/${serial}/return`, { reason: '更换' })).sam.state).toBe('returned');
    const revoked = await json('POST', `/v1/sams/${serial}/revocation`, { reason: '停用' });
    expect(revoked.moves.map(({ what }: { what: string }) => what)).toEqual([
      'ordered',
      'first-issued',
      'issued',
      'pin-mailer-printed',
      'delivered',
      'returned',
      'revoked',
    ]);
    expect(await json('POST', `/v1/sams/${serial}/delivery`, { receiver: 'a', carrier: 'b' })).toMatchObject({
      error: { code: 'SAM_MOVE_REFUSED' },
    });
    expect((await json('POST', `/v1/sams/${serial}/contact`, { versions: [] })).error.code).toBe('FORBIDDEN');
  }, 60_000);
});

test('many at once, each reader its own; no terminal number twice', async () => {
  const { orderId } = await order(MANY, '130101100000');
  const sams = Array.from({ length: MANY }, (_, index) => blankSam(1_000 + index));
  const started = performance.now();
  const lane = async () => {
    for (let sam = sams.pop(); sam !== undefined; sam = sams.pop()) {
      expect(await issueSam(client, powered(sam), orderId)).toMatchObject({ done: true });
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  if (process.env.RHC_SAMS !== undefined)
    process.stderr.write(`${MANY} SAMs in ${Math.round(performance.now() - started)} ms\n`);
  const { orders } = await json('GET', '/v1/sam-orders');
  expect(orders.find((each: { orderId: string }) => each.orderId === orderId).progress.issued).toBe(MANY);
  const print = (limit: number) => call('POST', `/v1/sam-orders/${orderId}/pin-mailers`, { limit });
  const pages = async (answer: Response) => {
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    const pdf = join(state, 'mailers.pdf');
    writeFileSync(pdf, Buffer.from(await answer.arrayBuffer()));
    const text = execFileSync('pdftotext', ['-layout', pdf, '-']).toString();
    return text.split('\f').flatMap((page) => page.match(/terminal: (\d{12})/)?.[1] ?? []);
  };
  // Two clerks at once, then what they left: each mailer is in one file, whoever was first.
  const some = Math.min(MANY - 1, 100);
  const printed: string[] = [];
  for (const answer of await Promise.all([print(some), print(some)])) {
    if (answer.status === 200) printed.push(...(await pages(answer)));
    else expect(answer.status).toBe(409);
  }
  for (let answer = await print(100); answer.status === 200; answer = await print(100))
    printed.push(...(await pages(answer)));
  expect(printed.toSorted()).toEqual(Array.from({ length: MANY }, (_, i) => String(130101100000 + i)));
  expect(await (await print(50)).json()).toMatchObject({ error: { code: 'SAM_NO_MAILER' } });
  expect((await order(1, '130101100000')).error.code).toBe('SAM_TERMINAL_TAKEN');
  expect(new Set((await database('sams').select('sam_factor')).map((row) => row.sam_factor)).size).toBe(MANY + 1);
  expect(bytesToHex(Uint8Array.of(1))).toBe('01');
}, 3_600_000);

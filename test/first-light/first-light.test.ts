/**
 * First light, as a newcomer sees it: `npm start` on real parts (SoftHSM2, pcscd with virtual readers, SQLite), foreign
 * tools beside it, processes killed under it, bad input thrown at it, and every file it left searched for keys.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hexToBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { openHotlist, type VerifyHotlist } from '@rhc/card/hotlist';
import { CARD_KEY_SLOTS, OFF_CARD_KEY_SLOTS } from '@rhc/card/profile';
import { peopleOfTheRoster } from './people-of-the-run.ts';
import { ROOT, RunningHouse, startOnce, untilApdus } from './running-house.ts';
import { filesBelow, leaks, leaksInFiles, pilotSecrets } from './secrets-of-the-run.ts';

const LONG_MS = 300_000;
const CARD_LIMIT_MS = 120_000;
const BLOWS = 6;
const SLOTS = CARD_KEY_SLOTS.length + OFF_CARD_KEY_SLOTS.length;
const folder = mkdtempSync(join(tmpdir(), 'rhc-first-light-'));
const house = new RunningHouse(join(folder, 'state'), [], 'own');
const outputs: string[] = [];

beforeAll(() => house.untilRunning(), LONG_MS);
afterAll(async () => {
  await house.stop();
  rmSync(folder, { recursive: true, force: true });
}, LONG_MS);

function tool(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const run = spawnSync(name, args, {
    encoding: 'utf8',
    env: { ...process.env, PCSCLITE_CSOCK_NAME: house.csockName, ...env },
    timeout: 60_000,
  });
  outputs.push(run.stdout, run.stderr);
  return run;
}

describe('the account of npm start', () => {
  test('tells token, roster, card, read-back and the clinic’s view, each with its verdict', () => {
    const { output } = house;
    expect(output).toContain(`${SLOTS} 个密钥位`);
    expect(output).toMatch(/RK1\.DDF1 +v1 [0-9A-F]{6}/);
    expect(output).toContain('接收 24 taken   拒绝 6 refused');
    for (const field of ['证件号码', '地区代码', '姓名', '出生日期', 'ABO血型']) expect(output).toContain(field);
    expect(output).toMatch(/发卡序列号 issue serial +[0-9A-Z]{10}/);
    expect(output).toMatch(/批次 batches +[1-4] \(≤ 4\)/);
    expect(output).toMatch(/密钥服务调用 key-service calls +[1-3] \(≤ 3\)/);
    expect(output).toMatch(/回读 read-back +26644 bytes, 0 differences/);
    expect(output).toMatch(/反证 negative control +63C[0-9A-E]/);
    for (const value of ['王淑兰', '女 Female', '汉族 Han', '1958-03-12', 'A型', '青霉素', '流感疫苗'])
      expect(output).toContain(value);
    expect(output).toContain('真卡：内部认证通过');
    expect(output).toContain('全部步骤成立');
    expect(output).toContain(`export PCSCLITE_CSOCK_NAME=${house.csockName}`);
  });
});

describe('the hotlist', () => {
  test('is signed by the token of key-service, and opens with the public key that it hands out', async () => {
    // The first was published by itself when card-issuer started.
    expect(await house.ask('card-issuer', 'POST', '/v1/hotlist')).toMatchObject({ status: 201, body: { version: 2 } });
    const { publicKey } = (await house.ask('key-service', 'GET', '/v1/hotlist/key')).body;
    const answer = await fetch(`${house.url('card-issuer')}/v1/hotlist`, {
      headers: { authorization: `Bearer ${house.token('card-issuer')}` },
    });
    const file = new Uint8Array(await answer.arrayBuffer());
    const verify: VerifyHotlist = (_, body, signature) =>
      nodeCrypto.verifySignature('intl-128', hexToBytes(publicKey), body, signature);
    expect(openHotlist(file, verify)).toMatchObject({ version: 2, entries: 0 });
    const changed = Uint8Array.from(file);
    changed[8] = (changed[8] ?? 0) ^ 1;
    expect(() => openHotlist(changed, verify)).toThrow();
  });
  test('is held by the desk, which was given the key, and its readings say so', async () => {
    expect((await house.ask('reader-agent', 'POST', '/v1/hotlist/refresh', {})).body).toMatchObject({
      version: 2,
      tooOld: false,
      error: null,
    });
    const { body } = await house.ask('reader-agent', 'POST', '/v1/card/read', { reader: 'Virtual PCD 00 00' });
    expect(body.hotlist).toMatchObject({ state: 'clear', version: 2 });
  });
});

describe('foreign tools see the same', () => {
  test('opensc-tool lists the card, reads the city code freely and the holder not at all', () => {
    expect(tool('opensc-tool', ['-l']).stdout).toMatch(/0\s+Yes\s+Virtual PCD 00 00/);
    const send = (...apdus: string[]) =>
      tool('opensc-tool', ['-r', '0', ...apdus.flatMap((apdu) => ['-s', apdu])]).stdout;
    const city = send('00A4000002DDF1', '00A4000002EF05', '00B2390000');
    expect(city).toMatch(/39 03 13 01 00/);
    const holder = send('00A4000002DDF1', '00A4000002EF06', '00B2010400');
    expect(holder).toContain('SW1=0x69, SW2=0x82');
  });

  /** Every key of one token as `pkcs11-tool` tells it, by label. */
  const keysOf = (own: string, kind: 'Secret' | 'Private') => {
    const module = readdirSync('/usr/lib/softhsm').includes('libsofthsm2.so')
      ? '/usr/lib/softhsm/libsofthsm2.so'
      : '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so';
    const listed = tool('pkcs11-tool', ['--module', module, '--login', '--pin', 'env:RHC_TEST_PIN', '-O'], {
      SOFTHSM2_CONF: join(own, 'softhsm2.conf'),
      RHC_TEST_PIN: readFileSync(join(own, 'user.pin'), 'utf8').trim(),
    }).stdout;
    const objects = listed.split(/\n(?=\S)/).filter((text) => text.startsWith(`${kind} Key Object`));
    for (const text of objects) {
      expect(text).toMatch(/Access:.*sensitive/);
      expect(text).not.toMatch(/Access:.*(?<!never )extractable/);
    }
    return objects.map((text) => /label:\s+(\S+)/.exec(text)?.[1] ?? '?');
  };
  const roots = (names: readonly string[]) => names.flatMap((slot) => [`${slot}#1`, `${slot}#2`]).sort();
  /** These work in the SAM token only; the masters' token keeps nothing but their seals (ADR 024). */
  const samOnly = new Set<string>(['SAM-MK', 'SAM-TMK']);

  test('pkcs11-tool sees every master sensitive, never extractable, and no card key left', () => {
    const labels = keysOf(join(house.state, 'key-service'), 'Secret');
    const masters = roots([...CARD_KEY_SLOTS, ...OFF_CARD_KEY_SLOTS].filter((slot) => !samOnly.has(slot)));
    expect(labels.filter((label) => masters.includes(label)).sort()).toEqual(masters);
    // A key of the house itself; a card's key, a SAM's root, or any other, must not stay behind.
    expect(labels.filter((label) => !masters.includes(label) && label !== 'DEK.KEK#1')).toEqual([]);
  });

  test('pkcs11-tool sees the SAM token hold its unwrapping pair and no master but the SAMs’ own', () => {
    const own = join(house.state, 'key-service/sam');
    expect(keysOf(own, 'Private')).toEqual(['SAM.ROOTS#1']);
    expect(keysOf(own, 'Secret').sort()).toEqual(roots([...samOnly]));
  });

  test('a terminal in Python, written from the pages alone, authenticates and reads the card', () => {
    const run = tool('/usr/bin/python3', [
      join(ROOT, 'test/foreign-terminal/terminal.py'),
      '--csock',
      house.csockName,
      '--reader',
      '0',
      '--negative-control',
    ]);
    const seen = JSON.parse(run.stdout) as Record<string, unknown>;
    expect(seen.problems).toEqual([]);
    expect(run.status).toBe(0);
    expect(seen).toMatchObject({
      cityCode: '130100',
      genuine: true,
      withoutAuthentication: { statusWord: '6982' },
      authentications: { DDF1: '9000', DF01: '9000', DF02: '9000', DF03: '9000' },
      identity: { name: '王淑兰', birthDate: '1958-03-12', identityNumber: '130101195803129021' },
      alerts: ['心脏病', '糖尿病'],
      photo: { jpeg: true },
      visitFlags: { inpatient: ['FF', 'FF', 'FF'], outpatient: ['FF', 'FF', 'FF', 'FF', 'FF'] },
    });
    expect(seen.allergies).toContainEqual({ substance: '青霉素', reaction: '皮疹伴喉头水肿,休克一次' });
  });
});

describe('bad input: a sentence with the next step, nothing half-done', () => {
  const person = {
    name: '测试人',
    sex: '男',
    ethnicGroup: '汉族',
    birthDate: '1990-03-07',
    documentType: '居民身份证',
    documentNumber: '130101199003074014',
    areaCode: '130123',
  };

  async function refused(change: Record<string, unknown>, field: string, words: RegExp) {
    const before = (await house.ask('card-issuer', 'GET', '/v1/status')).body.residents;
    const { status, body } = await house.ask('card-issuer', 'POST', '/v1/residents', { ...person, ...change });
    expect([change, status]).toEqual([change, 422]);
    expect(body.error.code).toBe('RESIDENT_REFUSED');
    for (const text of [body.error.message, body.error.nextStep]) {
      expect(text.zh).toMatch(/\p{Script=Han}/u);
      expect(text.en).toMatch(/[a-z]/);
    }
    const fault = body.error.fields.find((each: { field: string }) => each.field === field);
    expect([body.error.fields, fault?.rule.zh]).toEqual([body.error.fields, expect.stringMatching(words)]);
    expect((await house.ask('card-issuer', 'GET', '/v1/status')).body.residents).toBe(before);
  }

  test.each<[Record<string, unknown>, string, RegExp]>([
    [{ documentNumber: '130101199003074015' }, 'documentNumber', /校验码/],
    [{ areaCode: '139999' }, 'areaCode', /区划代码/],
    [{ name: '阿'.repeat(16) }, 'name', /32 字节.*30 字节/],
    [{ name: '张㛃' }, 'name', /㛃 U\+36C3/],
    [
      {
        photo: Buffer.concat([Buffer.from('FFD8FFE0', 'hex'), Buffer.alloc(4000), Buffer.from('FFD9', 'hex')]).toString(
          'base64',
        ),
      },
      'photo',
      /3072/,
    ],
  ])('resident %#', refused);

  test('malformed JSON, unknown field, wrong type, no token, foreign Host', async () => {
    const broken = await house.ask('card-issuer', 'POST', '/v1/residents', '{"name": ');
    expect([broken.status, broken.body.error.code]).toEqual([400, 'BODY_NOT_JSON']);
    expect(broken.body.error.nextStep.zh).not.toBe('');
    const unknown = await house.ask('card-issuer', 'POST', '/v1/residents', { ...person, nickname: 'x', sex: 7 });
    expect(unknown.status).toBe(400);
    expect(unknown.body.error.fields.map((each: { field: string }) => each.field).sort()).toEqual(['nickname', 'sex']);
    const anonymous = await fetch(`${house.url('card-issuer')}/v1/residents`);
    expect(anonymous.status).toBe(401);
    expect(((await anonymous.json()) as { error: { nextStep: { zh: string } } }).error.nextStep.zh).not.toBe('');
  });

  test('a card order for nobody, a reader that is not there, a card that is finished', async () => {
    const nobody = await house.ask('card-issuer', 'POST', '/v1/cards', { residentId: 'r_none' });
    expect([nobody.status, nobody.body.error.code]).toEqual([404, 'RESIDENT_UNKNOWN']);
    const reader = await house.ask('reader-agent', 'POST', '/v1/card/identity', { reader: 'none' });
    expect([reader.status, reader.body.error.code]).toEqual([404, 'READER_UNKNOWN']);
    const blank = await house.ask('reader-agent', 'POST', '/v1/card/summary', { reader: 'Virtual PCD 00 01' });
    expect([blank.status, blank.body.error.code]).toEqual([409, 'CARD_NOT_PERSONALIZED']);
    await house.hand(2, 'eject');
    await pause(1000);
    const empty = await house.ask('reader-agent', 'POST', '/v1/card/summary', { reader: 'Virtual PCD 00 01' });
    expect([empty.status, empty.body.error.code]).toEqual([404, 'CARD_ABSENT']);
    await house.hand(2, 'insert');
  });
});

describe('killed at any moment: the same blank is finished, one card number used', () => {
  interface Blow {
    readonly what: string;
    /** The blow falls after so many APDUs. */
    readonly apdus: number;
    readonly strike: () => Promise<unknown>;
    /** What has to be done by a hand afterwards. */
    readonly mend?: () => Promise<unknown>;
  }
  const blows: readonly Blow[] = [
    {
      what: 'the card is pulled',
      apdus: 60,
      strike: () => house.hand(1, 'eject'),
      mend: () => house.hand(1, 'insert'),
    },
    { what: 'the PC/SC child', apdus: 150, strike: async () => house.kill('reader-agent', 'child.js') },
    { what: 'reader-agent', apdus: 250, strike: async () => house.kill('reader-agent/dist/main.js') },
    { what: 'card-issuer', apdus: 350, strike: async () => house.kill('card-issuer/dist/main.js') },
    { what: 'key-service and its HSM workers', apdus: 100, strike: async () => house.kill('key-service/dist') },
    { what: 'pcscd', apdus: 300, strike: async () => house.kill('pcscd', '--foreground') },
  ];
  test('each blow is counted', () => expect(blows).toHaveLength(BLOWS));
  let blank = 10;

  test.each(blows)(
    '$what, after $apdus APDUs',
    async ({ apdus, strike, mend }) => {
      blank += 1;
      await house.hand(1, `swap ${join(house.state, `virtual-card/blank-${blank}.json`)}`);
      const residents = (await house.ask('card-issuer', 'GET', '/v1/residents?limit=100')).body.residents;
      const resident = residents.find((each: { cardId: string | null }) => each.cardId === null);
      const ordered = (await house.ask('card-issuer', 'POST', '/v1/cards', { residentId: resident.id })).body;
      const factor = await untilBlankSeen();
      const watched = untilApdus(house, ordered.id, apdus);
      const started = await house.ask('card-issuer', 'POST', `/v1/cards/${ordered.id}/personalize`, {
        reader: 'Virtual PCD 00 00',
      });
      expect(started.body.error ?? null).toBeNull();
      await watched;
      const struck = await strike();
      expect(struck).not.toBe(0);
      if (mend !== undefined) {
        await pause(500);
        await mend();
      }
      const card = await untilPersonalized(ordered.id);
      expect(card).toMatchObject({
        state: 'personalized',
        issueSerial: ordered.issueSerial,
        cardFactor: factor,
        verdict: { genuine: true, readBack: { equal: true, differences: 0 } },
      });
      expect(card.job.attempt).toBeGreaterThanOrEqual(1);
      const { cards } = (await house.ask('card-issuer', 'GET', `/v1/cards?residentId=${resident.id}`)).body;
      expect(cards.map((each: { issueSerial: string }) => each.issueSerial)).toEqual([ordered.issueSerial]);
    },
    LONG_MS,
  );

  async function untilBlankSeen(): Promise<string> {
    const deadline = Date.now() + CARD_LIMIT_MS;
    for (;;) {
      const { agents } = (await house.ask('card-issuer', 'GET', '/v1/agents')).body;
      const reader = agents[0]?.readers.find((each: { reader: string }) => each.reader === 'Virtual PCD 00 00');
      if (reader?.card?.cardFactor != null && reader.cardId === null && reader.state === 'free')
        return reader.card.cardFactor;
      if (Date.now() > deadline) throw new Error(`no free blank: ${JSON.stringify(agents)}`);
      await pause(50);
    }
  }

  async function untilPersonalized(cardId: string) {
    const deadline = Date.now() + CARD_LIMIT_MS;
    for (;;) {
      // card-issuer itself may be the one that is starting again.
      const answer = await house.ask('card-issuer', 'GET', `/v1/cards/${cardId}`).catch(() => null);
      if (answer?.body.state === 'personalized' || Date.now() > deadline) return answer?.body;
      await pause(100);
    }
  }
});

describe('while everything runs', () => {
  test('no key, component, PIN or token stands in the environment or on the command line of any process', async () => {
    const { cards } = (await house.ask('card-issuer', 'GET', '/v1/cards')).body;
    const ofFile = (path: string) => ({ name: path, forms: [Buffer.from(readFileSync(path, 'utf8').trim())] });
    const kept = filesBelow(house.state).filter((path) => /\.pin$|\/tokens\//.test(path));
    // User and SO PIN of two tokens, and the services' and people's bearer tokens.
    expect(kept.length).toBeGreaterThan(6);
    const secrets = [
      ...pilotSecrets(cards.map((card: { cardFactor: string }) => card.cardFactor)),
      ...kept.map(ofFile).filter(({ forms: [form] }) => form !== undefined && form.length >= 8),
    ];
    const pids = house.pids();
    // Two services with their HSM workers, the agent with its reader process, pcscd, two cards.
    expect(pids.length).toBeGreaterThan(8);
    const seen = pids.flatMap((pid) =>
      ['environ', 'cmdline'].flatMap((name) => leaks(secrets, `${pid}/${name}`, readFileSync(`/proc/${pid}/${name}`))),
    );
    expect(seen).toEqual([]);
  });
});

describe('afterwards', () => {
  let factors: string[] = [];

  test(
    'Ctrl-C stops everything; the next start keeps all state and reads the same card',
    async () => {
      const { cards } = (await house.ask('card-issuer', 'GET', '/v1/cards')).body;
      factors = cards.map((card: { cardFactor: string }) => card.cardFactor);
      const serial = /发卡序列号 issue serial +(\S+)/.exec(house.output)?.[1];
      await house.hand(1, `swap ${join(house.state, 'virtual-card/card-0001.json')}`);
      expect(await house.stop()).toBe(0);
      expect(house.pids('dist/')).toEqual([]);
      const again = await startOnce(house.state);
      outputs.push(again.output);
      expect([again.status, again.output]).toEqual([0, expect.stringContaining('首张卡已经发出')]);
      expect(/发卡序列号 issue serial +(\S+)/.exec(again.output)?.[1]).toBe(serial);
    },
    LONG_MS,
  );

  test(
    'no key, component or PIN of the run stands in any output, log, database or image',
    () => {
      expect(new Set(factors).size).toBe(1 + BLOWS);
      const secrets = pilotSecrets(factors);
      // Each slot: 2 versions × (root, 3 components, a key of each card); two-level slots their province key as well.
      expect(secrets.length).toBeGreaterThan(SLOTS * 2 * (4 + factors.length));
      expect(filesBelow(house.state).length).toBeGreaterThan(50);
      expect(leaksInFiles(secrets, house.state)).toEqual([]);
      expect(leaks(secrets, 'the output', Buffer.from(house.output + outputs.join('')))).toEqual([]);
      const pinFile = join(house.state, 'key-service/user.pin');
      const samPinFile = join(house.state, 'key-service/sam/user.pin');
      const pins = [
        { name: 'user PIN', forms: [Buffer.from(readFileSync(pinFile, 'utf8').trim())] },
        { name: 'SAM token PIN', forms: [Buffer.from(readFileSync(samPinFile, 'utf8').trim())] },
      ];
      expect(leaksInFiles(pins, house.state).sort()).toEqual([
        `SAM token PIN in ${samPinFile}`,
        `user PIN in ${pinFile}`,
      ]);
      expect(leaks(pins, 'the output', Buffer.from(house.output + outputs.join('')))).toEqual([]);
    },
    LONG_MS,
  );

  test('no name, number, address or telephone of a resident stands in any log or database', () => {
    const people = peopleOfTheRoster(ROOT);
    expect(people.length).toBeGreaterThan(100);
    // Chips hold them, as they must.
    const chips = join(house.state, 'virtual-card');
    expect(leaksInFiles(people, chips).length).toBeGreaterThan(0);
    const elsewhere = filesBelow(house.state).filter((path) => !path.startsWith(chips));
    expect(elsewhere.some((path) => path.endsWith('.sqlite'))).toBe(true);
    expect(elsewhere.some((path) => path.endsWith('.log'))).toBe(true);
    expect(elsewhere.flatMap((path) => leaks(people, path, readFileSync(path)))).toEqual([]);
  });

  test('the search itself finds a planted key in each form', () => {
    const secrets = pilotSecrets([]);
    const planted = secrets[0]?.forms ?? [];
    expect(planted).toHaveLength(5);
    for (const form of planted) {
      const place = Buffer.concat([Buffer.from('log line '), form, Buffer.from(' end')]);
      expect(leaks(secrets, 'a plant', place)).toEqual([`${secrets[0]?.name} in a plant`]);
    }
  });
});

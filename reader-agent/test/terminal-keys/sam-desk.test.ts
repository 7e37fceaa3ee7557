/** A desk with a card and a SAM, both virtual: PIN handling, policy, fail-over both ways, signing, readers renumbered. */
import { describe, expect, test } from '@jest/globals';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { encodeBody, withSignature } from '@rhc/card/hotlist';
import type { TerminalKeys } from '@rhc/card/session';
import request from 'supertest';
import { personalizedContent, pilotTerminalKeys, seededRandom } from '../../../test/card-writing/personalized-card.ts';
import { type ChipContent, ProcessMemory, VirtualCard, type VirtualSam } from '../../../virtual-card/src/index.ts';
import {
  issuedPilotSam,
  PILOT_PIN,
  TERMINAL_NUMBER,
  testIssuer,
} from '../../../virtual-card/test/support/pilot-sam.ts';
import type { KeyPolicy, KeysState } from '../../src/contract/index.ts';
import { sessionOpener } from '../../src/core/open-session.ts';
import { agentErrors } from '../../src/errors.ts';
import { HotlistDesk } from '../../src/hotlist/index.ts';
import type { TellSam } from '../../src/terminal-keys/index.ts';
import { memoryText } from '../paired-page.ts';
import { agentWithStandIns, deskHeaders } from '../stand-in-agent.ts';
import { withIssuerCertificate } from '../writes/signing-house.ts';

interface Wish {
  readonly policy?: KeyPolicy;
  readonly pin?: string | null;
  readonly tellSam?: TellSam;
  readonly keyServiceAnswers?: () => Promise<boolean>;
}

async function deskWithSam({ policy = 'sam-first', pin = PILOT_PIN, ...more }: Wish = {}) {
  const { sam } = await issuedPilotSam('intl-128', [1, 2], testIssuer());
  return desk(withIssuerCertificate(await personalizedContent()), sam, { policy, pin, ...more });
}

const EMPTY_LIST = withSignature(
  encodeBody(
    { kind: 'full', provinceCode: '13', version: 1, baseVersion: 0, madeAt: Date.UTC(2026, 10, 25) / 1000 },
    [],
  ),
  { keyId: 'province', signature: Uint8Array.of(1) },
);

function desk(
  content: ChipContent,
  sam: VirtualSam,
  { policy, pin, tellSam, keyServiceAnswers }: Wish & Required<Pick<Wish, 'policy' | 'pin'>>,
) {
  const online = pilotTerminalKeys();
  let offline = false;
  const calls = { keyService: 0 };
  const asked = <T>(work: () => Promise<T>): Promise<T> => {
    calls.keyService += 1;
    if (offline) throw agentErrors.make('KEY_SERVICE_UNAVAILABLE');
    return work();
  };
  const keys: TerminalKeys = {
    suite: online.suite,
    activeVersion: async (slot) => asked(() => online.activeVersion(slot)),
    externalAuthentication: async (it) => asked(() => online.externalAuthentication(it)),
    verifyInternalAuthentication: async (it) => asked(() => online.verifyInternalAuthentication(it)),
    protect: async (it) => asked(() => online.protect(it)),
  };
  const profile = memoryText();
  const hotlist = new HotlistDesk({
    place: { read: () => null, write: () => undefined },
    verify: () => true,
    source: null,
    now: () => new Date(Date.UTC(2026, 10, 25)),
    stopHours: 24,
  });
  const made = agentWithStandIns({
    more: {
      keys,
      openSession: sessionOpener(seededRandom('desk')),
      keyPolicy: policy,
      samPin: () => pin,
      deskProfilePlace: profile,
      visitTrust: { verifier: nodeCrypto, rootPublicKey: testIssuer().rootPublicKey },
      hotlist,
      ...(tellSam === undefined ? {} : { tellSam }),
      ...(keyServiceAnswers === undefined ? {} : { keyServiceAnswers }),
    },
  });
  const memory = new ProcessMemory(content);
  let card = new VirtualCard({ memory, random: seededRandom('chip'), historicalBytes: content.historicalBytes });
  card.powerOn();
  made.port.answer = (command, reader) => (reader.startsWith('SAM') ? sam : card).transmit(command);
  const ask = async (method: 'get' | 'post', path: string, body?: object) => {
    const { body: answer, status } = await request(made.callback)[method](path).set(deskHeaders).send(body);
    return { status, body: answer };
  };
  return {
    ...made,
    sam,
    calls,
    profile,
    hotlist,
    setOffline: (now: boolean) => {
      offline = now;
    },
    insertCard: (reader = 'A') => {
      card = new VirtualCard({ memory, random: seededRandom('chip'), historicalBytes: content.historicalBytes });
      card.powerOn();
      return made.port.insert(reader, card.atr);
    },
    insertSam: (reader = 'SAM 00 01') => {
      sam.reset();
      made.port.plug(reader);
      made.port.insert(reader, sam.atr);
    },
    ask,
    async keysState(): Promise<KeysState> {
      for (;;) {
        const state = (await ask('get', '/v1/desk/keys')).body as KeysState;
        if (state.sam.state !== 'opening') return state;
      }
    },
    read: async () => (await ask('post', '/v1/card/read', {})).body,
  };
}

describe('a desk with a SAM', () => {
  test('reads with the SAM’s keys and the online check of genuineness; without network unchecked, never wrongly genuine', async () => {
    const at = await deskWithSam();
    at.insertSam();
    at.insertCard();
    expect(await at.keysState()).toMatchObject({
      order: ['sam+key-service', 'sam', 'key-service'],
      sam: { state: 'ready', pinTriesLeft: 10, terminalNumber: TERMINAL_NUMBER, reader: 'SAM 00 01' },
    });
    const online = await at.read();
    expect(online).toMatchObject({ genuine: true, timings: { keySource: 'sam+key-service' } });
    const before = at.calls.keyService;
    expect(before).toBeLessThanOrEqual(2);
    at.setOffline(true);
    const alone = await at.read();
    expect(alone).toMatchObject({ genuine: false, timings: { keySource: 'sam', keyServiceCalls: 0 } });
    expect(alone.identity).toEqual(online.identity);
    // Known to be silent: the next card does not wait for it.
    const asked = at.calls.keyService;
    await at.read();
    expect(at.calls.keyService).toBe(asked);
    at.setOffline(false);
    at.passMs(16_000);
    expect((await at.read()).genuine).toBe(true);
  });

  test('fails over both ways: SAM pulled → key-service; key-service silent → SAM; neither → a sentence', async () => {
    const at = await deskWithSam({ policy: 'key-service-first' });
    at.insertSam();
    const insertion = at.insertCard();
    await at.keysState();
    expect((await at.read()).timings.keySource).toBe('key-service');
    at.setOffline(true);
    expect((await at.read()).timings.keySource).toBe('sam');
    // A write without network: the SAM's update keys, signed by the SAM.
    const visit = { kind: 'outpatient', visitTime: '2026-11-24T08:30:00', department: '内科' };
    const unlisted = await at.ask('post', '/v1/card/visits', { insertion, visit });
    expect([unlisted.status, unlisted.body.error.code]).toEqual([503, 'HOTLIST_MISSING']);
    expect((await at.read()).visits).toEqual([]);
    at.hotlist.take(EMPTY_LIST);
    const written = await at.ask('post', '/v1/card/visits', { insertion, visit });
    expect(written.body).toMatchObject({ complete: true, elements: [{ signed: true }], timings: { keySource: 'sam' } });
    const { visits } = await at.read();
    expect(visits[0].signature.state).not.toBe('unsigned');
    at.port.remove('SAM 00 01');
    expect((await at.ask('post', '/v1/card/read', {})).body.error.code).toMatch(/^KEY_SERVICE/);
    at.setOffline(false);
    at.passMs(16_000);
    expect((await at.read()).timings.keySource).toBe('key-service');
  });

  test('while key-service is silent it is asked again without a card, and both turns are told to the page', async () => {
    let back = false;
    const at = await deskWithSam({ keyServiceAnswers: async () => back });
    at.insertSam();
    at.insertCard();
    await at.keysState();
    at.setOffline(true);
    await at.read();
    expect((await at.keysState()).keyService).toBe('silent');
    at.timers.advance(15_000);
    await new Promise(setImmediate);
    expect((await at.keysState()).keyService).toBe('silent');
    back = true;
    at.timers.advance(15_000);
    await new Promise(setImmediate);
    expect(await at.keysState()).toMatchObject({
      keyService: 'answers',
      order: ['sam+key-service', 'sam', 'key-service'],
    });
  });

  test('whose keys and which versions served the last card is known afterwards, for each card anew', async () => {
    const at = await deskWithSam({ policy: 'sam-only' });
    at.insertSam();
    at.insertCard();
    expect((await at.keysState()).lastUse).toBeNull();
    const { timings } = await at.read();
    expect(timings.keyVersions).toMatchObject({ 'RK1.DDF1': 1, 'RK1.DF01': 1 });
    expect((await at.keysState()).lastUse).toMatchObject({ source: 'sam', versions: timings.keyVersions });
  });

  test('a wrong PIN is tried once and never again by itself; a person’s right one mends it; the last try is never used', async () => {
    const at = await deskWithSam({ policy: 'sam-only', pin: '999999' });
    at.insertSam();
    at.insertCard();
    expect((await at.keysState()).sam).toMatchObject({
      state: 'pin-wrong',
      pinTriesLeft: 9,
      error: { code: 'SAM_PIN_WRONG' },
    });
    // Restarted, put in again, opened anew: no further try is spent.
    for (let i = 0; i < 3; i += 1) {
      const { body } = await at.ask('post', '/v1/desk/sam/reopen', {});
      expect(body).toMatchObject({ state: 'pin-needed', pinTriesLeft: 9 });
    }
    expect((await at.ask('post', '/v1/card/read', {})).body.error.code).toBe('SAM_UNAVAILABLE');
    for (let left = 8; left >= 1; left -= 1) {
      expect((await at.ask('post', '/v1/desk/sam/pin', { pin: '111111' })).body).toMatchObject({
        state: 'pin-wrong',
        pinTriesLeft: left,
      });
    }
    const refused = await at.ask('post', '/v1/desk/sam/pin', { pin: PILOT_PIN });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'SAM_PIN_LAST_TRY']);
  });

  test('the right PIN by a person opens it, also after the SAM was reset', async () => {
    const at = await deskWithSam({ policy: 'sam-only', pin: null });
    at.insertSam();
    at.insertCard();
    expect((await at.keysState()).sam.state).toBe('pin-needed');
    expect((await at.ask('post', '/v1/desk/sam/pin', { pin: PILOT_PIN })).body.state).toBe('ready');
    expect((await at.read()).timings.keySource).toBe('sam');
    at.sam.reset();
    // This card's reading fails by the SAM, not by the card; the SAM is opened anew for the next.
    expect((await at.ask('post', '/v1/card/read', {})).body.error.code).toBe('SAM_UNAVAILABLE');
    await at.agent.samSettled();
    expect((await at.read()).timings.keySource).toBe('sam');
  });

  test('slots are assigned once and found again when the reader service numbers them anew', async () => {
    const at = await deskWithSam();
    at.port.remove('A');
    at.port.plug('ACS ACR39U (RR123) 00 00');
    at.insertSam('SAM Reader (RR456) 01 00');
    at.insertCard('ACS ACR39U (RR123) 00 00');
    const assigned = { card: 'ACS ACR39U (RR123) 00 00', sam: 'SAM Reader (RR456) 01 00' };
    expect((await at.ask('post', '/v1/desk/profile', assigned)).body).toMatchObject(assigned);
    expect((await at.ask('post', '/v1/desk/profile', { card: 'none', sam: null })).status).toBe(404);
    const again = agentWithStandIns({ more: { deskProfilePlace: memoryText(at.profile.read()) } });
    again.port.plug('SAM Reader (RR456) 00 00');
    again.port.plug('ACS ACR39U (RR123) 01 00');
    const { body } = await request(again.callback).get('/v1/desk/profile').set(deskHeaders);
    expect(body).toMatchObject({ card: 'ACS ACR39U (RR123) 01 00', sam: 'SAM Reader (RR456) 00 00' });
  });
});

describe('what key-service is told of the SAM', () => {
  test('its serial and the version of every key, once, when it is ready', async () => {
    const told: Parameters<TellSam>[] = [];
    const tellSam: TellSam = async (...given) => {
      told.push(given);
      return { refused: false };
    };
    const made = await deskWithSam({ tellSam });
    made.insertSam();
    const { sam } = await made.keysState();
    await made.agent.samSettled();
    expect(told).toHaveLength(1);
    const [samSerial, { versions }] = told[0] ?? ['', { versions: [] }];
    expect(samSerial).toBe(sam.samSerial);
    expect(versions).toEqual(sam.versions);
    expect(versions.length).toBeGreaterThan(10);
    expect(versions).toContainEqual({ slot: 'RK1.DDF1', version: 1 });
    expect(versions).toContainEqual({ slot: 'RK1.DDF1', version: 2 });
    expect((await made.keysState()).samReport).toMatchObject({ state: 'told', error: null });
  });

  test('a SAM that key-service has revoked serves no card from here; key-service does', async () => {
    const made = await deskWithSam({ tellSam: async () => ({ refused: true }) });
    made.insertSam();
    await made.keysState();
    await made.agent.samSettled();
    const state = await made.keysState();
    expect(state.samReport.state).toBe('refused');
    expect(state.order).toEqual(['key-service']);
    made.insertCard();
    expect((await made.read()).timings.keySource).toBe('key-service');
  });

  test('without network it waits and tries again', async () => {
    let up = false;
    const tellSam: TellSam = async () => {
      if (!up) throw agentErrors.make('KEY_SERVICE_UNAVAILABLE');
      return { refused: false };
    };
    const made = await deskWithSam({ tellSam });
    made.insertSam();
    await made.keysState();
    await made.agent.samSettled();
    expect((await made.keysState()).samReport).toMatchObject({
      state: 'waiting',
      error: { code: 'KEY_SERVICE_UNAVAILABLE' },
    });
    up = true;
    made.timers.advance(10_000);
    await made.agent.samSettled();
    expect((await made.keysState()).samReport.state).toBe('told');
  });
});

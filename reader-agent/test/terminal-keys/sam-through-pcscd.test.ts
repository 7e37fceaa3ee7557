/**
 * The desk's SAM on real parts: issued by key-service on SoftHSM2, in a reader behind pcscd beside a resident's card. It
 * serves the card with and without network, pulled and put back, with a PIN that is right, wrong or blocked; what the desk
 * says of a lost card, an old list and a wrong clock does not depend on the network.
 */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SamResponse } from '../../../key-service/src/contract/index.ts';
import { DeskOnPcscd, TERMINAL_NUMBER } from './desk-on-pcscd.ts';

const LONG_MS = 180_000;
const WRONG_PIN = '918273';
const VISIT = { kind: 'outpatient', visitTime: '2026-11-24T08:30:00', department: '内科' };
const desk = new DeskOnPcscd();

beforeAll(async () => {
  await desk.open();
  await desk.startAgent();
  await desk.insert('sam');
  await desk.insert('card');
}, LONG_MS);
afterAll(() => desk.close(), LONG_MS);

const enter = (pin: string) => desk.ask('POST', '/v1/desk/sam/pin', { pin });
const insertion = async (): Promise<number> => {
  const { readers } = (await desk.ask('GET', '/v1/readers')).body;
  const [card] = readers.flatMap((each: { card: { cardFactor: string | null; insertion: number } | null }) =>
    each.card === null || each.card.cardFactor === null ? [] : [each.card],
  );
  return card.insertion;
};
const writeVisit = async () => desk.ask('POST', '/v1/card/visits', { insertion: await insertion(), visit: VISIT });

describe('a SAM from key-service beside the card', () => {
  test('waits for its PIN, then serves; key-service hears which keys it holds', async () => {
    const { sam } = await desk.samIs('pin-needed');
    expect(sam).toMatchObject({
      reader: desk.stack.readers[1],
      samSerial: desk.sam.samSerial,
      terminalNumber: TERMINAL_NUMBER,
      pinTriesLeft: 10,
    });
    expect((await enter(desk.sam.pin)).body).toMatchObject({ state: 'ready', pinTriesLeft: 10, error: null });
    const keys = await desk.until('key-service is told', async () => {
      const state = await desk.keys();
      return state.samReport.state === 'told' ? state : null;
    });
    const answer = await desk.keyService.asOperator('GET', `/v1/sams/${desk.sam.samSerial}`);
    const { sam: registered } = (await answer.json()) as SamResponse;
    expect(registered.lastContact).not.toBeNull();
    expect(registered.versions).toHaveLength(keys.sam.versions.length);
    expect(registered.versions).toContainEqual({ slot: 'RK1.DDF1', version: 1 });
  });

  test('online the SAM’s keys and the check of genuineness; with the cable pulled the SAM alone, unchecked', async () => {
    expect((await desk.bringHotlist({ listed: false })).status).toBe(200);
    const online = await desk.read();
    expect(online.body).toMatchObject({
      genuine: true,
      hotlist: { state: 'clear', version: 1 },
      timings: { keySource: 'sam+key-service', keyServiceCalls: expect.any(Number) },
    });
    desk.unplug();
    const alone = await desk.read();
    expect(alone.body).toMatchObject({
      genuine: false,
      hotlist: { state: 'clear', version: 1 },
      timings: { keySource: 'sam', keyServiceCalls: 0 },
    });
    expect(alone.body.identity).toEqual(online.body.identity);
    expect((await desk.keys()).keyService).toBe('silent');
    // Written under the SAM's update keys and signed in the SAM.
    expect((await writeVisit()).body).toMatchObject({
      complete: true,
      elements: [{ signed: true }],
      timings: { keySource: 'sam' },
    });
    expect((await desk.read(['visits'])).body.visits).toHaveLength(1);
    desk.plug();
  });

  test('pulled in the middle of a read: it is the SAM’s trouble, not the card’s; put back, it serves again', async () => {
    desk.unplug();
    await desk.read();
    // key-service, behind the pulled cable, is the last that was asked.
    expect((await desk.readWithSamPulled()).error.code).toBe('KEY_SERVICE_UNREACHABLE');
    expect((await desk.keys()).sam.state).toBe('absent');
    await desk.insert('sam');
    await desk.samIs('ready');
    expect((await desk.read()).body.timings.keySource).toBe('sam');
    desk.plug();
  });
});

describe('a desk that may use nothing but its SAM', () => {
  test('reads offline from its start, with the PIN from a file', async () => {
    await desk.stopAgent();
    desk.unplug();
    writeFileSync(desk.samPinFile, `${desk.sam.pin}\n`, { mode: 0o600 });
    await desk.startAgent({
      RHC_READER_AGENT_KEY_POLICY: 'sam-only',
      RHC_READER_AGENT_SAM_PIN_FILE: desk.samPinFile,
    });
    expect(await desk.samIs('ready')).toMatchObject({ order: ['sam'], samReport: { state: 'waiting' } });
    expect((await desk.read()).body).toMatchObject({ genuine: false, timings: { keySource: 'sam' } });
    desk.plug();
    // The cable back in changes nothing: no key of key-service serves here.
    expect((await desk.read()).body).toMatchObject({ timings: { keySource: 'sam', keyServiceCalls: 0 } });
  });

  test('pulled in the middle of a read: the sentence names the SAM', async () => {
    const { error } = await desk.readWithSamPulled();
    expect(error).toMatchObject({ code: 'SAM_UNAVAILABLE', nextStep: { zh: expect.stringContaining('SAM') } });
    expect((await desk.read()).body.error.code).toBe('SAM_UNAVAILABLE');
    await desk.insert('sam');
    await desk.samIs('ready');
    expect((await desk.read()).body.timings.keySource).toBe('sam');
  });

  test('a lost card is said to be listed and is not written on', async () => {
    await desk.bringHotlist({ listed: true });
    expect((await desk.read()).body.hotlist.state).toBe('listed');
    const { status, body } = await writeVisit();
    expect([status, body.error.code]).toEqual([409, 'CARD_LISTED']);
  });

  test('an old list serves with its age until its hard stop, then no card is served, from the SAM neither', async () => {
    await desk.bringHotlist({ listed: false, hoursAgo: 23 });
    expect((await desk.read()).body.hotlist).toMatchObject({ state: 'clear', ageHours: 23 });
    await desk.bringHotlist({ listed: false, hoursAgo: 24.2 });
    const { status, body } = await desk.read();
    expect([status, body.error.code]).toEqual([503, 'HOTLIST_TOO_OLD']);
    expect(body.error.nextStep.zh).not.toBe('');
    expect((await writeVisit()).body.error.code).toBe('HOTLIST_TOO_OLD');
    // It stays stopped when it is started anew: the list is kept on disk.
    await desk.stopAgent();
    await desk.startAgent({
      RHC_READER_AGENT_KEY_POLICY: 'sam-only',
      RHC_READER_AGENT_SAM_PIN_FILE: desk.samPinFile,
    });
    await desk.samIs('ready');
    expect((await desk.read()).body.error.code).toBe('HOTLIST_TOO_OLD');
    await desk.bringHotlist({ listed: false });
    expect((await desk.read()).body).toMatchObject({ hotlist: { ageHours: 0 }, timings: { keySource: 'sam' } });
  });

  test('a clock that lies behind the list’s signed time: read with a mark, nothing written until it is right', async () => {
    await desk.bringHotlist({ listed: false, hoursAgo: -2 });
    const { clock } = (await desk.ask('POST', '/v1/card/identity', {})).body.standing;
    expect(clock).toMatchObject({ state: 'wrong', comparedWith: 'hotlist' });
    const { status, body } = await writeVisit();
    expect([status, body.error.code]).toEqual([409, 'CLOCK_WRONG']);
    await desk.bringHotlist({ listed: false });
    expect((await writeVisit()).body).toMatchObject({ complete: true, elements: [{ signed: true }] });
  });
});

describe('PINs that are not right', () => {
  test('a wrong one in the file is tried once, not again after the SAM was put back; a person’s right one mends it', async () => {
    await desk.stopAgent();
    writeFileSync(desk.samPinFile, `${WRONG_PIN}\n`);
    await desk.startAgent({
      RHC_READER_AGENT_KEY_POLICY: 'sam-only',
      RHC_READER_AGENT_SAM_PIN_FILE: desk.samPinFile,
    });
    expect((await desk.samIs('pin-wrong')).sam).toMatchObject({ pinTriesLeft: 9, error: { code: 'SAM_PIN_WRONG' } });
    await desk.eject('sam');
    await desk.insert('sam');
    expect((await desk.samIs('pin-needed')).sam.pinTriesLeft).toBe(9);
    expect((await desk.read()).body.error.code).toBe('SAM_UNAVAILABLE');
    expect((await enter(WRONG_PIN)).body).toMatchObject({ state: 'pin-wrong', pinTriesLeft: 8 });
    expect((await enter(desk.sam.pin)).body).toMatchObject({ state: 'ready', pinTriesLeft: 10 });
    expect((await desk.read()).status).toBe(200);
  });

  test('one try left: it is never spent here', async () => {
    await desk.changeSam(await desk.samWithWrongTries(8));
    await desk.samIs('pin-needed');
    expect((await enter(WRONG_PIN)).body).toMatchObject({ state: 'pin-wrong', pinTriesLeft: 1 });
    const refused = await enter(desk.sam.pin);
    expect([refused.status, refused.body.error.code]).toEqual([409, 'SAM_PIN_LAST_TRY']);
  });

  test('blocked: it says so and what to do, and asks for no PIN', async () => {
    await desk.changeSam(await desk.samWithWrongTries(10));
    expect((await desk.samIs('pin-blocked')).sam).toMatchObject({
      pinTriesLeft: 0,
      error: { code: 'SAM_PIN_BLOCKED', nextStep: { zh: expect.stringContaining('SAM') } },
    });
    const refused = await enter(desk.sam.pin);
    expect([refused.status, refused.body.error.code]).toEqual([403, 'SAM_PIN_BLOCKED']);
    expect((await desk.read()).body.error.code).toBe('SAM_UNAVAILABLE');
  });

  test('no PIN, right or wrong, stands in any log', () => {
    const logs = desk.logs();
    expect(logs).toContain('sam-pin-tried');
    for (const pin of [desk.sam.pin, WRONG_PIN]) expect(logs).not.toMatch(new RegExp(`(?<!\\d)${pin}(?!\\d)`));
  });
});

describe('the reader service numbers its readers in another order', () => {
  const start = () =>
    desk.startAgent({ RHC_READER_AGENT_KEY_POLICY: 'sam-only', RHC_READER_AGENT_SAM_PIN_FILE: desk.samPinFile });
  const becomes = (card: string, sam: string) =>
    desk.until(`card in ${card}, SAM in ${sam}`, async () => {
      const { body } = await desk.ask('GET', '/v1/desk/profile');
      return body.card === card && body.sam === sam ? true : null;
    });
  const becomesReady = (reader: string) =>
    desk.until(`the SAM serves in ${reader}`, async () => {
      const { sam } = await desk.keys();
      return sam.state === 'ready' && sam.reader === reader ? sam : null;
    });
  const served = () =>
    desk.until('the card is read', async () => {
      const answer = await desk.read();
      return answer.status === 200 ? answer.body : null;
    });
  let identity: unknown;

  test('card and SAM slot are found again while the agent runs, and the SAM serves without a hand', async () => {
    await desk.stopAgent();
    writeFileSync(desk.samPinFile, `${desk.sam.pin}\n`, { mode: 0o600 });
    await desk.hand('sam', `swap ${desk.sam.image}`);
    await start();
    const [first, second] = desk.stack.readers;
    await becomesReady(second);
    const assigned = { card: first, sam: second };
    expect((await desk.ask('POST', '/v1/desk/profile', assigned)).body).toMatchObject(assigned);
    await becomesReady(second);
    ({ identity } = await served());

    await desk.renumber();
    await becomes(second, first);
    expect(await becomesReady(first)).toMatchObject({ samSerial: desk.sam.samSerial });
    expect(await served()).toMatchObject({ identity, timings: { keySource: 'sam' } });
  });

  test('and by an agent that was not running when they changed', async () => {
    await desk.stopAgent();
    const [first, second] = desk.stack.readers;
    await desk.renumber();
    await start();
    await becomes(first, second);
    await becomesReady(second);
    expect(await served()).toMatchObject({ identity, timings: { keySource: 'sam' } });
  });
});

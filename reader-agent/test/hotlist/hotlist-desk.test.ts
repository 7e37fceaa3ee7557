/** The hotlist at the desk: fetched, by deltas, from a medium; what a reading says of it; the hard stop. */
import { describe, expect, test } from '@jest/globals';
import { encodeBody, encodeDelta, mod3736CheckCharacter, withSignature } from '@rhc/card/hotlist';
import request from 'supertest';
import { personalizedContent } from '../../../test/card-writing/personalized-card.ts';
import { HotlistDesk, type HotlistSource } from '../../src/hotlist/index.ts';
import { agentWithStandIns, deskHeaders, OURS } from '../stand-in-agent.ts';
import { DeskWithCard } from '../writes/desk-with-card.ts';
import { withRecord } from '../writes/signing-house.ts';

const HOUR_MS = 3_600_000;
const MADE_AT = Date.UTC(2026, 10, 25) / 1000;
const signature = { keyId: 'province', signature: Uint8Array.of(1, 2, 3) };
const serialOf = (counter: number) => {
  const body = `13000000${counter}`;
  return body + mod3736CheckCharacter(body);
};
const full = (version: number, counters: number[]) =>
  withSignature(
    encodeBody({ kind: 'full', provinceCode: '13', version, baseVersion: 0, madeAt: MADE_AT }, counters),
    signature,
  );
const delta = (from: [number, number[]], to: [number, number[]]) =>
  encodeDelta(
    { version: from[0], counters: from[1] },
    { provinceCode: '13', version: to[0], madeAt: MADE_AT, counters: to[1] },
    signature,
  );

function deskWith(source: HotlistSource | null, genuine = true) {
  let nowMs = MADE_AT * 1000;
  let kept: Uint8Array | null = null;
  const options = {
    place: {
      read: () => kept,
      write: (bytes: Uint8Array) => {
        kept = bytes;
      },
    },
    verify: () => genuine,
    source,
    now: () => new Date(nowMs),
    stopHours: 24,
  };
  return {
    options,
    desk: new HotlistDesk(options),
    passHours: (hours: number) => {
      nowMs += hours * HOUR_MS;
    },
  };
}

describe('hotlist at the desk', () => {
  test('whole first, then by deltas; kept over a restart; a lost network leaves the list with its age', async () => {
    let newest = 1;
    let up = true;
    const asked: string[] = [];
    const source: HotlistSource = {
      newest: async (held) => {
        asked.push(`full ${held}`);
        if (!up) throw new Error('no network');
        return held === newest ? null : full(1, [3, 5]);
      },
      delta: async (version) => {
        if (!up) throw new Error('no network');
        asked.push(`delta ${version}`);
        return version === 2 && newest === 2 ? delta([1, [3, 5]], [2, [5, 7]]) : null;
      },
    };
    const { desk, options, passHours } = deskWith(source);
    expect(desk.verdict(serialOf(3))).toEqual({ state: 'unknown', version: null, ageHours: null, stopHours: 24 });
    await desk.refresh();
    expect([3, 4].map((counter) => desk.verdict(serialOf(counter)).state)).toEqual(['listed', 'clear']);
    newest = 2;
    await desk.refresh();
    expect([3, 7].map((counter) => desk.verdict(serialOf(counter)).state)).toEqual(['clear', 'listed']);
    expect(asked).toEqual(['full null', 'delta 2', 'delta 3', 'full 2']);
    up = false;
    passHours(10);
    await desk.refresh();
    expect(desk.state()).toMatchObject({ version: 2, ageHours: 10, tooOld: false });
    expect(new HotlistDesk(options).verdict(serialOf(7)).state).toBe('listed');
  });

  test('a wrong signature and an older list are not taken; another province is unknown', () => {
    const { desk } = deskWith(null);
    desk.take(full(2, [1]));
    expect(() => desk.take(full(1, []))).toThrow(expect.objectContaining({ code: 'HOTLIST_OLDER' }));
    expect(desk.verdict('1100000002').state).toBe('unknown');
    expect(() => deskWith(null, false).desk.take(full(1, []))).toThrow(
      expect.objectContaining({ code: 'HOTLIST_SIGNATURE_WRONG' }),
    );
  });

  test('a reading says listed and how old the list is; too old, no card is served and none is touched', async () => {
    const { desk, passHours } = deskWith(null);
    const serial = {
      id: 'issueSerial',
      item: 10,
      label: { zh: '发卡序列号', en: 'serial' },
      value: serialOf(5),
      raw: new Uint8Array(10),
    };
    const made = agentWithStandIns({
      session: {
        readIdentity: async () => ({ cardFactor: new Uint8Array(8), provinceCode: '13', elements: [serial] }) as never,
      },
      more: { hotlist: desk },
    });
    made.port.insert('A', OURS);
    const imported = await request(made.callback)
      .post('/v1/hotlist/import')
      .set({ ...deskHeaders, 'Content-Type': 'application/vnd.rhc.hotlist' })
      .send(Buffer.from(full(4, [5])));
    expect([imported.status, imported.body.version]).toEqual([200, 4]);
    const read = () =>
      request(made.callback)
        .post('/v1/card/read')
        .set(deskHeaders)
        .send({ stages: ['identity'] });
    passHours(2);
    expect((await read()).body.hotlist).toEqual({ state: 'listed', version: 4, ageHours: 2, stopHours: 24 });
    const before = made.port.transmitted.length;
    passHours(23);
    expect((await read()).body.error.code).toBe('HOTLIST_TOO_OLD');
    expect(made.port.transmitted).toHaveLength(before);
  });
});

describe('how a card stands, with a virtual card', () => {
  const SERIAL = serialOf(5);
  const PHONE = { phone1: '13922223333' };
  const VISIT = { kind: 'outpatient', visitTime: '2026-11-24T08:30:00', department: '内科' };
  const ofProvince = async () =>
    withRecord(await personalizedContent(), 'issueSerial', new TextEncoder().encode(SERIAL));
  const withList = async (counters: number[] | null) => {
    const content = await ofProvince();
    const desk = new DeskWithCard(content);
    const { desk: hotlist } = deskWith(null);
    if (counters !== null) hotlist.take(full(4, counters));
    desk.hotlist = hotlist;
    desk.restart();
    desk.insert();
    return { desk, content };
  };

  test('listed: neither patch nor visit nor a national function writes, the chip is as it was, nothing is in the journal', async () => {
    const { desk, content } = await withList([5]);
    for (const answer of [await desk.patch(PHONE), await desk.visit(VISIT)]) {
      expect([answer.status, answer.body.error]).toEqual([409, expect.objectContaining({ code: 'CARD_LISTED' })]);
      expect(answer.body.error.nextStep).toEqual({ zh: expect.stringMatching(/./), en: expect.stringMatching(/./) });
    }
    const legacy = await desk.post('/v1/legacy/iW_DDF1EF08Info', { hDev: `${desk.insertion}`, BRDH1: '13922223333' });
    expect(legacy.body).toMatchObject({ code: 104, error: { code: 'CARD_LISTED' } });
    expect(desk.content).toBe(content);
    expect(await desk.writes()).toEqual([]);
  });

  test('expired: not written on', async () => {
    const content = withRecord(await ofProvince(), 'expiryDate', Uint8Array.of(0x20, 0x26, 0x11, 0x23));
    const desk = new DeskWithCard(content);
    desk.insert();
    for (const answer of [await desk.patch(PHONE), await desk.visit(VISIT)]) {
      expect([answer.status, answer.body.error.code]).toEqual([409, 'CARD_EXPIRED']);
    }
    expect(desk.content).toBe(content);
  });

  test.each([
    ['listed', [5], 'at-hand', { state: 'listed', version: 4, ageHours: 0, stopHours: 24 }],
    ['clear', [6], 'at-hand', { state: 'clear', version: 4, ageHours: 0, stopHours: 24 }],
    ['without a list', null, 'none', { state: 'unknown', version: null, ageHours: null, stopHours: 24 }],
  ])(
    '%s: identity, summary, health summary, photo, FHIR and national functions say so',
    async (_name, counters, list, hotlist) => {
      const { desk } = await withList(counters);
      const standing = { list, hotlist, validity: { state: 'valid', expiryDate: '2036-11-22', day: '2026-11-24' } };
      for (const path of ['identity', 'summary', 'health-summary', 'photo']) {
        expect((await desk.post(`/v1/card/${path}`, {})).body).toMatchObject({ standing });
      }
      const bundle = await desk.get<{ meta: { tag: { code: string }[] } }>('/v1/card/fhir');
      const tags = bundle.body.meta.tag.map(({ code }) => code);
      expect(tags).toEqual([`hotlist-${hotlist.state}`, 'validity-valid', 'clock-unknown']);
      const legacy = await desk.post('/v1/legacy/iR_DDF1EF06Info', { hDev: `${desk.insertion}` });
      expect(legacy.body).toMatchObject({ code: 0, standing });
    },
  );

  test('clear, and online without a list: written', async () => {
    for (const counters of [[6], null]) {
      const { desk } = await withList(counters);
      expect((await desk.patch(PHONE)).body.complete).toBe(true);
    }
  });
});

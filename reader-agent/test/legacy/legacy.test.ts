/** The national functions by their names, fields, lengths and return codes. */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { personalizedContent } from '../../../test/card-writing/personalized-card.ts';
import type { ChipContent } from '../../../virtual-card/src/index.ts';
import { type LegacyAnswer, legacyAnswer } from '../../src/contract/index.ts';
import { DeskWithCard } from '../writes/desk-with-card.ts';
import { elementsHeld } from '../writes/what-the-chip-holds.ts';

let content: ChipContent;
let desk: DeskWithCard;
let hDev: string;
beforeAll(async () => {
  content = await personalizedContent();
});
beforeEach(async () => {
  desk = new DeskWithCard(content);
  desk.insert();
  hDev = (await call('iDOpenPort', {})).fields.hDev ?? '';
});

async function call(name: string, parameters: object = { hDev }): Promise<LegacyAnswer> {
  const { status, body } = await desk.post<LegacyAnswer>(`/v1/legacy/${name}`, parameters);
  expect(status).toBe(200);
  return legacyAnswer.parse(body);
}

describe('reading', () => {
  test('issuer and holder as the interface shows them: text, digits, hex', async () => {
    expect(await call('iR_DDF1EF05Info')).toMatchObject({
      code: 0,
      name: 'IRV_OK',
      fields: { KLB: '1', FKJGMC: '石家庄市卫健委', FKJGDM: '1301', FKSJ: '20261122', YYCSDM: '130100' },
    });
    expect((await call('iR_DDF1EF06Info')).fields).toEqual({
      XM: '张三',
      XB: '01',
      MZ: '01',
      CSRQ: '19900307',
      SFZH: '130102199003070054',
    });
  });

  test('records from the newest, a record that is not there, indexes, no photo', async () => {
    expect((await call('iR_DF02EF07Info', { hDev, nRecorderNo: '1' })).fields).toEqual({
      GMWZMC: '青霉素',
      GMFY: '皮疹',
    });
    expect(await call('iR_DF02EF07Info', { hDev, nRecorderNo: '2' })).toMatchObject({ code: 112, name: 'RCINVALID' });
    expect((await call('iR_DF02EF08Info', { hDev, nRecorderNo: '2' })).fields.MYJZSJ).toBe('19900308');
    expect((await call('iR_DF03EF06Info')).fields).toEqual({
      MZJLBS1: 'FF',
      MZJLBS2: 'FF',
      MZJLBS3: 'FF',
      MZJLBS4: 'FF',
      MZJLBS5: 'FF',
    });
    expect((await call('iR_DDF1EF07Info')).fields).toEqual({ ZHAOPIAN: '' });
  });

  test('every function that is listed answers with a national code', async () => {
    const { body } = await desk.get<{ functions: string[] }>('/v1/legacy');
    const readers = body.functions.filter((name) => name.startsWith('iR_'));
    expect(readers).toHaveLength(14);
    for (const name of readers) expect([name, (await call(name, { hDev, nRecorderNo: '1' })).code]).toEqual([name, 0]);
  });
});

describe('writing', () => {
  test('fields by name, the others as they were; a list entry becomes record 1', async () => {
    expect(await call('iW_DDF1EF08Info', { hDev, BRDH1: '13922223333', KYXQ: '20361231' })).toMatchObject({ code: 0 });
    expect(await call('iW_DF02EF05Info', { hDev, XCBZ: '01', RHXX: '2' })).toMatchObject({ code: 0 });
    expect(await call('iW_DF02EF08Info', { hDev, MYJZMC: '流感疫苗', MYJZSJ: '20261124' })).toMatchObject({ code: 0 });
    const wish = { phone1: '13922223333', expiryDate: '2036-12-31', asthma: true, bloodRh: '2' };
    expect(Object.values(elementsHeld(desk.content, wish)).every(Boolean)).toBe(true);
    expect((await call('iR_DF02EF08Info', { hDev, nRecorderNo: '1' })).fields.MYJZMC).toBe('流感疫苗');
    expect((await call('iR_DF02EF08Info', { hDev, nRecorderNo: '2' })).fields.MYJZMC).toBe('乙肝');
  });

  test.each([
    ['a misspelt field', 'iW_DDF1EF08Info', { BRDH: '139' }],
    ['digits that are none', 'iW_DDF1EF08Info', { KYXQ: '2036/12/31' }],
    ['a day that is none', 'iW_DDF1EF08Info', { KYXQ: '20361331' }],
    ['a text that is too long', 'iW_DF01EF05Info', { DZ1: '省'.repeat(51) }],
    ['nothing', 'iW_DF01EF05Info', {}],
  ])('%s: 101, nothing written', async (_name, name, parameters) => {
    expect(await call(name, { hDev, ...parameters })).toMatchObject({ code: 101, name: 'PARA_ERR' });
    expect(desk.content).toBe(content);
  });

  test('the card was pulled: 108, and the write is in the journal', async () => {
    const dry = new DeskWithCard(content);
    dry.insert();
    await dry.patch({ phone1: '13922223333' });
    desk.pullAt({ at: dry.apdus - 1, how: 'after' });
    const answer = await call('iW_DDF1EF08Info', { hDev, BRDH1: '13922223333' });
    expect(answer).toMatchObject({ code: 108, name: 'WR_RCDERR' });
    expect((await desk.get(`/v1/writes/${answer.fields.id}`)).body).toMatchObject({ settled: false });
  });
});

describe('what goes wrong', () => {
  test('a handle of another insertion, a card that is gone, no handle', async () => {
    desk.remove();
    expect(await call('iR_DDF1EF06Info')).toMatchObject({ code: 104, error: { code: 'CARD_ABSENT' } });
    desk.insert();
    expect(await call('iR_DDF1EF06Info')).toMatchObject({ code: 104, error: { code: 'CARD_CHANGED' } });
    expect(await call('iR_DDF1EF06Info', {})).toMatchObject({ code: 101 });
  });

  test('the keys are away: the SAM’s code', async () => {
    desk.keys = { ...desk.keys, verifyInternalAuthentication: () => Promise.reject(new Error('away')) };
    expect(await call('iR_DDF1EF06Info')).toMatchObject({ code: 105, error: { code: 'KEY_SERVICE_UNAVAILABLE' } });
  });

  test('a function that is none, and none that sends raw APDUs', async () => {
    for (const name of ['SendAPDU', 'iW_DDF1EF05Info', 'iW_DDF1EF06Info', 'constructor']) {
      const { status, body } = await desk.post<object>(`/v1/legacy/${name}`, { hDev });
      expect([status, body.error.code]).toEqual([404, 'LEGACY_FUNCTION_UNKNOWN']);
    }
  });
});

/** A desk whose clock is wrong reads and says so, and writes nothing until it is set right. */
import { beforeAll, expect, test } from '@jest/globals';
import { personalizedContent } from '../../../test/card-writing/personalized-card.ts';
import type { ChipContent } from '../../../virtual-card/src/index.ts';
import { ClockCheck } from '../../src/clock/index.ts';
import { DeskWithCard } from './desk-with-card.ts';

let content: ChipContent;
beforeAll(async () => {
  content = await personalizedContent();
});

test('refused with the sentence, the card untouched; read with a mark; written after the clock was set', async () => {
  const desk = new DeskWithCard(content);
  const check = new ClockCheck({ now: () => new Date(), toleranceSeconds: 300 });
  desk.clockCheck = check;
  desk.restart();
  desk.insert();
  const heard = (offMs: number) => {
    const theirs = Date.parse('2026-11-24T08:00:00Z');
    check.heard('key-service', new Date(theirs).toUTCString(), theirs + offMs, theirs + offMs);
  };
  heard(3_600_000);
  const visit = { kind: 'outpatient', visitTime: '2026-11-24T08:30:00', institutionName: '石家庄市第一医院' };
  for (const answer of [await desk.patch({ phone1: '13922223333' }), await desk.visit(visit)]) {
    expect([answer.status, answer.body.error.code]).toEqual([409, 'CLOCK_WRONG']);
    expect(answer.body.error.nextStep.zh).toContain('自动对时');
  }
  expect([desk.content, await desk.writes()]).toEqual([content, []]);
  expect((await desk.post('/v1/card/identity', {})).body).toMatchObject({
    standing: { clock: { state: 'wrong', comparedWith: 'key-service' }, validity: { state: 'valid' } },
  });
  expect((await desk.get('/v1/status')).body).toMatchObject({ clock: { state: 'wrong' } });
  heard(1000);
  expect((await desk.patch({ phone1: '13922223333' })).body).toMatchObject({ complete: true });
});

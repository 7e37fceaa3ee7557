/** What may be written on, by how the card stands and whose keys serve it. */
import { expect, test } from '@jest/globals';
import type { CardStanding } from '../contract/reads.ts';
import { requireWritable, StandingJudge } from './card-standing.ts';

const CLEAR: CardStanding = {
  list: 'at-hand',
  hotlist: { state: 'clear', version: 4, ageHours: 1, stopHours: 168 },
  validity: { state: 'valid', expiryDate: '2036-11-22', day: '2026-11-24' },
  clock: { state: 'right', offSeconds: 1, toleranceSeconds: 300, comparedWith: 'key-service' },
};
const WRONG_CLOCK: CardStanding = { ...CLEAR, clock: { ...CLEAR.clock, state: 'wrong', offSeconds: -7200 } };
const LISTED: CardStanding = { ...CLEAR, hotlist: { ...CLEAR.hotlist, state: 'listed' } };
const EXPIRED: CardStanding = { ...CLEAR, validity: { ...CLEAR.validity, state: 'expired' } };
const NO_LIST: CardStanding = {
  ...CLEAR,
  list: 'none',
  hotlist: { state: 'unknown', version: null, ageHours: null, stopHours: 0 },
};

test.each([
  ['listed', LISTED, 'key-service', 'CARD_LISTED'],
  ['listed, offline', LISTED, 'sam', 'CARD_LISTED'],
  ['expired', EXPIRED, 'key-service', 'CARD_EXPIRED'],
  ['no list, offline', NO_LIST, 'sam', 'HOTLIST_MISSING'],
  ['clear, by a wrong clock', WRONG_CLOCK, 'key-service', 'CLOCK_WRONG'],
] as const)('%s is refused', (_name, standing, source, code) => {
  expect(() => requireWritable(standing, source)).toThrow(expect.objectContaining({ code }));
});

test.each([
  ['clear', CLEAR, 'key-service'],
  ['clear, offline', CLEAR, 'sam'],
  ['no list, online', NO_LIST, 'key-service'],
  ['no list, the SAM with key-service', NO_LIST, 'sam+key-service'],
] as const)('%s may be written', (_name, standing, source) => {
  expect(() => requireWritable(standing, source)).not.toThrow();
});

test('the last day of validity still counts, by the day in China', () => {
  const expiry = [{ id: 'expiryDate', label: { zh: '', en: '' }, value: '2026-11-24' }];
  const at = (iso: string) => new StandingJudge(null, () => new Date(iso), { state: () => CLEAR.clock }).of(expiry);
  expect(at('2026-11-24T15:59:59Z')).toMatchObject({ list: 'none', validity: { state: 'valid' } });
  expect(at('2026-11-24T16:00:00Z').validity.state).toBe('expired');
});

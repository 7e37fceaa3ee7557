/** Staged reading, validity, signatures of visits, the health summary and the FHIR document; never the psychiatric flag unasked. */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { personalizedContent } from '../../../test/card-writing/personalized-card.ts';
import type { ChipContent } from '../../../virtual-card/src/index.ts';
import { type CardReadResponse, cardReadResponse } from '../../src/contract/index.ts';
import { DeskWithCard } from '../writes/desk-with-card.ts';
import { rootPublicKey, signer, withIssuerCertificate, withRecord } from '../writes/signing-house.ts';

let content: ChipContent;
let desk: DeskWithCard;
const visitOf = (day: string) => ({ kind: 'outpatient', visitTime: `2026-11-${day}T08:30:00`, department: '内科' });

beforeAll(async () => {
  const first = new DeskWithCard(withIssuerCertificate(await personalizedContent()));
  first.signer = signer;
  first.restart();
  first.insert();
  expect((await first.visit(visitOf('20'))).body.complete).toBe(true);
  expect((await first.patch({ psychiatric: true, asthma: true })).body.complete).toBe(true);
  first.signer = null;
  first.restart();
  first.insert();
  expect((await first.visit(visitOf('22'))).body.complete).toBe(true);
  content = first.content;
});
beforeEach(() => {
  desk = new DeskWithCard(content);
  desk.rootPublicKey = rootPublicKey;
  desk.restart();
  desk.insert();
});

const read = async (body: object = {}) => (await desk.post<CardReadResponse>('/v1/card/read', body)).body;

describe('the staged read', () => {
  test('gives everything once, with code texts, validity and where the time went', async () => {
    const reading = await read();
    expect(cardReadResponse.parse(reading)).toMatchObject({
      genuine: true,
      validity: { state: 'valid', expiryDate: '2036-11-22', day: '2026-11-24' },
      allergies: [{ substance: '青霉素', reaction: '皮疹' }],
      photo: null,
    });
    expect(reading.identity).toContainEqual(
      expect.objectContaining({ id: 'sex', text: { zh: expect.stringContaining('男'), en: expect.any(String) } }),
    );
    expect(Object.keys(reading.timings.stages)).toEqual([
      'open',
      'genuine',
      'identity',
      'clinical',
      'photo',
      'contacts',
      'visits',
    ]);
    expect(reading.timings.apdus).toBe(desk.apdus);
  });

  test('line by line, identity first; only the stages asked for', async () => {
    const lines = await desk.lines('/v1/card/read', { stages: ['visits', 'clinical'] });
    expect(lines.map(({ stage }) => stage)).toEqual(['identity', 'clinical', 'visits', 'end']);
    expect(lines[0]).toMatchObject({ insertion: desk.insertion, genuine: true });
  });

  test('the card is taken out between two stages: what came before was told, nothing after, and why', async () => {
    const { apdus } = (await read({ stages: [] })).timings;
    desk.pullAt({ at: apdus + 3, how: 'before' });
    const lines = await desk.lines('/v1/card/read', {});
    expect(lines.map(({ stage }) => stage)).toEqual(['identity', 'error']);
    expect(lines[1]).toMatchObject({ error: { code: 'CARD_REMOVED' } });
  });

  test('an expired card says so', async () => {
    desk = new DeskWithCard(withRecord(content, 'expiryDate', Uint8Array.of(0x20, 0x26, 0x11, 0x23)));
    desk.insert();
    expect((await read({ stages: [] })).validity).toEqual({
      state: 'expired',
      expiryDate: '2026-11-23',
      day: '2026-11-24',
    });
  });
});

describe('visits', () => {
  test('newest first; signed ones are verified up to the root, unsigned ones are called so', async () => {
    const { visits } = await read({ stages: ['visits'] });
    expect(visits?.map(({ date, signature }) => [date, signature.state])).toEqual([
      ['2026-11-22T08:30:00', 'unsigned'],
      ['2026-11-20T08:30:00', 'valid'],
    ]);
    expect(visits?.[1]?.signature.signedBy?.terminalNumber).toBe('130100000001');
  });

  test('a foreign root: invalid, with the reason; none: not checked', async () => {
    desk.rootPublicKey = new Uint8Array(64).fill(1);
    desk.restart();
    desk.insert();
    const foreign = (await read({ stages: ['visits'] })).visits?.[1]?.signature;
    expect(foreign).toMatchObject({ state: 'invalid', problems: [{ code: 'issuer-signature-wrong' }] });
    desk.rootPublicKey = null;
    desk.restart();
    desk.insert();
    expect((await read({ stages: ['visits'] })).visits?.[1]?.signature.state).toBe('not-checked');
  });
});

describe('the psychiatric flag', () => {
  test.each([
    ['POST', '/v1/card/read'],
    ['POST', '/v1/card/summary'],
    ['POST', '/v1/card/health-summary'],
    ['POST', '/v1/card/fhir'],
    ['GET', '/v1/card/fhir'],
  ])('is not in %s %s', async (method, path) => {
    const { status, body } = method === 'GET' ? await desk.get(path) : await desk.post(path, {});
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toMatch(/psychiatric|精神/i);
  });

  test('is given to whom asks for it by name', async () => {
    const reading = await read({ psychiatric: true });
    expect(reading.psychiatric).toMatchObject([{ id: 'psychiatric', value: true }]);
    const { body } = await desk.post<{ summary: object }>('/v1/card/health-summary', { psychiatric: true });
    expect(body.summary).toMatchObject({ psychiatric: true });
  });
});

test('FHIR: an IPS document of this card, its signed visit with a Provenance', async () => {
  const { status, body } = await desk.get<{ entry: { resource: { resourceType: string } }[] }>('/v1/card/fhir');
  expect(status).toBe(200);
  expect(body).toMatchObject({ resourceType: 'Bundle', type: 'document' });
  const types = body.entry.map(({ resource }) => resource.resourceType);
  expect(types[0]).toBe('Composition');
  for (const type of ['Patient', 'AllergyIntolerance', 'Encounter', 'Provenance']) expect(types).toContain(type);
  expect((await desk.get('/v1/card/fhir?psychiatric=true')).status).toBe(400);
});

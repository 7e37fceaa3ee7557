/** Card keys for a bureau, on SoftHSM2 and over HTTP; a second implementation (node:crypto) opens the blocks. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bytesToHex, complementBytes, concatBytes, hexToBytes, xorBytes } from '@rhc/card/bytes';
import { CARD_KEY_SLOTS } from '@rhc/card/profile';
import { stateFolder } from '../src/ceremony-room.ts';
import type { BureauCardKeysRequest, BureauCardKeysResponse } from '../src/contract/index.ts';
import { openKeyBlock } from '../src/domain/key-block/key-block.ts';
import type { WrapCardKeysInput } from '../src/hsm/port.ts';
import { softKeyBlockEngine } from '../src/hsm/soft-key-block-engine.ts';
import { cardKey, disperse, hex, kcv, pilotRoot, temporaryFolder } from './pilot-room.ts';
import { pilotState } from './pilot-state.ts';
import { openServiceRoom, type ServiceRoom } from './service-room.ts';

const TRANSPORT_KEY = '88E1AB2A2E3DD38C1FA039A536500CC8A87AB9D62DC92C01058FA79F44657DE6';
const FACTORS = ['5201000000000001', '5201000000000002'];
const state = temporaryFolder();
const request: BureauCardKeysRequest = {
  transportKey: 'bureau-1',
  issuer: '1301000000000000000001',
  provinceCode: '13',
  order: 'bo_test',
  cards: FACTORS.map((cardFactor, index) => ({ cardFactor, securityCodeBlock: `${index}`.repeat(32) })),
};
let room: ServiceRoom;
const install = (name: string, value: string) => {
  const other = Uint8Array.from({ length: value.length / 2 }, (_, index) => (index * 37 + 11) & 0xff);
  const parts = [xorBytes(hexToBytes(value), other), other];
  return room.hsm.run('import-protection-key', { name, kind: 'AES', parts });
};
const ask = (body: unknown, who = 'issuer') => room.call(who, 'POST', '/v1/bureau/card-keys', body);
const open = (block: string, key = TRANSPORT_KEY) => openKeyBlock(block, softKeyBlockEngine('AES', hexToBytes(key)));

beforeAll(async () => {
  await pilotState(state);
  room = await openServiceRoom({
    state,
    location: stateFolder(state).database,
    callers: { issuer: ['service'], desk: ['terminal'], officer: ['officer'] },
    now: () => new Date('2026-11-26T00:00:00Z'),
  });
}, 180_000);
afterAll(async () => {
  await room?.close();
  rmSync(state, { recursive: true, force: true });
}, 20_000);

test('without a transport key agreed with the bureau nothing leaves', async () => {
  expect(await ask(request)).toMatchObject({ status: 409, body: { error: { code: 'BUREAU_TRANSPORT_KEY_MISSING' } } });
});

test('a card that one person ordered and reviewed holds the whole call back', async () => {
  const [first, second] = request.cards;
  const people = { orderedBy: 'clerk:li', reviewedBy: 'clerk:li' };
  expect(await ask({ ...request, cards: [first, { ...second, people }] })).toMatchObject({
    status: 403,
    body: { error: { code: 'CARD_BY_ONE_PERSON' } },
  });
});

describe('with the transport key in the token', () => {
  beforeAll(async () => {
    await install('bureau-1', TRANSPORT_KEY);
    await install('partner', 'FF'.repeat(32));
  });

  test('every key of every card, bound to card, slot and version, opens with the transport key alone', async () => {
    const { status, body } = await ask(request);
    expect(status).toBe(200);
    const answer = body as BureauCardKeysResponse;
    expect(answer.cards.map(({ cardFactor }) => cardFactor)).toEqual(FACTORS);
    for (const { cardFactor, keys, securityCode } of answer.cards) {
      // As at a counter: the active version and the one that is prepared for the next rotation.
      const loads = CARD_KEY_SLOTS.flatMap((slot) => [1, 2].map((version) => `${slot}#${version}`));
      expect(keys.map(({ slot, version }) => `${slot}#${version}`)).toEqual(['TMK#1', ...loads]);
      for (const { slot, version, block, kcv: told } of keys) {
        const { header, key } = open(block);
        const expected =
          slot === 'TMK'
            ? disperse(pilotRoot(slot, version), hex(cardFactor))
            : cardKey(slot, version, hex(cardFactor));
        expect(bytesToHex(key)).toBe(Buffer.from(expected).toString('hex').toUpperCase());
        expect(told).toBe(kcv(expected));
        expect(header.optionalBlocks).toContainEqual({ id: 'LB', data: `${slot}#${version}/${cardFactor}` });
        expect(header).toMatchObject({ version: 'D', mode: 'X', exportability: 'N' });
      }
      expect(securityCode).toMatch(/^\d{3}$/);
    }
    const blocks = answer.cards.flatMap(({ keys }) => keys.map(({ block }) => block));
    expect(new Set(blocks).size).toBe(blocks.length);
    expect(JSON.stringify(await room.call('issuer', 'GET', '/v1/slots'))).not.toContain(TRANSPORT_KEY);
  });

  test('an altered block, and another transport key, open nothing', async () => {
    const { body } = await ask(request);
    const block = (body as BureauCardKeysResponse).cards[0]?.keys[0]?.block ?? '';
    expect(() => open(block, 'FF'.repeat(32))).toThrow(expect.objectContaining({ code: 'KEY_BLOCK_REFUSED' }));
    const relabelled = block.replace(FACTORS[0] as string, FACTORS[1] as string);
    expect(relabelled).not.toBe(block);
    expect(() => open(relabelled)).toThrow(expect.objectContaining({ code: 'KEY_BLOCK_REFUSED' }));
  });

  test('every refusal of the edge and of the worker', async () => {
    expect(await ask(request, 'desk')).toMatchObject({ status: 403 });
    expect(await ask(request, 'officer')).toMatchObject({ status: 403 });
    expect(await ask({ ...request, transportKey: 'partner' })).toMatchObject({ status: 400 });
    expect(await ask({ ...request, provinceCode: '99' })).toMatchObject({ status: 400 });
    const factor = hexToBytes('3133303030303030');
    const dispersal = (value: Uint8Array) => concatBytes(value, complementBytes(value));
    const header = {
      version: 'D',
      usage: '10',
      algorithm: 'A',
      mode: 'X',
      keyVersion: '01',
      exportability: 'N',
    } as const;
    const one = (cardFactor: Uint8Array, block: Uint8Array, transportKey = 'bureau-1'): WrapCardKeysInput => ({
      transportKey,
      securityCodeRoot: 'CVK#1',
      cards: [
        {
          cardFactor,
          securityCodeBlock: new Uint8Array(16),
          keys: [
            {
              key: { root: 'RK1.DDF1#1', blocks: [block], cachedBlocks: 0 },
              header: { ...header, optionalBlocks: [] },
            },
          ],
        },
      ],
    });
    const refused = expect.objectContaining({ code: 'BUREAU_KEYS_REFUSED' });
    const card = hexToBytes(FACTORS[0] as string);
    // A province's key under the name of a card; another card's key; a root that is not dispersed; a foreign protection key.
    for (const input of [
      one(factor, dispersal(factor)),
      one(card, dispersal(factor)),
      one(card, dispersal(card), 'partner'),
    ]) {
      await expect(room.hsm.run('wrap-card-keys', input)).rejects.toEqual(refused);
    }
  });

  test('the log names the order, the key and the cards, and no key material', async () => {
    await ask({ ...request, order: 'bo_logged' });
    const leaves = JSON.stringify(await room.database('audit_leaves').select());
    expect(leaves).toContain('bo_logged');
    expect(leaves).toContain(FACTORS[0]);
    expect(leaves).not.toMatch(/D0\d{3}10A/);
  });
});

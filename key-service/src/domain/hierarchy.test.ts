/** Both ways of entry give the same card keys; a city's level stands only where the city disperses. */
import { createCipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { hexToBytes } from '@rhc/card/bytes';
import { areaFactor, type Hierarchy, loadHsmConfig } from '@rhc/hsm-config';
import type { KeyPath } from '../hsm/port.ts';
import { ALL_KEY_SLOTS, cardKeyPath, dispersalBlock, issuerOf, slotOf } from './hierarchy.ts';

const { hierarchy } = loadHsmConfig(join(__dirname, '../../../hsm-config'), 'pilot', (path) =>
  readFileSync(path, 'utf8'),
);
const card = { cardFactor: hexToBytes('0102030405060708'), provinceCode: '13' };

function under(key: Uint8Array, block: Uint8Array): Uint8Array {
  const engine = createCipheriv('aes-128-ecb', key, null);
  engine.setAutoPadding(false);
  return Uint8Array.from(engine.update(block));
}
const walk = (root: Uint8Array, { blocks }: KeyPath) => blocks.reduce(under, root);

describe('a national key as a root, and as it arrives dispersed for the province', () => {
  const national = ALL_KEY_SLOTS.filter((slot) => slotOf(hierarchy, slot).levels === 2);
  test.each(national)('%s: the same card key', (slot) => {
    const root = new Uint8Array(16).fill(slot.length);
    const province = under(root, dispersalBlock(hexToBytes(areaFactor('13'))));
    const arrived = cardKeyPath(hierarchy, slot, 1, card, '13');
    expect(arrived).toMatchObject({ cachedBlocks: 0, blocks: [expect.anything()] });
    expect(walk(province, arrived)).toEqual(walk(root, cardKeyPath(hierarchy, slot, 1, card)));
  });

  test('serves no other province', () => {
    expect(() => cardKeyPath(hierarchy, 'RK1.DDF1', 1, { ...card, provinceCode: '44' }, '13')).toThrow(
      'PROVINCE_UNKNOWN',
    );
  });
});

describe('a city that disperses', () => {
  const [province] = hierarchy.provinces;
  const disperses: Hierarchy = {
    ...hierarchy,
    slots: hierarchy.slots.map((slot) => (slot.name === 'RK1.DF01' ? { ...slot, cityLevel: true } : slot)),
    provinces: [
      {
        ...(province as Hierarchy['provinces'][number]),
        cities: (province?.cities ?? []).map((city) =>
          city.code === '1302' ? { ...city, dispersal: 'factor' as const, factor: areaFactor('1302') } : city,
        ),
      },
    ],
  };
  const blocksOf = (slot: 'RK1.DF01' | 'RK1.DF02', cityCode: string) =>
    cardKeyPath(disperses, slot, 1, { ...card, cityCode }).blocks;

  test('has a level between province and card, for its own cards and the slots that say so', () => {
    expect(blocksOf('RK1.DF01', '1302')[1]).toEqual(dispersalBlock(hexToBytes('3133303230303030')));
    expect(['1301', '1302'].map((city) => blocksOf('RK1.DF01', city).length)).toEqual([2, 3]);
    expect(blocksOf('RK1.DF02', '1302')).toHaveLength(2);
  });

  test('must be named then', () => {
    expect(() => cardKeyPath(disperses, 'RK1.DF01', 1, card)).toThrow('PROVINCE_UNKNOWN');
    expect(cardKeyPath(hierarchy, 'RK1.DF01', 1, card).blocks).toHaveLength(2);
  });
});

test('an issuer is found by its code, the first one without', () => {
  expect(issuerOf(hierarchy).area).toBe('1301');
  expect(issuerOf(hierarchy, '1302000000000000000001').area).toBe('1302');
  expect(() => issuerOf(hierarchy, '9'.repeat(22))).toThrow('ISSUER_UNKNOWN');
});

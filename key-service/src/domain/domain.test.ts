import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { type HierarchyIssuer, loadHsmConfig } from '@rhc/hsm-config';
import { componentTexts, type PilotSource } from './ceremony/pilot-texts.ts';
import { cardKeyPath, dispersalBlock, reversedBlock } from './hierarchy.ts';
import { certificateBody } from './issuer-certificate.ts';
import { Keyring, type KeyVersion, mismatched } from './key-versions.ts';
import { endDigest } from './personalization.ts';
import { refuseInProduction, requireRosterInProduction } from './production.ts';
import { decimalize } from './security-code.ts';

const config = loadHsmConfig(join(__dirname, '../../../hsm-config'), 'pilot', (path) => readFileSync(path, 'utf8'));
const version = (number: number, state: KeyVersion['state']): KeyVersion => ({
  slot: 'RK1.DDF1',
  version: number,
  state,
  suite: 'intl-128',
  kcv: '9ECB18',
  kcvMethod: 'ENC0',
});
const card = { cardFactor: hexToBytes('0102030405060708'), provinceCode: '13' };

describe('paths', () => {
  test('blocks are X and its complement, for the MAC key the other way round', () => {
    expect(bytesToHex(dispersalBlock(hexToBytes('1122334455667788')))).toBe('1122334455667788EEDDCCBBAA998877');
    expect(bytesToHex(reversedBlock(hexToBytes('1122334455667788')))).toBe('EEDDCCBBAA9988771122334455667788');
    expect(() => dispersalBlock(new Uint8Array(7))).toThrow(RangeError);
  });

  test('two-level slots go by the province, one-level slots do not', () => {
    const two = cardKeyPath(config.hierarchy, 'RK1.DDF1', 1, card);
    expect(two.root).toBe('RK1.DDF1#1');
    expect(two.blocks.map(bytesToHex)).toEqual([
      '3133303030303030CECCCFCFCFCFCFCF',
      '0102030405060708FEFDFCFBFAF9F8F7',
    ]);
    expect(cardKeyPath(config.hierarchy, 'UK1.DDF1', 1, { ...card, provinceCode: '99' }).blocks).toHaveLength(1);
    expect(() => cardKeyPath(config.hierarchy, 'RK1.DDF1', 1, { ...card, provinceCode: '99' })).toThrow(
      'PROVINCE_UNKNOWN',
    );
  });
});

describe('versions', () => {
  test('the active one is picked; what a state forbids is refused', () => {
    const ring = new Keyring([version(2, 'pre-active'), version(1, 'active'), version(3, 'suspended')], []);
    expect(ring.pick('RK1.DDF1', undefined, 'terminal')).toBe(1);
    expect(ring.loadable('RK1.DDF1')).toEqual([1, 2]);
    expect(() => ring.pick('RK1.DDF1', 3, 'terminal')).toThrow('KEY_VERSION_UNUSABLE');
    expect(() => ring.pick('RK1.DDF1', 4, 'terminal')).toThrow('KEY_MISSING');
  });

  test('a deactivated version still serves old cards and is loaded onto none', () => {
    const ring = new Keyring([version(1, 'deactivated'), version(2, 'active')], []);
    expect(ring.pick('RK1.DDF1', 1, 'terminal')).toBe(1);
    expect(ring.loadable('RK1.DDF1')).toEqual([2]);
  });

  test('missing and differing check values are both mismatches', () => {
    const recorded = [version(1, 'active'), version(2, 'pre-active')];
    expect(mismatched(recorded, new Map([['RK1.DDF1#1', '9ECB18']]))).toEqual([{ slot: 'RK1.DDF1', version: 2 }]);
    expect(
      mismatched(
        recorded,
        new Map([
          ['RK1.DDF1#1', '000000'],
          ['RK1.DDF1#2', '9ECB18'],
        ]),
      ),
    ).toHaveLength(1);
  });
});

test('decimalize takes digits first, then letters as 0-5', () => {
  expect(decimalize(hexToBytes('A1B2C3'))).toBe('123');
  expect(decimalize(hexToBytes('FA9EBC'))).toBe('950');
  expect(decimalize(hexToBytes('ABCDEF'))).toBe('012');
});

test("END's digest does not depend on the order of the keys in the request", () => {
  const keys = [
    { slot: 'RK1.DDF1', version: 1, kcv: '010203' },
    { slot: 'MK.MF', version: 2, kcv: '040506' },
    { slot: 'MK.MF', version: 1, kcv: '070809' },
  ] as const;
  const identity = (data: Uint8Array) => data;
  const expected = `AA3F000001070809${'3F000002040506'}DDF10401010203`;
  expect(bytesToHex(endDigest(Uint8Array.of(0xaa), keys, identity))).toBe(expected);
  expect(bytesToHex(endDigest(Uint8Array.of(0xaa), [...keys].reverse(), identity))).toBe(expected);
});

test('component texts are those of CARD.md', () => {
  const source = config.ceremony.steps.flatMap((step) => ('source' in step ? [step.source as PilotSource] : []))[0];
  expect(componentTexts(source as PilotSource, 'RK1.DDF1', 1)[1]).toBe('rhc-pilot/RK1.DDF1/v1/component-2');
});

test('production refuses the pilot, and a soft token that is not named', () => {
  const { ceremony, model } = config;
  const real = { ...ceremony, production: 'allowed' as const };
  const policy = { production: true, allowSoftToken: undefined };
  expect(() => refuseInProduction(policy, ceremony, model)).toThrow('CEREMONY_REFUSED_IN_PRODUCTION');
  expect(() => refuseInProduction(policy, real, model)).toThrow('SOFT_TOKEN_REFUSED_IN_PRODUCTION');
  expect(() => refuseInProduction({ ...policy, allowSoftToken: 'softhsm2' }, real, model)).not.toThrow();
});

test('a certificate body has 116 bytes in the order of ADR 001', () => {
  const body = certificateBody(
    config.hierarchy.issuers[0] as HierarchyIssuer,
    new Uint8Array(64).fill(7),
    new Date('2026-11-22T00:00:00Z'),
  );
  expect(body).toHaveLength(116);
  expect(bytesToHex(body.slice(0, 13))).toBe('01011301000000000000000001');
  expect(bytesToHex(body.slice(39, 53))).toBe('000000012026112220361122'.concat('01', '07'));
});

test('production wants a roster of approvers that is not the pilot’s', () => {
  const policy = { production: true, allowSoftToken: 'softhsm2' };
  expect(() => requireRosterInProduction(policy, null)).toThrow('ROSTER_MISSING');
  expect(() => requireRosterInProduction(policy, { pilot: true })).toThrow('ROSTER_PILOT_IN_PRODUCTION');
  expect(() => requireRosterInProduction(policy, { pilot: false })).not.toThrow();
  expect(() => requireRosterInProduction({ ...policy, production: false }, null)).not.toThrow();
});

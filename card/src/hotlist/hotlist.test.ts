/** The hotlist against vectors of a second implementation (test-vectors/tools/make_hotlist_vectors.py), and properties. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import fc from 'fast-check';
import {
  applyDelta,
  encodeBody,
  encodeDelta,
  MAX_ISSUE_COUNTER,
  openCountyHotlist,
  openHotlist,
  parseFile,
  withSignature,
} from './index.ts';

interface Vectors {
  signed: { keyId: string; signature: string };
  vectors: {
    name: string;
    before: number[];
    after: number[];
    listedSerials: string[];
    full: string;
    next: string;
    county: string;
    delta: string;
  }[];
}
const { signed, vectors } = JSON.parse(
  readFileSync(join(__dirname, '../../../test-vectors/hotlist/hotlist.json'), 'utf8'),
) as Vectors;
const signature = { keyId: signed.keyId, signature: hexToBytes(signed.signature) };
const trusting = () => true;
const full = (version: number, counters: ArrayLike<number>, madeAt = 1_795_000_000) =>
  withSignature(encodeBody({ kind: 'full', provinceCode: '13', version, baseVersion: 0, madeAt }, counters), signature);

describe.each(vectors)('vector: $name', ({ before, after, listedSerials, ...files }) => {
  const next = { provinceCode: '13', version: 9, madeAt: 1_795_086_400, counters: after };
  test('same bytes out of the same counters, and back', () => {
    expect(bytesToHex(full(7, before))).toBe(files.full);
    expect(bytesToHex(full(9, after, next.madeAt))).toBe(files.next);
    expect(bytesToHex(encodeDelta({ version: 7, counters: before }, next, signature))).toBe(files.delta);
    expect([...openHotlist(hexToBytes(files.next), trusting).counters()]).toEqual(after);
  });
  test('full and delta give the next full, byte for byte', () => {
    const list = openHotlist(hexToBytes(files.full), trusting);
    expect(bytesToHex(applyDelta(list, hexToBytes(files.delta)))).toBe(files.next);
  });
  test("a county's list: listed, or nothing said; it is no whole list, and a whole list is no county's", () => {
    const header = { kind: 'county', provinceCode: '13', version: 9, baseVersion: 0, madeAt: next.madeAt } as const;
    const made = withSignature(encodeBody({ ...header, countyCode: '130123' }, after), signature);
    expect(bytesToHex(made)).toBe(files.county);
    const list = openCountyHotlist(made, trusting);
    expect([list.countyCode, list.version, list.entries]).toEqual(['130123', 9, after.length]);
    for (const serial of listedSerials) {
      expect(list.lookUp(serial)).toBe('listed');
      const none = withSignature(encodeBody({ ...header, countyCode: '130123' }, []), signature);
      expect(openCountyHotlist(none, trusting).lookUp(serial)).toBe('not-covered');
    }
    expect(() => openHotlist(made, trusting)).toThrow(expect.objectContaining({ code: 'HOTLIST_MALFORMED' }));
    expect(() => openCountyHotlist(hexToBytes(files.next), trusting)).toThrow(
      expect.objectContaining({ code: 'HOTLIST_MALFORMED' }),
    );
    expect(() => openCountyHotlist(made, () => false)).toThrow(
      expect.objectContaining({ code: 'HOTLIST_SIGNATURE_WRONG' }),
    );
    expect(() => encodeBody({ ...header, countyCode: '140123' }, after)).toThrow(RangeError);
    expect(() => encodeBody(header, after)).toThrow(RangeError);
  });
  test('serials: listed, not listed, not covered', () => {
    const list = openHotlist(hexToBytes(files.next), trusting);
    for (const serial of listedSerials) {
      expect(list.lookUp(serial)).toBe('listed');
      expect(openHotlist(full(1, []), trusting).lookUp(serial)).toBe('not-listed');
      const wrong = serial.slice(0, 9) + (serial.endsWith('0') ? '1' : '0');
      expect(list.lookUp(wrong)).toBe('not-covered');
    }
    expect(list.lookUp('')).toBe('not-covered');
  });
});

const anySet = fc
  .uniqueArray(fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: MAX_ISSUE_COUNTER })), {
    maxLength: 900,
  })
  .map((counters) => counters.toSorted((a, b) => a - b));

describe('properties', () => {
  test('exact: listed are found, neighbours are not', () => {
    fc.assert(
      fc.property(anySet, (counters) => {
        const list = openHotlist(full(1, counters), trusting);
        const listed = new Set(counters);
        for (const counter of counters) {
          expect(list.has(counter)).toBe(true);
          for (const near of [counter - 1, counter + 1]) expect(list.has(near)).toBe(listed.has(near));
        }
        expect([...list.counters()]).toEqual(counters);
      }),
      { numRuns: 50 },
    );
  });
  test('a delta between any two sets leads from one to the other', () => {
    fc.assert(
      fc.property(anySet, anySet, (from, to) => {
        const next = { provinceCode: '13', version: 2, madeAt: 1_795_000_000, counters: to };
        const delta = encodeDelta({ version: 1, counters: from }, next, signature);
        expect(applyDelta(openHotlist(full(1, from), trusting), delta)).toEqual(full(2, to));
      }),
      { numRuns: 50 },
    );
  });
  test('no cut and no changed byte passes as the same list', () => {
    const file = full(3, [5, 9, 4000, 4001]);
    const { body } = parseFile(file);
    const same = (_keyId: string, given: Uint8Array, given2: Uint8Array) =>
      bytesToHex(given) === bytesToHex(body) && bytesToHex(given2) === signed.signature;
    expect(openHotlist(file, same).entries).toBe(4);
    const refused = /HOTLIST_(MALFORMED|SIGNATURE_WRONG)/;
    for (let length = 0; length < file.length; length++) {
      expect(() => openHotlist(file.slice(0, length), same)).toThrow(refused);
    }
    const keyIdAt = body.length;
    for (let at = 0; at < file.length; at++) {
      // The key's name only chooses the key; the verifier that knows no such key refuses.
      if (at > keyIdAt && at <= keyIdAt + signed.keyId.length) continue;
      for (const flip of [1, 0x80]) {
        const bent = file.slice();
        bent[at] = (bent[at] as number) ^ flip;
        expect(() => openHotlist(bent, same)).toThrow(refused);
      }
    }
  });
});

describe('refusals', () => {
  test('a delta of another version or province, a delta as a list, a list as a delta', () => {
    const list = openHotlist(full(1, [1, 2]), trusting);
    const to = { provinceCode: '13', version: 3, madeAt: 1_795_000_000, counters: [1] };
    const fits = encodeDelta({ version: 2, counters: [1, 2] }, to, signature);
    expect(() => applyDelta(list, fits)).toThrow(/HOTLIST_DELTA_DOES_NOT_FIT/);
    const foreign = encodeDelta({ version: 1, counters: [1, 2] }, { ...to, provinceCode: '14' }, signature);
    expect(() => applyDelta(list, foreign)).toThrow(/HOTLIST_DELTA_DOES_NOT_FIT/);
    expect(() => openHotlist(fits, trusting)).toThrow(/HOTLIST_MALFORMED/);
    expect(() => applyDelta(list, full(2, [1]))).toThrow(/HOTLIST_MALFORMED/);
  });
  test.each([[[2, 1]], [[1, 1]], [[0]], [[1.5]], [[MAX_ISSUE_COUNTER + 1]]])('counters %j', (counters) => {
    expect(() => full(1, counters)).toThrow(RangeError);
  });
  test('a version that does not grow, a base version in a full list', () => {
    const header = { provinceCode: '13', madeAt: 0 };
    expect(() => encodeBody({ ...header, kind: 'delta', version: 2, baseVersion: 2 }, [])).toThrow(RangeError);
    expect(() => encodeBody({ ...header, kind: 'full', version: 2, baseVersion: 1 }, [])).toThrow(RangeError);
    expect(() => encodeBody({ ...header, kind: 'full', version: 0, baseVersion: 0 }, [])).toThrow(RangeError);
  });
});

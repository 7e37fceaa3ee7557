import { expect, test } from '@jest/globals';
import { canonicalJson, leafLine, parseLeaf } from './leaf.ts';

const entry = { id: 'a', at: '2026-11-22T00:00:00.000Z', action: 'test', details: { b: 1, a: 'é\u20ac' } };

test('a leaf is one line of canonical JSON and reads back', () => {
  const line = leafLine(entry, 7);
  expect(line).toBe('{"action":"test","at":"2026-11-22T00:00:00.000Z","details":{"a":"é€","b":1},"id":"a","index":7}');
  expect(parseLeaf(line)).toEqual({ ...entry, index: 7 });
});

test('the number and key order examples of RFC 8785', () => {
  const value = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    literals: [null, true],
  };
  expect(canonicalJson(value)).toBe('{"literals":[null,true],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}');
  const keys = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
  expect(Object.values(JSON.parse(canonicalJson(keys)) as object)).toEqual([4, 2, 6, 7, 1, 5, 3]);
});

test('another order, a space, more or fewer members, or no JSON is no leaf', () => {
  const line = leafLine(entry, 7);
  expect(parseLeaf(line.replace('{"action"', '{ "action"'))).toBeNull();
  expect(parseLeaf(JSON.stringify({ ...entry, index: 7 }))).toBeNull();
  expect(parseLeaf(canonicalJson({ ...entry, index: 7, more: 1 }))).toBeNull();
  expect(parseLeaf(canonicalJson(entry))).toBeNull();
  expect(parseLeaf('null')).toBeNull();
  expect(parseLeaf('{"torn')).toBeNull();
  expect(() => canonicalJson(Number.NaN)).toThrow();
  expect(() => canonicalJson('\ud800')).toThrow();
  expect(() => canonicalJson(undefined)).toThrow(TypeError);
});

import { expect, test } from '@jest/globals';
import { FrameReader, frameOf, valueIn } from './wire-value.ts';

const LIMIT = 1_000_000;
const values: readonly unknown[] = [
  null,
  undefined,
  true,
  false,
  0,
  -0,
  -1,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 31,
  1.5,
  Number.MAX_SAFE_INTEGER,
  '',
  'STK.DF02#1',
  '居民健康卡 🂡',
  new Uint8Array(0),
  Uint8Array.of(0, 127, 128, 255),
  new Uint8Array(200_000).fill(7),
  [],
  [1, [2, [null]], undefined],
  {},
  { id: 1, name: 'terminal', input: [{ root: 'a', blocks: [Uint8Array.of(1)], cachedBlocks: 0 }], detail: undefined },
];

test.each(values.map((value, index) => [index, value]))('value %i comes back as it went', (_index, value) => {
  const frame = frameOf(value);
  expect(frame.readUInt32LE(0)).toBe(frame.length - 4);
  expect(valueIn(frame.subarray(4))).toStrictEqual(value);
});

test('a Buffer comes back as plain bytes, and as a copy', () => {
  const frame = frameOf(Buffer.from('abc'));
  const value = valueIn(frame.subarray(4)) as Uint8Array;
  frame.fill(0);
  expect(value.constructor.name).toBe('Uint8Array');
  expect(Buffer.from(value).toString()).toBe('abc');
});

test('frames are cut wherever the pipe has broken them, and what came is wiped', () => {
  const whole = Buffer.concat(values.map(frameOf));
  for (const size of [1, 3, 4, 5, 64, 65_536, whole.length]) {
    const reader = new FrameReader(LIMIT);
    const got: unknown[] = [];
    const source = Buffer.from(whole);
    // Byte by byte through the large value would only take long.
    const step = (at: number) => (at > 300 && size < 64 ? 65_536 : size);
    for (let at = 0; at < source.length; at += step(at)) got.push(...reader.push(source.subarray(at, at + step(at))));
    expect(got).toStrictEqual(values);
    expect(source.every((byte) => byte === 0)).toBe(true);
  }
});

test.each([
  ['date', new Date(0)],
  ['map', new Map()],
  ['big number', 1n],
  ['symbol', Symbol('x')],
  ['function', () => 1],
  ['set in a list', [new Set()]],
])('what is no plain value is refused: %s', (_name, value) => {
  expect(() => frameOf(value)).toThrow(TypeError);
});

test('a cycle is refused', () => {
  const value: { self?: unknown } = {};
  value.self = value;
  expect(() => frameOf(value)).toThrow(RangeError);
});

test.each([
  ['unknown tag', Buffer.of(99)],
  ['too long a list', Buffer.of(8, 255, 255, 255, 0)],
  ['text past its frame', Buffer.of(6, 4, 0, 0, 0, 65)],
  ['bytes left over', Buffer.of(0, 0)],
  ['a name that is no text', Buffer.of(9, 1, 0, 0, 0, 4, 1, 0, 0, 0, 0)],
])('what this file did not write is refused: %s', (_name, frame) => {
  expect(() => valueIn(frame)).toThrow(RangeError);
});

test('a name that would change the prototype is refused', () => {
  const value = JSON.parse('{"__proto__": 1}') as unknown;
  expect(() => valueIn(frameOf(value).subarray(4))).toThrow(RangeError);
});

test('a frame over the limit is refused before it has come', () => {
  expect(() => new FrameReader(10).push(Buffer.of(11, 0, 0, 0))).toThrow(RangeError);
});

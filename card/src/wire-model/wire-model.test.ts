import { describe, expect, test } from '@jest/globals';
import { byteMs, COMPARED_LINKS, CONTACTLESS_106, contactLink, exchangeMs, transcriptMs } from './index.ts';

describe('links', () => {
  // Fi/Di by hand from ISO/IEC 7816-3: 13 = 372/4, 18 = 372/12, 96 = 512/32; 11 etu, 4 MHz.
  test.each([
    [0x13, 372, 4, (11 * 93) / 4000],
    [0x18, 372, 12, (11 * 31) / 4000],
    [0x96, 512, 32, (11 * 16) / 4000],
    [0x11, 372, 1, (11 * 372) / 4000],
  ])('TA1 %i', (ta1, clockRateFactor, bitRateFactor, ms) => {
    const link = contactLink(ta1);
    expect(link).toMatchObject({ clockRateFactor, bitRateFactor });
    expect(byteMs(link)).toBeCloseTo(ms, 9);
  });
  test('T=0 has 12 etu, a slower clock takes longer', () => {
    expect(byteMs(contactLink(0x11, 'T=0'))).toBeCloseTo(12 * 0.093, 9);
    expect(byteMs(contactLink(0x11, 'T=1', 2_000_000))).toBeCloseTo(11 * 0.186, 9);
  });
  test('reserved values and clocks beyond the card are refused', () => {
    for (const ta1 of [0x10, 0x1a, 0x71, 0xe1]) expect(() => contactLink(ta1)).toThrow(RangeError);
    expect(() => contactLink(0x13, 'T=1', 5_000_001)).toThrow(RangeError);
    expect(() => contactLink(0x13, 'T=1', 0)).toThrow(RangeError);
  });
  test('106 kbit/s carries about 11.8 kB/s', () => {
    expect(1000 / byteMs(CONTACTLESS_106)).toBeCloseTo(11_770.83, 1);
  });
  test('four speeds are compared, each with a name of its own', () => {
    expect(new Set(COMPARED_LINKS.map(({ id }) => id)).size).toBe(4);
  });
});

describe('exchanges', () => {
  const link = { ...CONTACTLESS_106, etuPerByte: 10, clockRateFactor: 1, clockHz: 10_000 };
  test('bytes and frame, USB and COS, pages written', () => {
    // 1 ms a byte: (5 + 10 + 8) + 14 + 2 pages × 3.
    expect(exchangeMs(link, { commandBytes: 5, responseBytes: 10, writtenBytes: 65 })).toBeCloseTo(43, 9);
    expect(exchangeMs(link, { commandBytes: 5, responseBytes: 2, writtenBytes: 0 })).toBeCloseTo(29, 9);
  });
  test('a transcript is the sum', () => {
    const one = { commandBytes: 5, responseBytes: 2, writtenBytes: 64 };
    expect(transcriptMs(link, [one, one])).toBeCloseTo(64, 9);
    expect(transcriptMs(link, [])).toBe(0);
  });
  test('what is no count is refused', () => {
    expect(() => exchangeMs(link, { commandBytes: -1, responseBytes: 2, writtenBytes: 0 })).toThrow(RangeError);
    expect(() => exchangeMs(link, { commandBytes: 1, responseBytes: 2.5, writtenBytes: 0 })).toThrow(RangeError);
  });
});

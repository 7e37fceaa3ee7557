import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { combineShares, splitSecret } from './shamir.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const { vectors } = JSON.parse(
  readFileSync(join(__dirname, '../../../../test-vectors/ceremony/shamir.json'), 'utf8'),
) as {
  vectors: {
    name: string;
    threshold: number;
    secret: string;
    coefficients: string[];
    shares: { index: number; bytes: string }[];
  }[];
};

describe.each(vectors)('$name, from tables of logarithms', ({ threshold, secret, coefficients, shares }) => {
  test('the same shares from the same coefficients', () => {
    // Horner asks for the highest coefficient first.
    const drawn = [...coefficients].reverse().map(bytes);
    const made = splitSecret(bytes(secret), threshold, shares.length, () => drawn.shift() as Uint8Array);
    expect(made).toEqual(shares.map((share) => ({ index: share.index, bytes: bytes(share.bytes) })));
  });

  test('any threshold of them gives the secret, one fewer gives another value', () => {
    const all = shares.map((share) => ({ index: share.index, bytes: bytes(share.bytes) }));
    expect(combineShares(all.slice(-threshold))).toEqual(bytes(secret));
    expect(combineShares(all.slice(0, threshold).reverse())).toEqual(bytes(secret));
    if (threshold > 2) expect(combineShares(all.slice(1, threshold))).not.toEqual(bytes(secret));
  });
});

test('splitting and combining are inverse for every subset', () => {
  const parameters = fc
    .tuple(
      fc.integer({ min: 2, max: 6 }),
      fc.integer({ min: 0, max: 6 }),
      fc.uint8Array({ minLength: 1, maxLength: 32 }),
    )
    .chain(([threshold, more, secret]) =>
      fc.tuple(
        fc.constant(secret),
        fc.constant(threshold),
        fc.shuffledSubarray(
          Array.from({ length: threshold + more }, (_, at) => at),
          { minLength: threshold },
        ),
        fc.constant(threshold + more),
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
      ),
    );
  fc.assert(
    fc.property(parameters, ([secret, threshold, chosen, count, noise]) => {
      const random = (length: number) => Uint8Array.from({ length }, () => noise.next().value as number);
      const shares = splitSecret(secret, threshold, count, random);
      expect(combineShares(chosen.map((at) => shares[at] as (typeof shares)[number]))).toEqual(secret);
    }),
  );
});

test('share numbers 0, twice the same, and different lengths are refused', () => {
  const share = (index: number, length = 4) => ({ index, bytes: new Uint8Array(length) });
  expect(() => combineShares([share(0), share(1)])).toThrow('1 to 255');
  expect(() => combineShares([share(2), share(2)])).toThrow('each once');
  expect(() => combineShares([share(1), share(2, 5)])).toThrow('length');
  expect(() => combineShares([share(1)])).toThrow('two');
});

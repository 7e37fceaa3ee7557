/**
 * Shamir's threshold shares over GF(2⁸) with the polynomial of AES (x⁸+x⁴+x³+x+1), byte by byte; a share is the value at
 * its number, the secret the value at 0. Small enough to be read whole; multiplication by shift and add has no table
 * and no branch on the secret. Pure.
 */

function multiply(a: number, b: number): number {
  let product = 0;
  let factor = a;
  for (let bit = 0; bit < 8; bit++) {
    product ^= factor & -((b >> bit) & 1);
    factor = ((factor << 1) ^ (0x11b & -(factor >> 7))) & 0x1ff;
  }
  return product & 0xff;
}

/** a²⁵⁴. */
function inverse(a: number): number {
  let power = a;
  let result = 1;
  for (let bit = 1; bit < 8; bit++) {
    power = multiply(power, power);
    result = multiply(result, power);
  }
  return result;
}

export interface Share {
  /** 1 to 255. */
  readonly index: number;
  readonly bytes: Uint8Array;
}

function requireIndexes(indexes: readonly number[]): void {
  const sound = indexes.every((index) => Number.isInteger(index) && index >= 1 && index <= 255);
  if (!sound || new Set(indexes).size !== indexes.length) throw new RangeError('share numbers are 1 to 255, each once');
}

/** @returns a new array, to be wiped by the caller */
export function combineShares(shares: readonly Share[]): Uint8Array {
  requireIndexes(shares.map(({ index }) => index));
  const [first] = shares;
  if (first === undefined || shares.length < 2) throw new RangeError('at least two shares');
  if (shares.some(({ bytes }) => bytes.length !== first.bytes.length)) throw new RangeError('shares differ in length');
  const secret = new Uint8Array(first.bytes.length);
  for (const { index, bytes } of shares) {
    // Lagrange's coefficient at 0; minus is plus here.
    let coefficient = 1;
    for (const other of shares) {
      if (other.index === index) continue;
      coefficient = multiply(coefficient, multiply(other.index, inverse(other.index ^ index)));
    }
    for (let at = 0; at < secret.length; at++) {
      secret[at] = (secret[at] as number) ^ multiply(coefficient, bytes[at] as number);
    }
  }
  return secret;
}

/** @param random coefficients; every byte of them must be unpredictable */
export function splitSecret(
  secret: Uint8Array,
  threshold: number,
  count: number,
  random: (length: number) => Uint8Array,
): Share[] {
  if (threshold < 2 || threshold > count || count > 255) throw new RangeError('2 ≤ threshold ≤ count ≤ 255');
  const coefficients = Array.from({ length: threshold - 1 }, () => random(secret.length));
  try {
    return Array.from({ length: count }, (_, place) => {
      const index = place + 1;
      const bytes = secret.map((byte, at) => {
        // Horner, highest coefficient first.
        let value = 0;
        for (const coefficient of coefficients) value = multiply(value, index) ^ (coefficient[at] as number);
        return multiply(value, index) ^ byte;
      });
      return { index, bytes };
    });
  } finally {
    for (const coefficient of coefficients) coefficient.fill(0);
  }
}

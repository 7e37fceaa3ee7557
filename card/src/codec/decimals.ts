/**
 * Decimals in cn (CARD-FACTS 1.2, conflict 8). Written with nibble A as the point (always with one, so that the value
 * says itself: 12.5 → 12 A5 FF…) or with an implied number of decimals (12.5 → 12 50 FF…); both are read.
 */
export type DecimalPoint = 'nibble-a' | 'implied';

interface Decimal {
  readonly whole: string;
  readonly fraction: string;
}

/** `012.50` → `{ whole: '12', fraction: '5' }`; undefined when it is no decimal of at most that many digits after the point. */
export function parseDecimal(value: string, fractionDigits: number): Decimal | undefined {
  const match = /^([0-9]+)(?:\.([0-9]+))?$/.exec(value);
  if (match === null) return undefined;
  const whole = (match[1] ?? '').replace(/^0+(?=.)/, '');
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  return fraction.length <= fractionDigits ? { whole, fraction } : undefined;
}

/** The digits (and A) for the field; undefined when they do not fit `sizeDigits`. */
export function decimalToDigits(
  { whole, fraction }: Decimal,
  point: DecimalPoint,
  fractionDigits: number,
  sizeDigits: number,
): string | undefined {
  if (point === 'implied') {
    const digits = whole + fraction.padEnd(fractionDigits, '0');
    return digits.length <= sizeDigits ? digits : undefined;
  }
  const digits = `${whole}A${fraction}`;
  // `12A0` reads as "12.0" everywhere; `12A` as "12.", so the zero is left out only where it has no room.
  if (fraction === '' && digits.length < sizeDigits) return `${digits}0`;
  return digits.length <= sizeDigits ? digits : undefined;
}

/** Canonical text without trailing zeros (`12.5`, `12`, `0.05`); undefined when the digits are no decimal. */
export function digitsToDecimal(digits: string, fractionDigits: number): string | undefined {
  const [whole, fraction, ...rest] = digits.split('A');
  if (whole === undefined || rest.length > 0 || digits === '') return undefined;
  if (fraction !== undefined) return canonical(whole, fraction);
  const padded = whole.padStart(fractionDigits + 1, '0');
  return canonical(padded.slice(0, -fractionDigits), padded.slice(-fractionDigits));
}

function canonical(whole: string, fraction: string): string | undefined {
  if (whole === '') return undefined;
  const trimmed = fraction.replace(/0+$/, '');
  return whole.replace(/^0+(?=.)/, '') + (trimmed === '' ? '' : `.${trimmed}`);
}

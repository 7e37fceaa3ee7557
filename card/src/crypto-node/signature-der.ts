/**
 * The card's r ‖ s (64 bytes) as the DER SEQUENCE of two INTEGERs and back: node:crypto knows `ieee-p1363` for ECDSA
 * only and takes and gives SM2 signatures as DER.
 */
import { ByteReader, concatBytes, requireLength } from '../bytes/index.ts';

const HALF_BYTES = 32;
const SEQUENCE = 0x30;
const INTEGER = 0x02;

export function signatureToDer(signature: Uint8Array): Uint8Array {
  requireLength(signature, 2 * HALF_BYTES, 'signature');
  const body = concatBytes(integer(signature.slice(0, HALF_BYTES)), integer(signature.slice(HALF_BYTES)));
  return concatBytes(Uint8Array.of(SEQUENCE, body.length), body);
}

export function signatureFromDer(der: Uint8Array): Uint8Array {
  const reader = new ByteReader(der);
  if (reader.uint8('sequence') !== SEQUENCE) throw new RangeError('no SEQUENCE');
  reader.uint8('length');
  const halves = concatBytes(half(reader), half(reader));
  reader.end('signature');
  return halves;
}

/** Shortest form; a leading 00 keeps it positive. */
function integer(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const shortest = first < 0 ? Uint8Array.of(0) : bytes.slice(first);
  const positive = (shortest[0] ?? 0) >= 0x80 ? concatBytes(Uint8Array.of(0), shortest) : shortest;
  return concatBytes(Uint8Array.of(INTEGER, positive.length), positive);
}

function half(reader: ByteReader): Uint8Array {
  if (reader.uint8('integer') !== INTEGER) throw new RangeError('no INTEGER');
  const value = reader.take(reader.uint8('length'), 'integer');
  const digits = value[0] === 0 ? value.slice(1) : value;
  const padded = new Uint8Array(HALF_BYTES);
  padded.set(digits, HALF_BYTES - digits.length);
  return padded;
}

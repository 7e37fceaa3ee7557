/**
 * The SAM's signatures: ECDSA over P-256 and SM2 (GB/T 32918.2), both r ‖ s of 32 bytes each over a given hash. Points
 * come from OpenSSL (`createECDH`), the arithmetic modulo n stands here. Not constant in time: an emulator, no product.
 */
import { createECDH, createHash } from 'node:crypto';
import { bytesToHex, concatBytes, hexToBytes } from '@rhc/card/bytes';
import type { AlgorithmSuite } from '@rhc/card/profile';

export type SigningSuite = Exclude<AlgorithmSuite, 'pboc-3des'>;

interface Curve {
  readonly name: string;
  readonly order: bigint;
}

const CURVES: Readonly<Record<SigningSuite, Curve>> = {
  'intl-128': {
    name: 'prime256v1',
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  'sm-128': { name: 'SM2', order: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n },
};

/** a ‖ b ‖ Gx ‖ Gy of the recommended curve, the constant part of Z (GB/T 32918.5). */
const SM2_CURVE_BYTES = hexToBytes(
  'FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC' +
    '28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93' +
    '32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7' +
    'BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0',
);
/** Standard user id `1234567812345678`, 128 bits (GM/T 0009). */
const USER_ID = new TextEncoder().encode('1234567812345678');

/** Random bytes that a scalar is reduced from: 8 more than its size, so that the reduction leaves no bias. */
export const SCALAR_RANDOM_BYTES = 40;

export interface KeyPair {
  readonly privateKey: Uint8Array;
  /** x ‖ y. */
  readonly publicKey: Uint8Array;
}

export function keyPairFrom(suite: SigningSuite, random: Uint8Array): KeyPair {
  const privateKey = bytes32(scalarFrom(suite, random));
  return { privateKey, publicKey: pointOf(suite, privateKey) };
}

/** Z = H(ENTL ‖ ID ‖ a ‖ b ‖ G ‖ P): what SM2 hashes before the message (GB/T 32918.2, 5.5). Empty for ECDSA. */
export function signerPrefix(suite: SigningSuite, publicKey: Uint8Array): Uint8Array {
  if (suite === 'intl-128') return new Uint8Array(0);
  const bits = Uint8Array.of(0, USER_ID.length * 8);
  const all = concatBytes(bits, USER_ID, SM2_CURVE_BYTES, publicKey);
  return new Uint8Array(createHash('sm3').update(all).digest());
}

/** `nonce`: SCALAR_RANDOM_BYTES fresh random bytes. Null: this nonce gives no signature, take another. */
export function signHash(
  suite: SigningSuite,
  privateKey: Uint8Array,
  hash: Uint8Array,
  nonce: Uint8Array,
): Uint8Array | null {
  const n = CURVES[suite].order;
  const d = number(privateKey);
  const k = scalarFrom(suite, nonce);
  const e = number(hash) % n;
  const x = number(pointOf(suite, bytes32(k)).slice(0, 32)) % n;
  if (suite === 'intl-128') {
    const s = modulo(inverse(k, n) * (e + x * d), n);
    return x === 0n || s === 0n ? null : concatBytes(bytes32(x), bytes32(s));
  }
  const r = modulo(e + x, n);
  const s = modulo(inverse(1n + d, n) * (k - r * d), n);
  return r === 0n || r + k === n || s === 0n ? null : concatBytes(bytes32(r), bytes32(s));
}

/** 1 … n−2: SM2 forbids n−1 as a private key. */
function scalarFrom(suite: SigningSuite, random: Uint8Array): bigint {
  if (random.length !== SCALAR_RANDOM_BYTES) throw new RangeError('a scalar is made of 40 random bytes');
  return (number(random) % (CURVES[suite].order - 2n)) + 1n;
}

function pointOf(suite: SigningSuite, scalar: Uint8Array): Uint8Array {
  const engine = createECDH(CURVES[suite].name);
  engine.setPrivateKey(scalar);
  return new Uint8Array(engine.getPublicKey().subarray(1));
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [r0, r1, t0, t1] = [modulus, modulo(value, modulus), 0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1, t0, t1] = [r1, r0 - quotient * r1, t1, t0 - quotient * t1];
  }
  return modulo(t0, modulus);
}

function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(bytes)}`);
}

function bytes32(value: bigint): Uint8Array {
  return hexToBytes(value.toString(16).padStart(64, '0'));
}

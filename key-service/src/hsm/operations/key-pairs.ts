/** Key pairs in the token, or for SM2 in the labelled soft engine: made once, then only signing. */
import { createHash } from 'node:crypto';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { sm2MessageDigest } from '@rhc/card/secure-messaging';
import { keyServiceErrors } from '../../errors.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperations } from '../port.ts';
import { isReservedPair } from '../quorum/notes.ts';

const sm3 = { hash: (_: AlgorithmSuite, data: Uint8Array) => Uint8Array.from(createHash('sm3').update(data).digest()) };

/** Null: the suite's pairs live in the token. */
const softOf = (token: Token, suite: AlgorithmSuite) => (token.soft?.suite === suite ? token.soft : null);

export function ensureKeyPair(
  token: Token,
  { pair, suite = 'intl-128' }: HsmOperations['ensure-key-pair']['input'],
): HsmOperations['ensure-key-pair']['output'] {
  const soft = softOf(token, suite);
  if (soft !== null) {
    const present = soft.pair(pair);
    const { publicKey } = present ?? soft.generatePair(pair);
    return { publicKey, created: present === null };
  }
  const present = token.findPair(pair);
  const keys = present ?? token.generatePair(pair, true, suite);
  return { publicKey: Uint8Array.from(token.publicPoint(keys.publicKey)), created: present === null };
}

export function sign(
  token: Token,
  { pair, suite = 'intl-128', ...input }: HsmOperations['sign']['input'],
): HsmOperations['sign']['output'] {
  if (isReservedPair(pair)) throw keyServiceErrors.make('KEY_PAIR_RESERVED', { detail: pair });
  const missing = () => keyServiceErrors.make('KEY_MISSING', { detail: pair });
  const soft = softOf(token, suite);
  if (soft !== null) {
    const own = soft.pair(pair);
    if (own === null || !('message' in input)) throw missing();
    return { signature: own.sign(input.message) };
  }
  const keys = token.findPair(pair);
  if (keys === null) throw missing();
  const digest = 'message' in input ? digestOf(token, suite, keys.publicKey, input.message) : input.digest;
  return { signature: Uint8Array.from(token.sign(keys.privateKey, digest, suite)) };
}

/** SM2 signs e = SM3(Z ‖ M) (GB/T 32918.2); ECDSA the SHA-256. */
function digestOf(
  token: Token,
  suite: AlgorithmSuite,
  publicKey: Parameters<Token['publicPoint']>[0],
  message: Uint8Array,
): Uint8Array {
  if (suite === 'sm-128') return sm2MessageDigest(sm3, Uint8Array.from(token.publicPoint(publicKey)), message);
  return Uint8Array.from(createHash('sha256').update(message).digest());
}

/**
 * DIGEST `80 2C` and SIGN `80 2A`: ours, since the papers name them without bytes (CARD-FACTS 5.2, 12.2; ADR 006). The hash
 * is the signing key's; a digest for a signature begins with Z where the suite is SM2's.
 */
import type { CommandApdu } from '@rhc/card/apdu';
import { hash } from '../../cos/cipher-suite.ts';
import { refuse } from '../../cos/status-error.ts';
import { SCALAR_RANDOM_BYTES, signerPrefix, signHash } from '../elliptic-signature.ts';
import type { SamAnswer, SamChip } from '../sam-chip.ts';
import { randomBytes, requireOperational, requireParameters } from '../sam-chip.ts';
import type { SamSigningKey } from '../sam-content.ts';

const FIRST = 0x01;
const LAST = 0x02;
const FOR_SIGNATURE = 0x01;
const HASH_BYTES = 32;
const MAX_ATTEMPTS = 8;
/** More than any file of the card; a SAM has little memory. */
const MAX_MESSAGE_BYTES = 0xffff;

/** P1: 01 first, 00 next, 02 last, 03 only block; P2: 00 the plain hash, 01 the hash that SIGN takes. */
export function digest(chip: SamChip, command: CommandApdu): SamAnswer {
  const earlier = chip.session.digest;
  chip.session.digest = null;
  requireOperational(chip);
  const { p1, p2 } = command;
  if (p1 > (FIRST | LAST) || p2 > FOR_SIGNATURE) refuse('wrongParameters');
  const begun = (p1 & FIRST) === 0 ? (earlier ?? refuse('conditionsNotSatisfied')) : begin(chip, p2 === FOR_SIGNATURE);
  const running = { ...begun, parts: [...begun.parts, command.data ?? new Uint8Array(0)] };
  if (running.parts.reduce((sum, part) => sum + part.length, 0) > MAX_MESSAGE_BYTES) refuse('conditionsNotSatisfied');
  if ((p1 & LAST) === 0) {
    chip.session.digest = running;
    return {};
  }
  return { data: hash(running.suite, ...running.parts) };
}

export function sign(chip: SamChip, command: CommandApdu): SamAnswer {
  requireOperational(chip);
  requireParameters(command, 0x9e, 0x9a);
  const data = command.data ?? new Uint8Array(0);
  if (data.length !== HASH_BYTES) refuse('wrongLength');
  if (chip.session.directory !== 'DF01' && chip.rules.applicationSelected) refuse('conditionsNotSatisfied');
  if (!chip.session.pinVerified && chip.rules.pinForSignature) refuse('securityStatusNotSatisfied');
  const key = signingKey(chip);
  chip.commit({ kind: 'count-signature' });
  return { data: signatureOf(chip, key, data) };
}

function begin(chip: SamChip, forSignature: boolean) {
  const key = signingKey(chip);
  const parts = forSignature ? [signerPrefix(suiteOf(key), key.publicKey)] : [];
  return { suite: key.suite, parts };
}

function signingKey(chip: SamChip): SamSigningKey {
  return chip.content.signingKey ?? refuse('referenceNotFound');
}

function suiteOf(key: SamSigningKey) {
  if (key.suite === 'pboc-3des') throw new Error('a signing key of a suite without signatures');
  return key.suite;
}

function signatureOf(chip: SamChip, key: SamSigningKey, digestToSign: Uint8Array): Uint8Array {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const nonce = randomBytes(chip, SCALAR_RANDOM_BYTES);
    const signature = key.value.use((value) => signHash(suiteOf(key), value, digestToSign, nonce));
    if (signature !== null) return signature;
  }
  throw new RangeError('the random source gave no usable nonce');
}

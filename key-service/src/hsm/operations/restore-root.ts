/**
 * A root on its way from a backup into a new token (ADR 021): the recovery token unwraps it and wraps it for the new one,
 * never in clear; the new one unwraps it and places it as an import is placed, so that it gets the same marks, the block
 * for SAMs and a backup of its own.
 */
import { createPublicKey } from 'node:crypto';
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { keyServiceErrors } from '../../errors.ts';
import type { Handle } from '../pkcs11/module.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperations } from '../port.ts';
import { rosterInForce } from '../quorum/notes.ts';
import { placeRoot } from './import-root.ts';
import { rsaPublicObject } from './wrap-for.ts';

/** `sam`: of the SAM token, under whose public key the roots for SAMs are sealed. */
const PAIRS = { recovery: 'RECOVERY#1', transport: 'TRANSPORT#1', sam: 'SAM.ROOTS#1' } as const;

export function ensureUnwrapPair(
  token: Token,
  { pair }: HsmOperations['ensure-unwrap-pair']['input'],
): HsmOperations['ensure-unwrap-pair']['output'] {
  const keys = token.findPair(PAIRS[pair]) ?? token.generateRsaPair(PAIRS[pair], true);
  const { n, e } = token.rsaPublic(keys.publicKey);
  const jwk = { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') };
  const spki = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' });
  return { publicKey: spki.toString('base64url') };
}

export function rewrapRoot(
  token: Token,
  { wrapped, publicKey }: HsmOperations['rewrap-root']['input'],
): HsmOperations['rewrap-root']['output'] {
  const made: Handle[] = [];
  try {
    const inTransit = token.unwrapOaep(pairOf(token, 'recovery'), hexToBytes(wrapped), templates.inTransit);
    made.push(inTransit);
    const next = rsaPublicObject(token, Buffer.from(publicKey, 'base64url'));
    made.push(next);
    return { wrapped: bytesToHex(Uint8Array.from(token.wrapOaep(next, inTransit))) };
  } finally {
    for (const handle of made) token.destroy(handle);
  }
}

/** @throws APPROVAL_REQUIRED on a token that has a roster: there a key comes by a ceremony, under quorum */
export function receiveRoot(
  token: Token,
  { root, usage, suite, kcv, wrapped, pair = 'transport' }: HsmOperations['receive-root']['input'],
): HsmOperations['receive-root']['output'] {
  if (rosterInForce(token) !== null) throw keyServiceErrors.make('APPROVAL_REQUIRED', { detail: 'receive-root' });
  const inTransit = token.unwrapOaep(pairOf(token, pair), hexToBytes(wrapped), templates.inTransit);
  let value: Uint8Array | undefined;
  try {
    value = Uint8Array.from(token.landingSuite.reveal(inTransit));
    return placeRoot(
      token,
      root,
      usage,
      value,
      (got) => {
        if (bytesToHex(got) === kcv) return;
        throw keyServiceErrors.make('KEY_CHECK_VALUE_MISMATCH', { detail: `${root}: ${bytesToHex(got)}, not ${kcv}` });
      },
      suite,
    );
  } finally {
    value?.fill(0);
    token.destroy(inTransit);
  }
}

export function pairOf(token: Token, pair: keyof typeof PAIRS): Handle {
  const keys = token.findPair(PAIRS[pair]);
  if (keys === null) throw keyServiceErrors.make('KEY_MISSING', { detail: PAIRS[pair] });
  return keys.privateKey;
}

/**
 * A root on its way from a backup into a new token (ADR 021): the recovery token unwraps it and wraps it for the new one,
 * never in clear; the new one unwraps it and places it as an import is placed, so that it gets the same marks, the block
 * for SAMs and a backup of its own.
 */
import { createPublicKey } from 'node:crypto';
import { bytesToHex, concatBytes, hexToBytes } from '@rhc/card/bytes';
import { keyServiceErrors } from '../../errors.ts';
import { PROTECTION_KEY_PREFIX } from '../pkcs11/key-block-engine.ts';
import type { Handle } from '../pkcs11/module.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperations } from '../port.ts';
import { rosterInForce } from '../quorum/notes.ts';
import { placeRoot } from './import-root.ts';
import { placeProtectionKey } from './key-blocks.ts';
import { placeDataKey } from './service-keys.ts';
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
    const next = rsaPublicObject(token, Buffer.from(publicKey, 'base64url'));
    made.push(next);
    const pieces = piecesOf(token, 'recovery', wrapped).map((piece) => {
      const inTransit = token.unwrapOaep(pairOf(token, 'recovery'), piece, templates.inTransit);
      made.push(inTransit);
      return Uint8Array.from(token.wrapOaep(next, inTransit));
    });
    return { wrapped: bytesToHex(concatBytes(...pieces)) };
  } finally {
    for (const handle of made) token.destroy(handle);
  }
}

/** @throws APPROVAL_REQUIRED on a token that has a roster: there a key comes by a ceremony, under quorum */
export function receiveRoot(
  token: Token,
  { root, usage, suite, kcv, wrapped, shape, pair = 'transport' }: HsmOperations['receive-root']['input'],
): HsmOperations['receive-root']['output'] {
  if (rosterInForce(token) !== null) throw keyServiceErrors.make('APPROVAL_REQUIRED', { detail: 'receive-root' });
  const made: Handle[] = [];
  const parts: Uint8Array[] = [];
  let value: Uint8Array | undefined;
  try {
    for (const piece of piecesOf(token, pair, wrapped)) {
      const inTransit = token.unwrapOaep(pairOf(token, pair), piece, templates.inTransit);
      made.push(inTransit);
      parts.push(Uint8Array.from(token.landingSuite.reveal(inTransit)));
    }
    value = concatBytes(...parts);
    if (usage === 'data-key') return { root, kcv: hexToBytes(kcv), ...placeDataKey(token, root, value, kcv) };
    if (usage === 'protection-key') {
      const { kind = 'AES', bytes = value.length } = shape ?? {};
      const name = root.slice(PROTECTION_KEY_PREFIX.length);
      return { root, ...placeProtectionKey(token, name, kind, value.subarray(0, bytes), kcv) };
    }
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
    for (const part of [value, ...parts]) part?.fill(0);
    for (const handle of made) token.destroy(handle);
  }
}

/** What is longer than the pair's modulus is several pieces, one behind the other. */
function piecesOf(token: Token, pair: keyof typeof PAIRS, wrapped: string): Uint8Array[] {
  const keys = token.findPair(PAIRS[pair]);
  const size = keys === null ? 0 : token.rsaPublic(keys.publicKey).n.length;
  const bytes = hexToBytes(wrapped);
  if (size === 0 || bytes.length <= size) return [bytes];
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size));
}

export function pairOf(token: Token, pair: keyof typeof PAIRS): Handle {
  const keys = token.findPair(PAIRS[pair]);
  if (keys === null) throw keyServiceErrors.make('KEY_MISSING', { detail: PAIRS[pair] });
  return keys.privateKey;
}

/**
 * A public key by which this desk proves what others have signed (the hotlist, a notice of a new version), and the suite that
 * it belongs to: both in the one file that the administrator copies, so that neither comes without the other.
 * `sm-128:<128 hex digits>` as key-service's `GET /v1/hotlist/key` declares it; without a suite in front it is `intl-128`.
 */
import { readFileSync } from 'node:fs';
import { hexToBytes } from '@rhc/card/bytes';
import { nodeCrypto, type SigningSuite } from '@rhc/card/crypto-node';

export interface SigningKey {
  readonly suite: SigningSuite;
  /** x ‖ y, 64 bytes. */
  readonly publicKey: Uint8Array;
}

const SUITES: readonly SigningSuite[] = ['intl-128', 'sm-128'];
const SIGNATURE_BYTES = 64;

/** Null: no file is set. @throws RangeError that names the file, for a suite without signatures or a key of another length */
export function signingKeyIn(path: string | undefined): SigningKey | null {
  return path === undefined ? null : parseSigningKey(path, readFileSync(path, 'utf8'));
}

function parseSigningKey(path: string, text: string): SigningKey {
  const [first = '', second, ...more] = text.trim().split(':');
  const [declared, digits] = second === undefined ? ['intl-128', first] : [first, second];
  const suite = SUITES.find((name) => name === declared);
  if (suite === undefined) throw new RangeError(`${path}: "${declared}" is not one of ${SUITES.join(', ')}`);
  if (more.length > 0) throw new RangeError(`${path}: one suite and one key expected`);
  const publicKey = hexToBytes(digits.toUpperCase());
  if (publicKey.length !== 64) throw new RangeError(`${path}: ${publicKey.length} bytes, a public key has 64`);
  return { suite, publicKey };
}

/** True when `signature` (r ‖ s) is this key's over `body`, under its own suite and no other. */
export function isSignedBy({ suite, publicKey }: SigningKey, body: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === SIGNATURE_BYTES && nodeCrypto.verifySignature(suite, publicKey, body, signature);
}

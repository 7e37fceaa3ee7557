/**
 * Certificate requests (PKCS#10, RFC 2986): made by whoever holds a key, taken apart by the CA. Of a request the CA
 * believes the public key, and only because the request is signed by it; whose it is says the enrolment code.
 */
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { keyServiceErrors } from '../errors.ts';
import {
  type Asn1,
  bits,
  bytesOf,
  der,
  ecdsaSha256,
  fromPem,
  integer,
  name,
  parsed,
  pem,
  sequence,
  tagged,
} from './structures.ts';

/** A request in PEM, signed by an EC P-256 key. */
export function certificateRequest(keys: { publicKey: KeyObject; privateKey: KeyObject }, common: string): string {
  const info = sequence(
    integer(Uint8Array.of(0)),
    name({ organization: '居民健康卡 RHC', unit: 'request', common }),
    parsed(Uint8Array.from(keys.publicKey.export({ type: 'spki', format: 'der' }))),
    tagged(0, true, []),
  );
  const body = der(info);
  const signature = sign('sha256', body, keys.privateKey);
  return pem('CERTIFICATE REQUEST', der(sequence(parsed(body), ecdsaSha256(), bits(Uint8Array.from(signature)))));
}

/**
 * @returns DER of the SubjectPublicKeyInfo
 * @throws CERTIFICATE_REQUEST_REFUSED
 */
export function publicKeyOfRequest(text: string): Uint8Array {
  const refuse = (detail: string, cause?: unknown) =>
    keyServiceErrors.make('CERTIFICATE_REQUEST_REFUSED', { detail, cause });
  let info: Asn1 | undefined;
  let signature: Uint8Array;
  let key: Uint8Array;
  try {
    const [body, , bitString] = parsed(fromPem(text)).value as Asn1[];
    info = body as Asn1;
    signature = bytesOf(bitString as Asn1).subarray(1);
    key = der((info.value as Asn1[])[2] as Asn1);
  } catch (cause) {
    throw refuse('not PKCS#10', cause);
  }
  let publicKey: KeyObject;
  try {
    publicKey = createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' });
  } catch (cause) {
    throw refuse('no public key', cause);
  }
  if (publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw refuse('not EC P-256');
  if (!verify('sha256', der(info), publicKey, signature)) throw refuse('not signed by its own key');
  return key;
}

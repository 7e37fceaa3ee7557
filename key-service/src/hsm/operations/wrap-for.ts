/** A root under another token's RSA key, in the moment in which the root is made: afterwards nothing can wrap it. */
import { constants, createHash, createPublicKey, publicEncrypt } from 'node:crypto';
import type { Handle } from '../pkcs11/module.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';

/** SHA-256 of a SubjectPublicKeyInfo. */
export const fingerprint = (key: Uint8Array): string => createHash('sha256').update(key).digest('hex');

/** @param spki SubjectPublicKeyInfo of an RSA key */
export function rsaPublicObject(token: Token, spki: Buffer): Handle {
  const { n = '', e = '' } = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  return token.create(templates.recoveryKey(Buffer.from(n, 'base64url'), Buffer.from(e, 'base64url')));
}

/** A value that this worker holds anyway, because it came as components or in a key block. */
export function wrapValueFor(spki: Buffer, value: Uint8Array): Uint8Array {
  const key = { key: spki, format: 'der', type: 'spki' } as const;
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  return publicEncrypt({ ...key, ...padding }, value);
}

/** A root that the token makes itself: its twin is a session object, wrapped inside the token, and gone. */
export function wrapTwinFor(token: Token, spki: Buffer, makeTwin: () => Handle): Uint8Array {
  const made: Handle[] = [];
  try {
    const twin = makeTwin();
    made.push(twin);
    const publicKey = rsaPublicObject(token, spki);
    made.push(publicKey);
    return token.wrapOaep(publicKey, twin);
  } finally {
    for (const handle of made) token.destroy(handle);
  }
}

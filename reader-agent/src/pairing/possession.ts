/** Proof that a page holds the private half of the key it was paired with: ECDSA P-256 over SHA-256 (FIPS 186-5), r ‖ s. */
import { createPublicKey, verify } from 'node:crypto';
import type { PairingKey } from '../contract/pairing.ts';

export function provesKey(key: PairingKey, text: string, signature: string): boolean {
  try {
    const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' });
    const bytes = Buffer.from(signature, 'base64url');
    return verify('sha256', Buffer.from(text), { key: publicKey, dsaEncoding: 'ieee-p1363' }, bytes);
  } catch {
    // A point that is not on the curve proves nothing.
    return false;
  }
}

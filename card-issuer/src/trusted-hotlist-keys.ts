/** Keys of other provinces' hotlists: a file of names and public keys (P-256), read once at start. */
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { VerifyHotlist } from '@rhc/card/hotlist';
import { parseInput } from '@rhc/service-shell';
import { z } from 'zod';

const keysFile = z.strictObject({
  keys: z.array(z.strictObject({ keyId: z.string().min(1).max(60), publicKeyPem: z.string().min(1) })),
});

/** @param path empty: nobody is trusted, every foreign list is refused */
export function trustedHotlistKeys(path: string): VerifyHotlist {
  if (path === '') return () => false;
  const { keys } = parseInput(keysFile, JSON.parse(readFileSync(path, 'utf8')));
  const known = new Map(keys.map(({ keyId, publicKeyPem }) => [keyId, createPublicKey(publicKeyPem)]));
  return (keyId, body, signature) => {
    const key = known.get(keyId);
    if (key === undefined) return false;
    // r ‖ s of 64 bytes as key-service gives it, else DER.
    return verify('sha256', body, { key, dsaEncoding: signature.length === 64 ? 'ieee-p1363' : 'der' }, signature);
  };
}

/** Hotlists signed by key-service, as card-issuer's publisher asks for it. */
import { createHash } from 'node:crypto';
import { hexToBytes } from '@rhc/card/bytes';
import { HOTLIST_KEY } from '../contract/index.ts';
import type { KeyServiceClient } from './key-service-client.ts';

export interface SignedHotlist {
  readonly version: number;
  readonly entries: number;
}

export function hotlistSignerOver(client: Pick<KeyServiceClient, 'signHotlist'>) {
  return {
    keyId: HOTLIST_KEY,
    /** @throws KEY_SERVICE_UNREACHABLE and what key-service refuses */
    async sign(body: Uint8Array, { version, entries }: SignedHotlist): Promise<Uint8Array> {
      const sha256 = createHash('sha256').update(body).digest('hex').toUpperCase();
      return hexToBytes((await client.signHotlist({ sha256, version, entries })).signature);
    },
  };
}

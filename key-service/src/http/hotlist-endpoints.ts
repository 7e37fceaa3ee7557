/** Signs hotlists with a pair that the token keeps. Logged before it is done: version, entries and hash. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { type Endpoint, endpoint } from '@rhc/service-shell';
import {
  HOTLIST_KEY,
  HOTLIST_SUITE,
  hotlistKeyResponse,
  signHotlistRequest,
  signHotlistResponse,
} from '../contract/index.ts';
import type { AuditPort } from '../domain/ports.ts';
import type { HsmPort } from '../hsm/port.ts';
import { roles } from './access.ts';

export interface HotlistEndpointParts {
  readonly hsm: HsmPort;
  readonly audit: AuditPort;
}

const tag = '挂失名单 Hotlist';

export function hotlistEndpoints({ hsm, audit }: HotlistEndpointParts): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/hotlist/signature',
      access: roles('service'),
      tag,
      summary: { zh: '用令牌内的密钥对签署挂失名单', en: 'Sign a hotlist with a key pair of the token' },
      body: signHotlistRequest,
      response: signHotlistResponse,
      async handle({ body, principal }) {
        await audit.record('hotlist-sign', { ...body, key: HOTLIST_KEY, by: principal?.id ?? '' });
        await hsm.run('ensure-key-pair', { pair: HOTLIST_KEY });
        const { signature } = await hsm.run('sign', { pair: HOTLIST_KEY, digest: hexToBytes(body.sha256) });
        return { keyId: HOTLIST_KEY, signature: bytesToHex(signature) };
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/hotlist/key',
      access: 'any',
      tag,
      summary: { zh: '挂失名单的签名公钥', en: 'Public key of the hotlist’s signature' },
      response: hotlistKeyResponse,
      async handle() {
        const { publicKey } = await hsm.run('ensure-key-pair', { pair: HOTLIST_KEY });
        return { keyId: HOTLIST_KEY, suite: HOTLIST_SUITE, publicKey: bytesToHex(publicKey) };
      },
    }),
  ];
}

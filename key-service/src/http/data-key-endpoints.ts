/** Sealing and opening of other services' data keys. Logged before it is done: an opened key opens everything below it. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { type Endpoint, endpoint } from '@rhc/service-shell';
import {
  unwrapDataKeyRequest,
  unwrapDataKeyResponse,
  wrapDataKeyRequest,
  wrapDataKeyResponse,
} from '../contract/index.ts';
import type { AuditPort } from '../domain/ports.ts';
import type { HsmPort } from '../hsm/port.ts';
import { roles } from './access.ts';

export interface DataKeyEndpointParts {
  readonly hsm: HsmPort;
  readonly audit: AuditPort;
}

/** The key that seals now; an older one still opens what it sealed. */
const CURRENT_KEK = 'DEK.KEK#1';
const tag = '数据密钥 Data keys';

export function dataKeyEndpoints({ hsm, audit }: DataKeyEndpointParts): Endpoint[] {
  /** One at a time: two workers that find no key yet would both make it. */
  let sealing: Promise<unknown> = Promise.resolve();
  return [
    endpoint({
      method: 'post',
      path: '/v1/data-keys/wrap',
      access: roles('service'),
      tag,
      summary: { zh: '用令牌内的密钥封装数据密钥', en: 'Seal a data key under a key of the token' },
      body: wrapDataKeyRequest,
      response: wrapDataKeyResponse,
      async handle({ body, principal }) {
        await audit.record('data-key-wrap', { purpose: body.purpose, kek: CURRENT_KEK, by: principal?.id ?? '' });
        const input = { kek: CURRENT_KEK, purpose: body.purpose, key: hexToBytes(body.key) };
        const sealed = sealing.then(() => hsm.run('seal-data-key', input));
        sealing = sealed.catch(() => undefined);
        return { kek: CURRENT_KEK, wrapped: bytesToHex((await sealed).sealed) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/data-keys/unwrap',
      access: roles('service'),
      tag,
      summary: { zh: '解封数据密钥', en: 'Open a sealed data key' },
      body: unwrapDataKeyRequest,
      response: unwrapDataKeyResponse,
      async handle({ body, principal }) {
        await audit.record('data-key-unwrap', { purpose: body.purpose, kek: body.kek, by: principal?.id ?? '' });
        const input = { kek: body.kek, purpose: body.purpose, sealed: hexToBytes(body.wrapped) };
        const { key } = await hsm.run('open-data-key', input);
        try {
          return { key: bytesToHex(key) };
        } finally {
          key.fill(0);
        }
      },
    }),
  ];
}

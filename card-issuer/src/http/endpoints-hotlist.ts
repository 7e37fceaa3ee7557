/** The hotlist over HTTP: the newest list under its version as ETag, deltas that never change once published. */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import type { Context } from 'koa';
import type { Issuer } from '../app.ts';
import { hotlistResponse, hotlistVersionsQuery, hotlistVersionsResponse } from '../contract/index.ts';
import { issuerErrors } from '../errors.ts';
import { ANYBODY, OVERSIGHT, PUBLISHERS } from './access.ts';
import { pathPart } from './request-parts.ts';

const FILE_TYPE = 'application/vnd.rhc.hotlist';
const FOR_EVER = 'private, max-age=31536000, immutable';
const tag = '挂失名单 Hotlist';

export function hotlistEndpoints({ hotlist }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/hotlist',
      access: PUBLISHERS,
      tag,
      summary: { zh: '签发新版名单', en: 'Publish a new version' },
      response: hotlistResponse,
      status: 201,
      handle: ({ idempotencyKey }) => hotlist.publish(idempotencyKey),
    }),
    endpoint({
      method: 'get',
      path: '/v1/hotlist',
      access: ANYBODY,
      tag,
      summary: { zh: '最新名单', en: 'The newest list' },
      answers: FILE_TYPE,
      handle: async ({ ctx }) => {
        const newest = await hotlist.newest();
        sendVersion(ctx, newest, `hotlist-${newest.version}`);
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/hotlist/versions',
      access: OVERSIGHT,
      tag,
      summary: { zh: '各版名单及大小', en: 'Versions with their sizes, newest first' },
      query: hotlistVersionsQuery,
      response: hotlistVersionsResponse,
      handle: async ({ query }) => {
        const { entries, next } = await hotlist.versions(query);
        return { canPublish: hotlist.canPublish, versions: entries, next };
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/hotlist/counties/:code',
      access: PUBLISHERS,
      tag,
      summary: {
        zh: '最新名单中某县(市、区)的部分,签名文件',
        en: "A county's part of the newest list, as a signed file",
      },
      answers: FILE_TYPE,
      handle: async (call) => {
        const code = pathPart(call, 'code');
        const county = await hotlist.county(code);
        sendVersion(call.ctx, county, `hotlist-${code}-${county.version}`);
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/hotlist/deltas/:version',
      access: ANYBODY,
      tag,
      summary: { zh: '由上一版到该版的增量', en: 'The delta that leads to a version' },
      answers: FILE_TYPE,
      handle: async (call) => {
        const version = Number(pathPart(call, 'version'));
        if (!Number.isSafeInteger(version) || version < 1) throw issuerErrors.make('HOTLIST_NONE');
        const delta = await hotlist.delta(version);
        call.ctx.set('Cache-Control', FOR_EVER);
        sendFile(call.ctx, delta);
      },
    }),
  ];
}

/** Or that the caller has it already. */
function sendVersion(
  ctx: Context,
  { version, file }: { readonly version: number; readonly file: Uint8Array },
  etag: string,
) {
  ctx.set('X-Hotlist-Version', String(version));
  ctx.set('Cache-Control', 'private, no-cache');
  ctx.etag = etag;
  // Not `ctx.fresh`: fetch sends `no-cache` beside a validator of the caller's own, and we are the origin ourselves.
  if (ctx.get('if-none-match') === ctx.response.get('etag')) ctx.status = 304;
  else sendFile(ctx, file);
}

function sendFile(ctx: Context, file: Uint8Array): void {
  ctx.type = FILE_TYPE;
  ctx.body = Buffer.from(file);
}

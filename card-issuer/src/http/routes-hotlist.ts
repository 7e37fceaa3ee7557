/** The hotlist over HTTP: the newest list under its version as ETag, deltas that never change once published. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Issuer } from '../app.ts';
import { issuerErrors } from '../errors.ts';

const FILE_TYPE = 'application/vnd.rhc.hotlist';
const FOR_EVER = 'private, max-age=31536000, immutable';

export function hotlistRoutes(router: Router, issuer: Issuer): void {
  const { hotlist } = issuer;
  router.post('/v1/hotlist', async (ctx) => {
    ctx.status = 201;
    ctx.body = await hotlist.publish();
  });
  router.get('/v1/hotlist', async (ctx) => {
    const newest = await hotlist.newest();
    ctx.set('X-Hotlist-Version', String(newest.version));
    ctx.set('Cache-Control', 'private, no-cache');
    ctx.etag = `hotlist-${newest.version}`;
    // Not `ctx.fresh`: fetch sends `no-cache` beside a validator of the caller's own, and we are the origin ourselves.
    if (ctx.get('if-none-match') === ctx.response.get('etag')) {
      ctx.status = 304;
      return;
    }
    sendFile(ctx, newest.file);
  });
  router.get('/v1/hotlist/deltas/:version', async (ctx) => {
    const version = Number((ctx as Context & { params: Record<string, string> }).params.version);
    if (!Number.isSafeInteger(version) || version < 1) throw issuerErrors.make('HOTLIST_NONE');
    const delta = await hotlist.delta(version);
    ctx.set('Cache-Control', FOR_EVER);
    sendFile(ctx, delta);
  });
}

function sendFile(ctx: Context, file: Uint8Array): void {
  ctx.type = FILE_TYPE;
  ctx.body = Buffer.from(file);
}

/** GET /v1/events: what happens, as server-sent events; `Last-Event-ID` brings what was missed. */
import { PassThrough } from 'node:stream';
import type { Context } from 'koa';
import type { EventFeed, FeedEvent } from '../personalize/event-feed.ts';

const MAX_MISSED = 1000;

export async function serveEvents(ctx: Context, feed: EventFeed): Promise<void> {
  const stream = new PassThrough();
  ctx.set('Content-Type', 'text/event-stream; charset=utf-8');
  ctx.set('Cache-Control', 'no-store');
  ctx.body = stream;
  const write = (event: FeedEvent) => {
    const id = event.id === null ? '' : `id: ${event.id}\n`;
    stream.write(`${id}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  const lastId = Number(ctx.get('last-event-id'));
  // Subscribed before the missed ones are read, so that none falls between; the ids tell doubles apart.
  const unsubscribe = feed.subscribe(write);
  ctx.req.on('close', () => {
    unsubscribe();
    stream.end();
  });
  stream.write(': connected\n\n');
  if (Number.isSafeInteger(lastId) && lastId > 0) {
    for (const event of await feed.since(lastId, MAX_MISSED)) write(event);
  }
}

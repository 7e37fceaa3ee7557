/** Events as server-sent events; the WebSocket at the same path is `event-socket.ts`. */
import { PassThrough } from 'node:stream';
import { endpoint } from '@rhc/service-shell';
import { eventsQuery } from '../../contract/index.ts';
import type { EndpointParts } from '../endpoint-parts.ts';

const KEEP_ALIVE_MS = 15_000;

export function eventEndpoints({ audience, timers }: EndpointParts) {
  return [
    endpoint({
      method: 'get',
      path: '/v1/events',
      access: ['card.status'],
      tag: '事件 events',
      summary: { zh: '事件流(text/event-stream)', en: 'Stream of events (text/event-stream)' },
      query: eventsQuery,
      answers: 'text/event-stream',
      handle({ ctx, query, principal }) {
        if (principal === null) return;
        const stream = new PassThrough();
        let cancelKeepAlive: () => void = () => undefined;
        const keepAlive = () => {
          cancelKeepAlive = timers.after(KEEP_ALIVE_MS, () => {
            stream.write(': still here\n\n');
            keepAlive();
          });
        };
        const leave = audience.attend({
          principal,
          wantsIdentity: query.read === 'identity',
          send: (event) => stream.write(`data: ${JSON.stringify(event)}\n\n`),
          close: () => ctx.req.destroy(),
        });
        keepAlive();
        ctx.req.once('close', () => {
          cancelKeepAlive();
          leave();
          stream.end();
        });
        ctx.type = 'text/event-stream';
        ctx.body = stream;
      },
    }),
  ];
}

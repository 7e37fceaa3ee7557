/**
 * Events on a WebSocket. The upgrade passes by Koa, so Host, Origin and token are checked here again, by the same rules. A
 * browser cannot set headers on a WebSocket: its token travels as the subprotocol `bearer.<token>` beside `rhc.v1`.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Authenticator, type HttpAppOptions, hostAndOriginFault, mayCall } from '@rhc/service-shell';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Audience } from '../events/audience.ts';

export interface EventSocketOptions {
  readonly audience: Audience;
  readonly authenticate: Authenticator;
  readonly allowedOrigins: NonNullable<HttpAppOptions['allowedOrigins']>;
  readonly maxSockets: number;
  /** Told of upgrades that are refused for who asks. */
  readonly onRefused?: (refused: { readonly code: string; readonly origin: string | null }) => void;
}

const PROTOCOL = 'rhc.v1';

/** Serves upgrades of `server`; the answer closes all sockets. */
export function serveEventSocket(server: Server, options: EventSocketOptions): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 1024,
    perMessageDeflate: false,
    // The token is never echoed: only the plain protocol name is.
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refuse = (status: string) => {
      if (/^4(01|03|21)/.test(status)) {
        options.onRefused?.({ code: `WEBSOCKET_${status.slice(0, 3)}`, origin: request.headers.origin ?? null });
      }
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    };
    const fault = faultOf(request, options, sockets.clients.size);
    if (fault !== null) {
      refuse(fault);
      return;
    }
    options.authenticate(request).then(
      (principal) => {
        if (principal === null || !mayCall(['card.status'], principal)) {
          refuse(principal === null ? '401 Unauthorized' : '403 Forbidden');
          return;
        }
        sockets.handleUpgrade(request, socket, head, (client) => {
          const leave = attend(client, options.audience, {
            principal,
            wantsIdentity: new URL(request.url ?? '/', 'http://agent').searchParams.get('read') === 'identity',
          });
          client.on('close', leave);
        });
      },
      () => refuse('500 Internal Server Error'),
    );
  });
  return () => {
    for (const client of sockets.clients) client.terminate();
    sockets.close();
  };
}

function faultOf(request: IncomingMessage, { allowedOrigins, maxSockets }: EventSocketOptions, open: number) {
  const fault = hostAndOriginFault(request, { allowedOrigins });
  if (fault === 'HOST_REFUSED') return '421 Misdirected Request';
  if (fault === 'ORIGIN_REFUSED') return '403 Forbidden';
  if (!/^\/v1\/events(\?read=identity)?$/.test(request.url ?? '')) return '404 Not Found';
  return open >= maxSockets ? '503 Service Unavailable' : null;
}

type Who = Pick<Parameters<Audience['attend']>[0], 'principal' | 'wantsIdentity'>;

function attend(client: WebSocket, audience: Audience, who: Who): () => void {
  // Nothing is asked over this socket; who talks is cut off.
  client.on('message', () => client.close(1008));
  client.on('error', () => client.terminate());
  try {
    return audience.attend({
      ...who,
      send: (event) => client.send(JSON.stringify(event)),
      close: () => client.close(1008, 'revoked'),
    });
  } catch {
    client.close(1013);
    return () => undefined;
  }
}

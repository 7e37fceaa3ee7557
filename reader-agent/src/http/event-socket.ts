/**
 * Events on a WebSocket. The upgrade passes by Koa, so Host, Origin and token are checked here again. A browser cannot
 * set headers on a WebSocket: its token travels as the subprotocol `bearer.<token>` beside `rhc.v1`.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { SecretBytes } from '@rhc/card/bytes';
import { bearerToken, hostAndOriginFault, tokenMatches } from '@rhc/service-shell';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Desk } from '../desk/desk.ts';
import { presentEvents } from './routes.ts';

export interface EventSocketOptions {
  readonly desk: Desk;
  readonly token: SecretBytes;
  readonly allowedOrigins: readonly string[];
  readonly maxSockets: number;
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
    const status = refusal(request, options, sockets.clients.size);
    if (status !== null) {
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => attend(client, options.desk));
  });
  return () => {
    for (const client of sockets.clients) client.terminate();
    sockets.close();
  };
}

function refusal(request: IncomingMessage, options: EventSocketOptions, open: number): string | null {
  const fault = hostAndOriginFault(request, { allowedOrigins: options.allowedOrigins });
  if (fault === 'HOST_REFUSED') return '421 Misdirected Request';
  if (fault === 'ORIGIN_REFUSED') return '403 Forbidden';
  if (request.url !== '/v1/events') return '404 Not Found';
  if (!tokenMatches(options.token, presentedToken(request))) return '401 Unauthorized';
  return open >= options.maxSockets ? '503 Service Unavailable' : null;
}

function presentedToken(request: IncomingMessage): string | undefined {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const bearer = offered.find((name) => name.startsWith('bearer.'));
  return bearer === undefined ? bearerToken(request.headers.authorization) : bearer.slice('bearer.'.length);
}

function attend(client: WebSocket, desk: Desk): void {
  const unsubscribe = desk.subscribe((event) => client.send(JSON.stringify(event)));
  client.on('close', unsubscribe);
  // Nothing is asked over this socket; who talks is cut off.
  client.on('message', () => client.close(1008));
  client.on('error', () => client.terminate());
  for (const event of presentEvents(desk)) client.send(JSON.stringify(event));
}

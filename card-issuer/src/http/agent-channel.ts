/** The WebSocket that agents dial: token and Host are checked on the upgrade, then the hub has the line. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { SecretBytes } from '@rhc/card/bytes';
import { bearerToken, clientCertificate, hostAndOriginFault, principalIn, tokenMatches } from '@rhc/service-shell';
import { type WebSocket, WebSocketServer } from 'ws';
import type { AgentHub } from '../personalize/agent-hub.ts';

const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

export interface AgentChannelOptions {
  readonly path: string;
  /** The agents' shared token; null: over mutual TLS, a terminal's certificate. */
  readonly token: SecretBytes | null;
  readonly stillValid?: (certificate: { readonly serial: string }) => Promise<boolean>;
  readonly allowedHosts?: readonly string[];
}

/** `allowedHosts` as for HTTP; absent: loopback names only. */
export function serveAgentChannel(server: Server, hub: AgentHub, options: AgentChannelOptions): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    refusalOf(request, options).then(
      (refusal) => {
        if (refusal === null) sockets.handleUpgrade(request, socket, head, (line) => attach(line, hub));
        else socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      },
      () => socket.destroy(),
    );
  });
}

async function refusalOf(request: IncomingMessage, options: AgentChannelOptions): Promise<string | null> {
  const hosts = options.allowedHosts === undefined ? {} : { allowedHosts: options.allowedHosts };
  const fault = hostAndOriginFault(request, hosts);
  if (fault === 'HOST_REFUSED') return '421 Misdirected Request';
  // An agent is no browser: a page has no business here, not even the service's own.
  if (fault !== null || request.headers.origin !== undefined) return '403 Forbidden';
  if ((request.url ?? '').split('?')[0] !== options.path) return '404 Not Found';
  return (await knownAgent(request, options)) ? null : '401 Unauthorized';
}

async function knownAgent(request: IncomingMessage, { token, stillValid }: AgentChannelOptions): Promise<boolean> {
  if (token !== null) return tokenMatches(token, bearerToken(request.headers.authorization));
  const certificate = clientCertificate(request);
  const found = certificate === null ? null : principalIn(certificate);
  return found?.kind === 'terminal' && (await (stillValid?.(found) ?? true));
}

function attach(line: WebSocket, hub: AgentHub): void {
  const end = hub.attach({
    send: (text) => {
      if (line.readyState === line.OPEN) line.send(text);
    },
    close: () => line.close(),
  });
  line.on('message', (data, isBinary) => {
    if (isBinary) line.close();
    else end.receive(String(data));
  });
  line.on('close', () => end.closed());
  // A broken line also closes; the error itself says nothing more.
  line.on('error', () => line.terminate());
}

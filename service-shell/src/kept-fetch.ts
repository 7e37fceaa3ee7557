/**
 * `fetch` over kept connections of `node:http`, for calls from service to service. The global one of Node 20 takes no client
 * certificate, and one call through it costs the caller's thread three to four times as much (0.38 ms against 0.13 ms,
 * eight calls at once, a POST of 800 bytes).
 */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { TlsIdentity } from './tls.ts';

const MAX_CONNECTIONS = 64;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Without TLS: for services on one machine. */
export function plainFetch(): typeof fetch {
  const agent = new HttpAgent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  return fetchBy((url, options, answered) => httpRequest(url, { ...options, agent }, answered));
}

/** Mutual TLS. `identity` is asked for each call, so that a renewed certificate is used at once; `key` may be absent before enrolment. */
export function tlsFetch(identity: () => Pick<TlsIdentity, 'authority'> & Partial<TlsIdentity>): typeof fetch {
  let agent: { readonly of: string; readonly agent: HttpsAgent } | undefined;
  const agentFor = (): HttpsAgent => {
    const { key, certificate, authority } = identity();
    const of = `${certificate ?? ''}${authority}`;
    if (agent?.of === of) return agent.agent;
    const own = key === undefined || certificate === undefined ? {} : { key, cert: certificate };
    const made = new HttpsAgent({
      ...own,
      ca: authority,
      keepAlive: true,
      maxSockets: MAX_CONNECTIONS,
      minVersion: 'TLSv1.2',
    });
    // The old one ends by itself: its idle connections are closed, its running requests finish.
    agent?.agent.destroy();
    agent = { of, agent: made };
    return made;
  };
  return fetchBy((url, options, answered) => httpsRequest(url, { ...options, agent: agentFor() }, answered));
}

function fetchBy(
  ask: (url: URL, options: RequestOptions, answered: (answer: IncomingMessage) => void) => ClientRequest,
): typeof fetch {
  return (input, init = {}) =>
    new Promise<Response>((resolve, reject) => {
      const { signal, method = 'GET', body } = init;
      const fail = (cause: unknown) =>
        reject(signal?.aborted === true ? signal.reason : new TypeError('fetch failed', { cause }));
      const headers = Object.fromEntries(new Headers(init.headers));
      // What is not sent must not look sent: other kinds of body are refused.
      if (body != null && typeof body !== 'string' && !(body instanceof Uint8Array)) {
        reject(new TypeError('the body must be a text or octets'));
        return;
      }
      const sentBody = body ?? undefined;
      const sent = ask(
        new URL(String(input)),
        {
          method,
          headers: {
            ...headers,
            ...(sentBody === undefined ? {} : { 'content-length': String(Buffer.byteLength(sentBody)) }),
          },
          ...(signal == null ? {} : { signal }),
        },
        (answer) => {
          const chunks: Buffer[] = [];
          let length = 0;
          answer.on('data', (chunk: Buffer) => {
            length += chunk.length;
            if (length > MAX_ANSWER_BYTES) answer.destroy(new Error('answer too large'));
            else chunks.push(chunk);
          });
          answer.once('error', fail);
          answer.once('end', () => {
            const status = answer.statusCode ?? 500;
            const empty = status === 204 || status === 304;
            const own = Object.entries(answer.headers).flatMap(([name, value]) =>
              value === undefined ? [] : [[name, String(value)] as [string, string]],
            );
            resolve(new Response(empty ? null : Buffer.concat(chunks), { status, headers: own }));
          });
        },
      );
      sent.once('error', fail);
      sent.end(sentBody);
    });
}

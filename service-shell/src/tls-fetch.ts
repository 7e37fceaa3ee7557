/** `fetch` over mutual TLS: the global one of Node 20 takes no client certificate. Connections are kept and reused. */
import { Agent, request } from 'node:https';
import type { TlsIdentity } from './tls.ts';

const MAX_CONNECTIONS = 64;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** `identity` is asked for each call, so that a renewed certificate is used at once; `key` may be absent before enrolment. */
export function tlsFetch(identity: () => Pick<TlsIdentity, 'authority'> & Partial<TlsIdentity>): typeof fetch {
  let agent: { readonly of: string; readonly agent: Agent } | undefined;
  const agentFor = (): Agent => {
    const { key, certificate, authority } = identity();
    const of = `${certificate ?? ''}${authority}`;
    if (agent?.of === of) return agent.agent;
    const own = key === undefined || certificate === undefined ? {} : { key, cert: certificate };
    const made = new Agent({
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
      const sent = request(
        new URL(String(input)),
        {
          ...{ method, agent: agentFor() },
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

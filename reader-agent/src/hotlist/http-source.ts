/** The hotlist from card-issuer (`/v1/hotlist`), with the version at hand as its validator. */
import type { HotlistSource } from './hotlist-desk.ts';

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 16 * 1024 * 1024;

export function hotlistOver(baseUrl: string, token: () => string, send: typeof fetch = fetch): HotlistSource {
  const ask = async (path: string, headers: Record<string, string>): Promise<Uint8Array | null> => {
    const answer = await send(new URL(path, baseUrl), {
      headers: { authorization: `Bearer ${token()}`, ...headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.status === 304 || answer.status === 404) return null;
    if (!answer.ok) throw new Error(`card-issuer answered ${answer.status}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (bytes.length > MAX_BYTES) throw new RangeError('a hotlist of more than 16 MB');
    return bytes;
  };
  return {
    newest: (held) => ask('/v1/hotlist', held === null ? {} : { 'if-none-match': `"hotlist-${held}"` }),
    delta: (version) => ask(`/v1/hotlist/deltas/${version}`, {}),
  };
}

/**
 * A custodian's part as it comes over HTTP: octets, at most 32, collected in one buffer that the caller wipes. No text,
 * no JSON, so that no string of it stays behind; what Node's own buffers hold is overwritten here as well.
 */
import type { Context } from 'koa';
import { keyServiceErrors } from '../errors.ts';

const MAX_BYTES = 32;

function refused(zh: string, en: string): Error {
  return keyServiceErrors.make('CEREMONY_PART_REFUSED', { detail: en, fields: [{ field: 'body', rule: { zh, en } }] });
}

export async function readPart(ctx: Context): Promise<Uint8Array> {
  if (ctx.request.type !== 'application/octet-stream') {
    throw refused('正文须为 application/octet-stream', 'the body must be application/octet-stream');
  }
  const part = new Uint8Array(MAX_BYTES);
  let length = 0;
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    const fits = length + chunk.length <= MAX_BYTES;
    if (fits) part.set(chunk, length);
    length += chunk.length;
    chunk.fill(0);
    if (!fits) {
      part.fill(0);
      throw refused(`至多 ${MAX_BYTES} 字节`, `at most ${MAX_BYTES} bytes`);
    }
  }
  const whole = part.slice(0, length);
  part.fill(0);
  return whole;
}

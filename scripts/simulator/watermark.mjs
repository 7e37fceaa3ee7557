/** Everything that the simulator says carries a mark, so that nobody takes an invented patient for a real one. */
import { PassThrough, Transform } from 'node:stream';

export const MARK = '模拟器：虚构卡片与人员，不得用于诊疗 · SIMULATOR: invented cards and people, not for care';
const HEADER = 'simulated cards and people; not for care';

/** Adds the mark to each line that is JSON (NDJSON). */
function markedLines() {
  let pending = '';
  return new Transform({
    transform(chunk, _encoding, done) {
      pending += String(chunk);
      const lines = pending.split('\n');
      pending = lines.pop() ?? '';
      done(null, lines.map((line) => `${line === '' ? '' : marked(line)}\n`).join(''));
    },
    flush(done) {
      done(null, pending);
    },
  });
}

/** @param {string} json */
function marked(json) {
  const value = JSON.parse(json);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? JSON.stringify({ ...value, simulator: MARK })
    : json;
}

/** First in the chain, so that it sees every answer, errors too. @param {any} ctx @param {() => Promise<void>} next */
export async function watermark(ctx, next) {
  ctx.set('X-RHC-Simulator', HEADER);
  await next();
  const { body } = ctx;
  const type = ctx.response.type;
  if (typeof body === 'string' && type === 'application/json') ctx.body = marked(body);
  else if (type === 'application/x-ndjson' && body instanceof PassThrough) ctx.body = body.pipe(markedLines());
  else if (isPlain(body)) ctx.body = { ...body, simulator: MARK };
  if (type !== '' && type !== ctx.response.type) ctx.type = type;
}

/** @param {unknown} body */
function isPlain(body) {
  return typeof body === 'object' && body !== null && Object.getPrototypeOf(body) === Object.prototype;
}

/** Events, over whichever wire. @param {any} audience */
export function markEvents(audience) {
  const attend = audience.attend.bind(audience);
  audience.attend = (/** @type {any} */ listener) =>
    attend({
      principal: listener.principal,
      wantsIdentity: listener.wantsIdentity,
      send: (/** @type {object} */ event) => listener.send({ ...event, simulator: MARK }),
      close: () => listener.close(),
    });
}

/** Calls to the agent that served this page. The token leaves the address bar at once and lives in this tab only. */
function takeToken() {
  const found = /(?:^#|&)token=([^&]+)/.exec(location.hash)?.[1];
  if (found !== undefined) {
    sessionStorage.setItem('rhc-token', decodeURIComponent(found));
    history.replaceState(null, '', location.pathname);
  }
  return sessionStorage.getItem('rhc-token') ?? '';
}
const token = takeToken();

function post(path, body, accept = 'application/json') {
  return fetch(path, {
    method: 'POST',
    headers: {
      Accept: accept,
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      'X-RHC-Request': '1',
    },
    body: JSON.stringify(body),
  });
}

async function* pieces(answer, separator) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    pending += value;
    const parts = pending.split(separator);
    pending = parts.pop() ?? '';
    yield* parts;
  }
}

/** Stages as they come; an error's body is thrown as `{ error }`. */
export async function* readCard(reader) {
  const answer = await post('/v1/card/read', reader === null ? {} : { reader }, 'application/x-ndjson');
  if (!answer.ok) throw await answer.json();
  for await (const line of pieces(answer, '\n')) {
    const part = JSON.parse(line);
    if (part.stage === 'error') throw part;
    yield part;
  }
}

export async function patchCard(request) {
  const answer = await post('/v1/card/patch', request);
  const body = await answer.json();
  if (!answer.ok) throw body;
  return body;
}

export async function openWrites() {
  const answer = await fetch('/v1/writes', { headers: { Authorization: `Bearer ${token}` } });
  return answer.ok ? (await answer.json()).writes.filter((write) => !write.settled) : [];
}

/** Events by fetch: EventSource cannot carry the token. */
export async function* events() {
  const answer = await fetch('/v1/events', { headers: { Authorization: `Bearer ${token}` } });
  if (!answer.ok) throw await answer.json();
  yield { event: 'connected' };
  for await (const block of pieces(answer, '\n\n')) if (block.startsWith('data: ')) yield JSON.parse(block.slice(6));
}

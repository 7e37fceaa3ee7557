/**
 * What the agent tells bit by bit: the stages of a reading, and its events. Both come by `fetch`, because EventSource
 * cannot carry the token.
 */
import { accessToken, Fault, type FaultBody } from '@rhc/console-shell';
import type { CardReadResponse, LocalEvent } from '../../src/contract/index.ts';

/** All that is known of a card so far; the identity stands first. */
export type Reading = Pick<CardReadResponse, 'cardFactor' | 'insertion' | 'genuine' | 'validity' | 'identity'> &
  Partial<CardReadResponse>;

type StageLine = { readonly stage: string; readonly error?: FaultBody } & Partial<CardReadResponse>;

const authorization = () => ({ authorization: `Bearer ${accessToken.get() ?? ''}` });

async function* pieces(answer: Response, separator: string): AsyncGenerator<string> {
  if (answer.body === null) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      pending += value;
      const parts = pending.split(separator);
      pending = parts.pop() ?? '';
      yield* parts;
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

async function refusal(answer: Response): Promise<Fault> {
  const { error } = (await answer.json()) as { error: FaultBody };
  return new Fault(error, answer.status, answer.headers.get('x-request-id'));
}

/** Stages as they come. @throws Fault */
export async function* readCard(reader: string, signal: AbortSignal): AsyncGenerator<Partial<CardReadResponse>> {
  const answer = await fetch('/v1/card/read', {
    method: 'POST',
    headers: {
      ...authorization(),
      accept: 'application/x-ndjson',
      'content-type': 'application/json',
      'x-rhc-request': '1',
    },
    body: JSON.stringify({ reader }),
    signal,
  });
  if (!answer.ok) throw await refusal(answer);
  for await (const text of pieces(answer, '\n')) {
    const { stage, error, ...part } = JSON.parse(text) as StageLine;
    if (stage === 'error' && error !== undefined) throw new Fault(error, answer.status, null);
    yield part;
  }
}

/** First `connected`, then what lies in the readers, then whatever happens. @throws Fault */
export async function* events(): AsyncGenerator<LocalEvent | { readonly event: 'connected' }> {
  const answer = await fetch('/v1/events', { headers: authorization() });
  if (!answer.ok) throw await refusal(answer);
  yield { event: 'connected' };
  for await (const block of pieces(answer, '\n\n')) {
    if (block.startsWith('data: ')) yield JSON.parse(block.slice('data: '.length)) as LocalEvent;
  }
}

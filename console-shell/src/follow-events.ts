/**
 * Server-sent events of one's own service. `EventSource` cannot carry a token in a header, so the stream is read by fetch;
 * it is opened again after a break, from the last number that was seen.
 */
import { useEffect, useRef } from 'react';
import { openStream } from './api.ts';

const AGAIN_MS = 1_000;

/** Reads events until the signal ends it; a break is mended in silence, because a page asks for the state itself as well. */
async function followEvents<T>(path: string, onEvent: (event: T) => void, signal: AbortSignal): Promise<void> {
  let lastId: string | null = null;
  while (!signal.aborted) {
    try {
      const stream = await openStream(path, {
        signal,
        ...(lastId === null ? {} : { headers: { 'last-event-id': lastId } }),
      });
      for await (const { id, data } of messagesOf(stream)) {
        lastId = id ?? lastId;
        onEvent(JSON.parse(data) as T);
      }
    } catch {
      // Broken off, or refused: tried again below.
    }
    if (!signal.aborted) await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
}

async function* messagesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<{ id: string | null; data: string }> {
  const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2) ?? null;
      const data = field('data');
      if (data !== null) yield { id: field('id'), data };
    }
  }
}

/** Events while the component is there. @param path null: none are read */
export function useEvents<T>(path: string | null, onEvent: (event: T) => void): void {
  const latest = useRef(onEvent);
  latest.current = onEvent;
  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    void followEvents<T>(path, (event) => latest.current(event), abort.signal);
    return () => abort.abort();
  }, [path]);
}

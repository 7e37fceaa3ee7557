/** A small typed client of the local API, for the start script, tests and Node programs of a hospital. */
import { type ErrorBody, errorFromBody } from '@rhc/card/errors';
import type { z } from 'zod';
import type {
  CardReadRequest,
  CardReadResponse,
  IdentityResponse,
  LocalEvent,
  PatchRequest,
  ReaderState,
  SummaryResponse,
  VisitRequest,
  WriteAnswer,
  WriteRecord,
} from '../contract/index.ts';
import {
  cardReadResponse,
  identityResponse,
  localEvent,
  readerState,
  summaryResponse,
  writeAnswer,
  writeRecord,
} from '../contract/index.ts';

export interface AgentClientOptions {
  /** For example `http://127.0.0.1:8103`. */
  readonly baseUrl: string;
  readonly token: string;
  readonly fetch?: typeof fetch;
  readonly timeoutMs?: number;
}

export class AgentClient {
  #options: AgentClientOptions;

  constructor(options: AgentClientOptions) {
    this.#options = options;
  }

  async readers(): Promise<readonly ReaderState[]> {
    const body = (await this.#call('GET', '/v1/readers')) as { readers: unknown[] };
    return body.readers.map((reader) => readerState.parse(reader));
  }

  identity(reader?: string): Promise<IdentityResponse> {
    return this.#cardVerb('/v1/card/identity', identityResponse, reader);
  }

  summary(reader?: string): Promise<SummaryResponse> {
    return this.#cardVerb('/v1/card/summary', summaryResponse, reader);
  }

  /** All stages in one answer. */
  async read(request: CardReadRequest = {}): Promise<CardReadResponse> {
    return cardReadResponse.parse(await this.#call('POST', '/v1/card/read', request));
  }

  /** An error means that nothing was written; the answer tells each element's outcome. */
  async patch(request: PatchRequest): Promise<WriteAnswer> {
    return writeAnswer.parse(await this.#call('POST', '/v1/card/patch', request));
  }

  async visit(request: VisitRequest): Promise<WriteAnswer> {
    return writeAnswer.parse(await this.#call('POST', '/v1/card/visits', request));
  }

  /** What became of a write, also after the card or the agent was gone. */
  async write(id: string): Promise<WriteRecord> {
    return writeRecord.parse(await this.#call('GET', `/v1/writes/${encodeURIComponent(id)}`));
  }

  /** Events until `signal` aborts; begins with what lies in the readers now. */
  async *events(signal: AbortSignal): AsyncGenerator<LocalEvent> {
    const answer = await this.#fetch('/v1/events', { signal, headers: this.#authorization() });
    if (!answer.ok || answer.body === null) throw await failureOf(answer);
    let pending = '';
    const decoder = new TextDecoder();
    for await (const chunk of answer.body) {
      pending += decoder.decode(chunk, { stream: true });
      const blocks = pending.split('\n\n');
      pending = blocks.pop() ?? '';
      for (const block of blocks) {
        if (block.startsWith('data: ')) yield localEvent.parse(JSON.parse(block.slice('data: '.length)));
      }
    }
  }

  async #cardVerb<T extends z.ZodType>(path: string, schema: T, reader?: string): Promise<z.output<T>> {
    return schema.parse(await this.#call('POST', path, reader === undefined ? {} : { reader }));
  }

  async #call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#fetch(path, {
      method,
      headers: { ...this.#authorization(), 'Content-Type': 'application/json', 'X-RHC-Request': '1' },
      signal: AbortSignal.timeout(this.#options.timeoutMs ?? 30_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw await failureOf(answer);
    return answer.json();
  }

  #fetch(path: string, init: RequestInit): Promise<Response> {
    return (this.#options.fetch ?? fetch)(new URL(path, this.#options.baseUrl), init);
  }

  #authorization() {
    return { Authorization: `Bearer ${this.#options.token}` };
  }
}

async function failureOf(answer: Response): Promise<Error> {
  const body = (await answer.json().catch(() => null)) as { error?: ErrorBody } | null;
  if (body?.error === undefined) return new Error(`reader-agent answered ${answer.status}`);
  return errorFromBody(body.error, answer.status);
}

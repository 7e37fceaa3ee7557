/** The SDK for pages of hospitals: finds the agent, pairs, reads, writes, listens, and says in one sentence what is wrong. */
import { type AskCode, askCodeByDialog } from './ask-code.ts';
import { Connection } from './connection.ts';
import { Events, type Listener } from './events.ts';
import { type AgentStatus, PORTS } from './find-agent.ts';
import { Reading } from './reading.ts';
import { typeReading } from './wedge.ts';

export interface RhcReaderOptions {
  /** What the clerk reads when the page asks to be paired, for example 挂号系统. */
  readonly name?: string;
  /** `card.status`, `identity.read`, `summary.read`, `summary.write`. */
  readonly scopes?: readonly string[];
  readonly ports?: readonly number[];
  /** A dialogue of the page's own for the six-digit code; null or a rejection cancels. */
  readonly askCode?: AskCode;
}

const DEFAULT_SCOPES = ['card.status', 'identity.read'];

export class RhcReader {
  readonly #connection: Connection;
  readonly #events: Events;

  constructor({ name, scopes = DEFAULT_SCOPES, ports = PORTS, askCode = askCodeByDialog }: RhcReaderOptions = {}) {
    this.#connection = new Connection({ name: name ?? (document.title || location.host), scopes, ports, askCode });
    this.#events = new Events(this.#connection, scopes.includes('identity.read') && scopes.includes('card.status'));
  }

  /** Whether the agent is there. @throws RhcProblem */
  find(): Promise<AgentStatus> {
    return this.#connection.find();
  }

  /** Reading pairs by itself; this is for a page that wants to do it beforehand. */
  pair(): Promise<void> {
    return this.#connection.pair();
  }

  /** Stages: identity, photo, clinical, contacts, visits; without them all that this page may read. */
  async read(wish: { readonly stages?: readonly string[]; readonly reader?: string } = {}): Promise<Reading> {
    return new Reading(await this.#connection.call('POST', '/v1/card/read', wish));
  }

  /** FHIR R4 document (IPS). */
  fhir(): Promise<unknown> {
    return this.#connection.call('POST', '/v1/card/fhir', {});
  }

  /** `insertion` and `expected` are those of the reading that the form was filled from. One id is one write, also when asked twice. */
  patch(request: object): Promise<unknown> {
    return this.#connection.call('POST', '/v1/card/patch', { id: crypto.randomUUID(), ...request });
  }

  visit(request: object): Promise<unknown> {
    return this.#connection.call('POST', '/v1/card/visits', { id: crypto.randomUUID(), ...request });
  }

  /** What became of a write whose answer was lost. */
  write(id: string): Promise<unknown> {
    return this.#connection.call('GET', `/v1/writes/${encodeURIComponent(id)}`);
  }

  /** `card-inserted`, `card-data`, `card-removed`, `error`, `connected`, `disconnected`, `*`. The answer ends it. */
  on(event: string, listener: Listener): () => void {
    return this.#events.on(event, listener);
  }

  /** Each card that is put in is typed into the field with the focus, for example `{idNumber}{enter}`. */
  wedge(format: string): () => void {
    return this.on('card-data', ({ data }) => typeReading(new Reading(data), format));
  }

  close(): void {
    this.#events.close();
  }
}

export { RhcProblem } from './problem.ts';
export { Reading } from './reading.ts';

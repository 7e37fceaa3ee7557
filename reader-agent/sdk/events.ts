/** The agent's events over a WebSocket that comes back by itself: card-inserted, card-data, card-removed, error, … */
import type { Connection } from './connection.ts';

export interface AgentEvent {
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: a page without types reads what docs/api/reader-agent-events.json says
  readonly [name: string]: any;
}
export type Listener = (event: AgentEvent) => void;

const WAITS_MS = [250, 1000, 2000, 5000, 10_000];
const REVOKED = 1008;

export class Events {
  readonly #connection: Connection;
  readonly #wantsIdentity: boolean;
  readonly #listeners = new Map<string, Set<Listener>>();
  #socket: WebSocket | null = null;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = true;

  constructor(connection: Connection, wantsIdentity: boolean) {
    this.#connection = connection;
    this.#wantsIdentity = wantsIdentity;
  }

  on(event: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    if (this.#stopped) {
      this.#stopped = false;
      void this.#connect();
    }
    return () => listeners.delete(listener);
  }

  close(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  async #connect(): Promise<void> {
    try {
      const token = await this.#connection.token();
      const url = `${(await this.#connection.base()).replace('http', 'ws')}/v1/events`;
      const socket = new WebSocket(this.#wantsIdentity ? `${url}?read=identity` : url, ['rhc.v1', `bearer.${token}`]);
      this.#socket = socket;
      socket.onopen = () => {
        this.#attempt = 0;
        this.#tell({ event: 'connected' });
      };
      socket.onmessage = ({ data }) => this.#tell(JSON.parse(String(data)) as AgentEvent);
      socket.onclose = ({ code }) => {
        this.#tell({ event: 'disconnected', revoked: code === REVOKED });
        if (code === REVOKED) this.#stopped = true;
        this.#later();
      };
    } catch (error) {
      this.#tell({ event: 'error', error });
      this.#later();
    }
  }

  #later(): void {
    if (this.#stopped) return;
    const wait = WAITS_MS[Math.min(this.#attempt, WAITS_MS.length - 1)];
    this.#attempt += 1;
    this.#timer = setTimeout(() => void this.#connect(), wait);
  }

  #tell(event: AgentEvent): void {
    for (const name of [event.event, '*'])
      for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(event);
  }
}

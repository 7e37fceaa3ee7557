/**
 * The agents that dialled in, what lies in their readers, and the batches on their way. A batch outlives its connection:
 * when the agent comes back the same batch is sent again under the same id, and the agent answers it from memory if it
 * had run (reader-agent/contract). Knows no socket: a line is anything that takes text.
 */
import { type ErrorBody, errorFromBody } from '@rhc/card/errors';
import { type AgentMessage, agentMessage, type IssuerMessage, type ReaderState } from '@rhc/reader-agent/contract';
import type { Clock } from '../clock.ts';
import { issuerErrors } from '../errors.ts';

export interface AgentLine {
  send(text: string): void;
  close(): void;
}

/** How the owner of a line tells the hub what happens on it. */
export interface AgentLineEnd {
  receive(text: string): void;
  closed(): void;
}

export interface AgentView {
  readonly agentId: string;
  readonly version: string;
  readonly readers: readonly ReaderState[];
  /** Of the list that the agent serves by; null: none, or it does not tell. */
  readonly hotlistVersion: number | null;
}

export type BatchMessage = Extract<IssuerMessage, { type: 'batch' }>;
export interface BatchResult {
  readonly responses: readonly string[];
  readonly elapsedMs: number;
}

export interface HubLimits {
  /** Longest silence of a batch (no progress, no answer). */
  readonly batchSilenceMs: number;
  /** How long a lost agent is awaited before its batches are given up. */
  readonly reconnectMs: number;
}

interface Connection {
  readonly number: number;
  readonly line: AgentLine;
  view: AgentView;
}

interface Flight {
  readonly agentId: string;
  readonly message: BatchMessage;
  readonly onProgress: (done: number, total: number) => void;
  readonly resolve: (result: BatchResult) => void;
  readonly reject: (error: Error) => void;
  cancelDeadline: () => void;
}

export interface HubListener {
  agentConnected(agent: AgentView): void;
  agentLost(agentId: string): void;
  readersChanged(agent: AgentView): void;
}

export class AgentHub {
  #issuer: string;
  #clock: Clock;
  #limits: HubLimits;
  #connections = new Map<string, Connection>();
  #flights = new Map<string, Flight>();
  #listeners = new Set<HubListener>();
  #count = 0;

  constructor(options: { issuer: string; clock: Clock; limits: HubLimits }) {
    this.#issuer = options.issuer;
    this.#clock = options.clock;
    this.#limits = options.limits;
  }

  listen(listener: HubListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  agents(): AgentView[] {
    return [...this.#connections.values()].map((connection) => connection.view);
  }

  /** The agent with a number that changes whenever it dials anew; null when it is not connected. */
  agent(agentId: string): { view: AgentView; connection: number } | null {
    const found = this.#connections.get(agentId);
    return found === undefined ? null : { view: found.view, connection: found.number };
  }

  attach(line: AgentLine): AgentLineEnd {
    let connection: Connection | null = null;
    return {
      receive: (text) => {
        const message = parseAgentMessage(text);
        // An agent that speaks another language will not learn ours by being answered.
        if (message === null || (connection === null && message.type !== 'hello')) line.close();
        else if (message.type === 'hello') connection = this.#welcome(line, message);
        else if (connection !== null) this.#receive(connection, message);
      },
      closed: () => {
        if (connection !== null) this.#lose(connection);
      },
    };
  }

  /** Sends a batch and waits for its answer, over reconnects. Rejects with the agent's error, AGENT_LOST or BATCH_TIMED_OUT. */
  run(agentId: string, message: BatchMessage, onProgress: (done: number, total: number) => void): Promise<BatchResult> {
    return new Promise((resolve, reject) => {
      const flight: Flight = { agentId, message, onProgress, resolve, reject, cancelDeadline: () => undefined };
      this.#flights.set(message.id, flight);
      const connection = this.#connections.get(agentId);
      if (connection === undefined) this.#awaitReconnect(flight);
      else this.#send(connection, flight);
    });
  }

  release(agentId: string, reader: string): void {
    this.#connections.get(agentId)?.line.send(JSON.stringify({ type: 'release', reader } satisfies IssuerMessage));
  }

  /** Gives up everything on its way; the jobs stay resumable. */
  stop(): void {
    for (const flight of this.#flights.values()) this.#end(flight, issuerErrors.make('ISSUER_STOPPING'));
    for (const connection of this.#connections.values()) connection.line.close();
    this.#connections.clear();
  }

  #welcome(line: AgentLine, hello: Extract<AgentMessage, { type: 'hello' }>): Connection {
    const { agentId, version, readers, hotlistVersion = null } = hello;
    const before = this.#connections.get(agentId);
    this.#count += 1;
    const connection: Connection = { number: this.#count, line, view: { agentId, version, readers, hotlistVersion } };
    this.#connections.set(agentId, connection);
    // A half-open connection of the same agent: the newest is the living one.
    if (before !== undefined && before.line !== line) before.line.close();
    line.send(JSON.stringify({ type: 'welcome', issuer: this.#issuer, agentId } satisfies IssuerMessage));
    for (const flight of this.#flights.values()) if (flight.agentId === agentId) this.#send(connection, flight);
    for (const listener of this.#listeners) listener.agentConnected(connection.view);
    return connection;
  }

  #receive(connection: Connection, message: Exclude<AgentMessage, { type: 'hello' }>): void {
    if (this.#connections.get(connection.view.agentId) !== connection) return;
    if (message.type === 'readers') {
      const { readers, hotlistVersion = connection.view.hotlistVersion } = message;
      connection.view = { ...connection.view, readers, hotlistVersion };
      for (const listener of this.#listeners) listener.readersChanged(connection.view);
      return;
    }
    const flight = this.#flights.get(message.id);
    if (flight === undefined || flight.agentId !== connection.view.agentId) return;
    switch (message.type) {
      case 'progress':
        this.#awaitAnswer(flight);
        flight.onProgress(message.done, message.total);
        return;
      case 'answers':
        if (message.responses.length > flight.message.steps.length) {
          this.#end(flight, issuerErrors.make('AGENT_MESSAGE_MALFORMED', { detail: 'more answers than steps' }));
        } else this.#end(flight, { responses: message.responses, elapsedMs: message.elapsedMs });
        return;
      case 'failed':
        this.#end(flight, errorFromBody(message.error as ErrorBody));
        return;
    }
  }

  #lose(connection: Connection): void {
    const { agentId } = connection.view;
    if (this.#connections.get(agentId) !== connection) return;
    this.#connections.delete(agentId);
    for (const flight of this.#flights.values()) if (flight.agentId === agentId) this.#awaitReconnect(flight);
    for (const listener of this.#listeners) listener.agentLost(agentId);
  }

  #send(connection: Connection, flight: Flight): void {
    this.#awaitAnswer(flight);
    connection.line.send(JSON.stringify(flight.message));
  }

  #awaitAnswer(flight: Flight): void {
    flight.cancelDeadline();
    flight.cancelDeadline = this.#clock.after(this.#limits.batchSilenceMs, () =>
      this.#end(flight, issuerErrors.make('BATCH_TIMED_OUT')),
    );
  }

  #awaitReconnect(flight: Flight): void {
    flight.cancelDeadline();
    flight.cancelDeadline = this.#clock.after(this.#limits.reconnectMs, () =>
      this.#end(flight, issuerErrors.make('AGENT_LOST')),
    );
  }

  #end(flight: Flight, outcome: BatchResult | Error): void {
    flight.cancelDeadline();
    this.#flights.delete(flight.message.id);
    if (outcome instanceof Error) flight.reject(outcome);
    else flight.resolve(outcome);
  }
}

function parseAgentMessage(text: string): AgentMessage | null {
  try {
    const parsed = agentMessage.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * The agent's side of the issuer channel: one WebSocket that is dialled *out* (clinics sit behind NAT and firewalls),
 * again and again with growing waits. Jobs outlive connections: a batch in mid-run when the line drops is finished, and
 * its answer is told after the next hello.
 */
import type { SecretBytes } from '@rhc/card/bytes';
import type { Logger } from '@rhc/service-shell';
import { type AgentMessage, type IssuerMessage, issuerMessage } from '../contract/index.ts';
import type { Desk } from '../desk/desk.ts';
import type { Timers } from '../pcsc/supervisor.ts';
import { type BackoffLimits, backoffMs } from './backoff.ts';
import type { BatchAnswer, BatchService } from './batch-service.ts';

/** What the channel needs of a WebSocket; `ws-dial.ts` gives the real one. */
export interface Line {
  send(text: string): void;
  close(): void;
}
export interface LineListener {
  onOpen(): void;
  onText(text: string): void;
  /** Exactly once, whether it ever opened or not. */
  onClose(reason: string): void;
}
export type Dial = (url: string, token: SecretBytes, listener: LineListener) => Line;

export interface IssuerChannelOptions {
  readonly url: string;
  readonly token: SecretBytes;
  readonly agentId: string;
  readonly version: string;
  readonly desk: Desk;
  readonly batches: BatchService;
  /** Of the list that the desk serves by; absent: no hotlist is set up. */
  readonly hotlistVersion?: () => number | null;
  readonly timers: Timers;
  readonly backoff: BackoffLimits;
  /** Randomness of the waiting times, in [0, 1). */
  readonly spread: () => number;
  readonly dial: Dial;
  readonly logger: Logger;
}

export interface ChannelStatus {
  readonly state: 'connecting' | 'connected' | 'waiting' | 'stopped';
  readonly issuer: string | null;
}

const UNDELIVERED_LIMIT = 256;

export class IssuerChannel {
  #options: IssuerChannelOptions;
  #line: Line | null = null;
  #open = false;
  #issuer: string | null = null;
  #attempt = 0;
  #stopped = false;
  #cancelRetry: () => void = () => undefined;
  #unsubscribe: () => void;
  #undelivered = new Map<string, BatchAnswer>();

  constructor(options: IssuerChannelOptions) {
    this.#options = options;
    this.#unsubscribe = options.desk.onReadersChanged(() => {
      this.tellState();
    });
    this.#dial();
  }

  status(): ChannelStatus {
    if (this.#stopped) return { state: 'stopped', issuer: null };
    if (this.#open) return { state: 'connected', issuer: this.#issuer };
    return { state: this.#line === null ? 'waiting' : 'connecting', issuer: null };
  }

  /** Readers and hotlist as they are now; nothing when the line is down: the next hello says it. */
  tellState(): void {
    this.#tell({ type: 'readers', readers: this.#options.desk.readers(), ...this.#hotlist() });
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe();
    this.#cancelRetry();
    this.#line?.close();
    this.#line = null;
    this.#open = false;
  }

  #hotlist(): { hotlistVersion?: number | null } {
    const { hotlistVersion } = this.#options;
    return hotlistVersion === undefined ? {} : { hotlistVersion: hotlistVersion() };
  }

  #dial(): void {
    const line = this.#options.dial(this.#options.url, this.#options.token, {
      onOpen: () => {
        if (line !== this.#line) return;
        this.#open = true;
        this.#options.logger.info('issuer channel open');
        const { agentId, version, desk } = this.#options;
        this.#tell({ type: 'hello', agentId, version, readers: desk.readers(), ...this.#hotlist() });
        for (const answer of this.#undelivered.values()) this.#tell(answer);
        this.#undelivered.clear();
      },
      onText: (text) => {
        if (line === this.#line) this.#receive(text);
      },
      onClose: (reason) => {
        if (line !== this.#line) return;
        this.#line = null;
        this.#open = false;
        this.#issuer = null;
        if (!this.#stopped) this.#retry(reason);
      },
    });
    this.#line = line;
  }

  #retry(reason: string): void {
    const waitMs = backoffMs(this.#attempt, this.#options.backoff, this.#options.spread());
    this.#options.logger.info({ reason, waitMs }, 'issuer channel closed');
    this.#attempt += 1;
    this.#cancelRetry = this.#options.timers.after(waitMs, () => this.#dial());
  }

  #receive(text: string): void {
    const message = parseIssuerMessage(text);
    if (message === null) {
      // A server that speaks another language will not learn ours by being answered.
      this.#options.logger.warn('issuer channel: message refused');
      this.#line?.close();
      return;
    }
    switch (message.type) {
      case 'welcome':
        this.#issuer = message.issuer;
        // Only a server that knows us resets the waiting time: one that accepts and drops must not be hammered.
        this.#attempt = 0;
        break;
      case 'release':
        void this.#options.batches.release(message.reader);
        break;
      case 'batch':
        void this.#options.batches
          .answer(message, (done, total) => this.#tell({ type: 'progress', id: message.id, done, total }))
          .then((answer) => this.#deliver(answer));
        break;
    }
  }

  #deliver(answer: BatchAnswer): void {
    if (this.#open) {
      this.#tell(answer);
      return;
    }
    this.#undelivered.set(answer.id, answer);
    for (const id of this.#undelivered.keys()) {
      if (this.#undelivered.size <= UNDELIVERED_LIMIT) break;
      this.#undelivered.delete(id);
    }
  }

  #tell(message: AgentMessage): void {
    if (this.#open) this.#line?.send(JSON.stringify(message));
  }
}

function parseIssuerMessage(text: string): IssuerMessage | null {
  try {
    const parsed = issuerMessage.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

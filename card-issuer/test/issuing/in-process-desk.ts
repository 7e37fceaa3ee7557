/** An agent with one reader and a virtual card, in process; it can pull the card after any number of APDUs. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { IssuerMessage } from '@rhc/reader-agent/contract';
import { ProcessMemory, VirtualCard } from '../../../virtual-card/src/index.ts';
import type { AgentHub, AgentLineEnd } from '../../src/personalize/agent-hub.ts';

export interface DeskCard {
  readonly transportKey: string;
  readonly historicalBytes: Uint8Array;
  readonly random: (length: number) => Uint8Array;
}

export class InProcessDesk {
  factor: string;
  readonly agentId: string;
  apdus = 0;
  batches = 0;
  /** Card pulled, and put back, before the APDU of this number (1 = the first). */
  pullBefore = 0;
  #card: VirtualCard;
  #end: AgentLineEnd | null = null;
  #insertion = 1;

  constructor(options: DeskCard & { agentId?: string }) {
    this.#card = new VirtualCard({ ...options, memory: new ProcessMemory() });
    this.#card.powerOn();
    this.agentId = options.agentId ?? 'desk-1';
    this.factor = bytesToHex(options.historicalBytes.slice(0, 8));
  }

  /** Takes the card out and puts another one in. */
  put(options: DeskCard): void {
    this.#card = new VirtualCard({ ...options, memory: new ProcessMemory() });
    this.#card.powerOn();
    this.factor = bytesToHex(options.historicalBytes.slice(0, 8));
    this.#insertion += 1;
    this.#end?.receive(JSON.stringify({ type: 'readers', readers: this.#readers() }));
  }

  /** A card that was made elsewhere. */
  insert(card: VirtualCard, factor: string): void {
    this.#card = card;
    this.#card.reset();
    this.factor = factor;
    this.#insertion += 1;
    this.#end?.receive(JSON.stringify({ type: 'readers', readers: this.#readers() }));
  }

  connect(hub: AgentHub): void {
    this.#card.reset();
    const end = hub.attach({
      send: (text) => queueMicrotask(() => this.#receive(end, text)),
      close: () => end.closed(),
    });
    this.#end = end;
    end.receive(JSON.stringify({ type: 'hello', agentId: this.agentId, version: 'test', readers: this.#readers() }));
  }

  get chipState(): string {
    return this.#card.state;
  }

  #readers() {
    const card = { insertion: this.#insertion, atr: bytesToHex(this.#card.atr), cardFactor: this.factor };
    return [{ reader: 'reader-1', state: 'free', card }];
  }

  #receive(end: AgentLineEnd, text: string): void {
    const message = JSON.parse(text) as IssuerMessage;
    if (message.type !== 'batch' || end !== this.#end) return;
    this.batches += 1;
    const responses: string[] = [];
    for (const step of message.steps) {
      this.apdus += 1;
      if (this.apdus === this.pullBefore || message.insertion !== this.#insertion) {
        this.#pull(end, message.id, responses);
        return;
      }
      const response = bytesToHex(this.#card.transmit(hexToBytes(step.command)));
      responses.push(response);
      const expected = step.expectedStatusWords ?? [0x9000];
      if (!expected.includes(Number.parseInt(response.slice(-4), 16)) && step.stopOnMismatch !== false) break;
    }
    end.receive(JSON.stringify({ type: 'answers', id: message.id, responses, elapsedMs: 1 }));
  }

  #pull(end: AgentLineEnd, id: string, responses: readonly string[]): void {
    const text = { zh: '卡被取出', en: 'card removed' };
    const error = { code: 'CARD_REMOVED', message: text, nextStep: text, retriable: false };
    this.#insertion += 1;
    this.#card.reset();
    end.receive(JSON.stringify({ type: 'failed', id, responses, error }));
    end.receive(JSON.stringify({ type: 'readers', readers: this.#readers() }));
  }
}

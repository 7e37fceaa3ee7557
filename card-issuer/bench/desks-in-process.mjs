/** Desks with a virtual card each, in this process: what an agent does with a batch, without reader or wire. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { ProcessMemory, VirtualCard } from '../../virtual-card/dist/index.js';

export class DeskInProcess {
  reader = 'reader-1';
  insertion = 0;
  factor = '';

  /** @param {string} agentId @param {import('../dist/personalize/agent-hub.js').AgentHub} hub */
  constructor(agentId, hub) {
    this.agentId = agentId;
    this.end = hub.attach({
      send: (text) => queueMicrotask(() => this.#receive(text)),
      close: () => undefined,
    });
    this.end.receive(JSON.stringify({ type: 'hello', agentId, version: 'bench', readers: this.#readers() }));
  }

  /** Takes the card out and puts a new blank in. @param {Omit<ConstructorParameters<typeof VirtualCard>[0], 'memory'>} chip */
  put(chip) {
    this.card = new VirtualCard({ ...chip, memory: new ProcessMemory() });
    this.card.powerOn();
    this.factor = bytesToHex(/** @type {Uint8Array} */ (chip.historicalBytes).slice(0, 8));
    this.insertion += 1;
    this.end.receive(JSON.stringify({ type: 'readers', readers: this.#readers() }));
  }

  #readers() {
    const card =
      this.card === undefined
        ? null
        : { insertion: this.insertion, atr: bytesToHex(this.card.atr), cardFactor: this.factor };
    return [{ reader: this.reader, state: 'free', card }];
  }

  #receive(/** @type {string} */ text) {
    const message = JSON.parse(text);
    if (message.type !== 'batch' || this.card === undefined) return;
    const started = performance.now();
    const responses = [];
    for (const { command, expectedStatusWords = [0x9000], stopOnMismatch = true } of message.steps) {
      const response = bytesToHex(this.card.transmit(hexToBytes(command)));
      responses.push(response);
      if (stopOnMismatch && !expectedStatusWords.includes(Number.parseInt(response.slice(-4), 16))) break;
    }
    const elapsedMs = Math.round(performance.now() - started);
    this.end.receive(JSON.stringify({ type: 'answers', id: message.id, responses, elapsedMs }));
  }
}

/** Desks with a virtual card each: what agents do with batches, without reader or wire, in a thread of this process. */
import { Worker } from 'node:worker_threads';
import { bytesToHex } from '@rhc/card/bytes';

const READER = 'reader-1';

class Desk {
  reader = READER;
  insertion = 0;
  /** @type {{ insertion: number, atr: string, cardFactor: string } | null} */
  card = null;
  /** Waits for the card's answer to reset. @type {((atr: string) => void) | null} */
  inserted = null;

  /** @param {string} agentId @param {Worker} thread @param {import('../dist/personalize/agent-hub.js').AgentHub} hub */
  constructor(agentId, thread, hub) {
    this.agentId = agentId;
    this.thread = thread;
    this.end = hub.attach({
      send: (batch) => thread.postMessage({ desk: agentId, batch }),
      close: () => undefined,
    });
    this.end.receive(JSON.stringify({ type: 'hello', agentId, version: 'bench', readers: this.#readers() }));
  }

  /**
   * Takes the card out and puts a new blank in.
   * @param {{ historicalBytes: Uint8Array, transportKey: string }} chip
   */
  async put(chip) {
    const atr = await new Promise((resolve) => {
      this.inserted = resolve;
      this.thread.postMessage({ desk: this.agentId, chip });
    });
    this.insertion += 1;
    this.card = { insertion: this.insertion, atr, cardFactor: bytesToHex(chip.historicalBytes.slice(0, 8)) };
    this.end.receive(JSON.stringify({ type: 'readers', readers: this.#readers() }));
  }

  /** Takes the card out. */
  remove() {
    this.card = null;
    this.end.receive(JSON.stringify({ type: 'readers', readers: this.#readers() }));
  }

  #readers() {
    return [{ reader: this.reader, state: 'free', card: this.card }];
  }
}

/** @param {number} count @param {import('../dist/personalize/agent-hub.js').AgentHub} hub */
export function openDesks(count, hub) {
  const thread = new Worker(new URL('desks-thread.mjs', import.meta.url));
  const desks = new Map(
    Array.from({ length: count }, (_, index) => [`desk-${index}`, new Desk(`desk-${index}`, thread, hub)]),
  );
  thread.on('message', ({ desk, atr, answers }) => {
    const at = /** @type {Desk} */ (desks.get(desk));
    if (answers !== undefined) at.end.receive(answers);
    else at.inserted?.(atr);
  });
  return { desks: [...desks.values()], close: () => thread.terminate() };
}

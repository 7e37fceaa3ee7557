/**
 * Readers and cards in process behind the agent's own PcscPort, so that everything above is the real agent. Time passes as
 * the wire model says (CARD.md), multiplied by a factor; faults come from a plan; a recorded dialogue can be laid over it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { COMPARED_LINKS, exchangeMs } from '@rhc/card/wire-model';
import { FaultyCard } from '@rhc/virtual-card/faults';
import { writtenBytes } from '@rhc/virtual-card/memory';
import { agentErrors } from '../../reader-agent/dist/errors.js';

/** @typedef {import('../../reader-agent/dist/pcsc/index.js').PcscEvent} PcscEvent */
/** @typedef {{ kind: string, card: FaultyCard, insertion: number, delayMs: number, count: { written: number } }} Lying */

export const READERS = Object.freeze(['Simulator Reader 1', 'Simulator Reader 2']);
/** A silent card is given up after this, as a real reader does. */
const SILENCE_MS = 3000;
const NO_LINK = 'none';
export const LINKS = Object.freeze([NO_LINK, ...COMPARED_LINKS.map(({ id }) => id)]);

export class SimulatedPort {
  /** @type {Map<string, Lying>} */
  #lying = new Map();
  /** @type {Set<(event: PcscEvent) => void>} */
  #listeners = new Set();
  /** @type {Map<number, string>} */
  #handles = new Map();
  #next = Date.now();
  link = NO_LINK;
  factor = 1;
  /** @type {import('./replay.mjs').Replay | null} */
  replay = null;
  #random;

  /** @param {(length: number) => Uint8Array} random */
  constructor(random) {
    this.#random = random;
  }

  /** @param {(event: PcscEvent) => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  plug() {
    for (const reader of READERS) this.#emit({ kind: 'reader-added', reader });
  }

  /**
   * @param {string} reader @param {import('./cards.mjs').CardKind} kind
   * @param {import('@rhc/virtual-card/memory').NonVolatileMemory} memory
   */
  insert(reader, kind, memory) {
    this.remove(reader);
    const count = { written: 0 };
    const card = new FaultyCard({
      memory,
      random: this.#random,
      delay: (ms) => pause(ms),
      onCommit: (changes) => {
        count.written += writtenBytes(changes);
      },
    });
    card.arm(/** @type {any} */ (kind.faults ?? []));
    const insertion = this.#next++;
    this.#lying.set(reader, { kind: kind.id, card, insertion, delayMs: kind.delayMs ?? 0, count });
    this.#emit({ kind: 'card-inserted', reader, atr: card.reset(), insertion });
  }

  /** @param {string} reader */
  remove(reader) {
    const lying = this.#lying.get(reader);
    if (lying === undefined) return;
    this.#lying.delete(reader);
    this.#emit({ kind: 'card-removed', reader, insertion: lying.insertion });
  }

  /** @param {string} reader @param {readonly import('@rhc/virtual-card/faults').Fault[]} faults @throws RangeError */
  arm(reader, faults) {
    const lying = this.#lying.get(reader);
    if (lying === undefined) throw agentErrors.make('CARD_ABSENT');
    lying.card.arm(faults);
  }

  /** What lies where. */
  view() {
    return READERS.map((reader) => ({ reader, card: this.#lying.get(reader)?.kind ?? null }));
  }

  /** @param {string} reader */
  async connect(reader) {
    const lying = this.#lying.get(reader);
    if (lying === undefined) throw agentErrors.make(READERS.includes(reader) ? 'CARD_ABSENT' : 'READER_UNKNOWN');
    lying.card.reset();
    const id = this.#next++;
    this.#handles.set(id, reader);
    this.replay?.begin();
    return { id, reader, insertion: lying.insertion, protocol: /** @type {const} */ ('T=1') };
  }

  /** @param {{ id: number, reader: string, insertion: number }} handle @param {Uint8Array} command */
  async transmit(handle, command) {
    const lying = this.#lying.get(handle.reader);
    if (lying === undefined || lying.insertion !== handle.insertion) throw agentErrors.make('CARD_REMOVED');
    const told = this.replay?.next(command) ?? null;
    if (told?.failure != null) {
      await pause(told.ms);
      if (told.failure === 'CARD_REMOVED') this.remove(handle.reader);
      throw agentErrors.make(told.failure);
    }
    const before = lying.count.written;
    const answer = await this.#answer(handle.reader, lying, command);
    const { link, factor } = this;
    const wire = COMPARED_LINKS.find(({ id }) => id === link);
    const modelMs =
      wire === undefined
        ? 0
        : exchangeMs(wire, {
            commandBytes: command.length,
            responseBytes: answer.length,
            writtenBytes: lying.count.written - before,
          });
    const waitMs = told === null ? modelMs * factor + lying.delayMs : told.ms;
    if (waitMs > 0) await pause(waitMs);
    if (this.#lying.get(handle.reader) !== lying) throw agentErrors.make('CARD_REMOVED');
    return told?.answer(answer) ?? answer;
  }

  /** @param {string} reader @param {Lying} lying @param {Uint8Array} command */
  async #answer(reader, lying, command) {
    const silence = new AbortController();
    try {
      return await Promise.race([
        lying.card.transmit(command),
        pause(SILENCE_MS, null, { signal: silence.signal }).then(() => {
          throw agentErrors.make('CARD_MUTE');
        }),
      ]);
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code !== 'VIRTUAL_CARD_POWER_LOST') throw error;
      // The plan cut its power: to the agent the card is gone until somebody puts it in again.
      this.remove(reader);
      throw agentErrors.make('CARD_REMOVED');
    } finally {
      silence.abort();
    }
  }

  /** @param {{ id: number }} handle */
  async disconnect(handle) {
    this.#handles.delete(handle.id);
  }

  health() {
    return { state: /** @type {const} */ ('running'), restarts: 0, childPid: null, error: null };
  }

  async close() {}

  /** @param {PcscEvent} event */
  #emit(event) {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

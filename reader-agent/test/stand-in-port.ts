/** An in-process PcscPort: cards are put in and taken out by the test, APDUs are answered by a function. */
import { agentErrors } from '../src/errors.ts';
import type { PcscEvent, PcscHandle, PcscPort } from '../src/pcsc/port.ts';
import type { Timers } from '../src/pcsc/supervisor.ts';

export class StandInPort implements PcscPort {
  answer: (command: Uint8Array, reader: string) => Promise<Uint8Array> | Uint8Array = () => Uint8Array.of(0x90, 0x00);
  transmitted: Uint8Array[] = [];
  resets = 0;
  #cards = new Map<string, number>();
  #listeners = new Set<(event: PcscEvent) => void>();
  #next = 1;

  subscribe(listener: (event: PcscEvent) => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  plug(reader: string) {
    this.#emit({ kind: 'reader-added', reader });
  }
  insert(reader: string, atr: Uint8Array): number {
    const insertion = this.#next++;
    this.#cards.set(reader, insertion);
    this.#emit({ kind: 'card-inserted', reader, atr, insertion });
    return insertion;
  }
  remove(reader: string) {
    const insertion = this.#cards.get(reader) ?? 0;
    this.#cards.delete(reader);
    this.#emit({ kind: 'card-removed', reader, insertion });
  }
  async connect(reader: string): Promise<PcscHandle> {
    const insertion = this.#cards.get(reader);
    if (insertion === undefined) throw agentErrors.make('CARD_ABSENT');
    return { id: this.#next++, reader, insertion };
  }
  async transmit(handle: PcscHandle, command: Uint8Array): Promise<Uint8Array> {
    if (this.#cards.get(handle.reader) !== handle.insertion) throw agentErrors.make('CARD_REMOVED');
    this.transmitted.push(command);
    return this.answer(command, handle.reader);
  }
  async disconnect() {
    this.resets += 1;
  }
  health() {
    return { state: 'running' as const, restarts: 0, childPid: 1, error: null };
  }
  async close() {}
  #emit(event: PcscEvent) {
    for (const listener of this.#listeners) listener(event);
  }
}

/** A clock that only moves when told. */
export class ManualTimers implements Timers {
  #now = 1000;
  #due: { at: number; action: () => void }[] = [];
  now() {
    return this.#now;
  }
  after(delayMs: number, action: () => void) {
    const entry = { at: this.#now + delayMs, action };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }
  advance(ms: number) {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter((entry) => entry !== next);
      this.#now = next.at;
      next.action();
    }
    this.#now = end;
  }
}

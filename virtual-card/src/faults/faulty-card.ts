/**
 * A card with everything that can go wrong with it: the real card operating system on a memory that fails and a wire
 * that lies, by a plan of `Fault`s. Slow and silent answers need the asynchronous transport; time comes in as `delay`.
 */
import type { VirtualCardOptions } from '../cos/virtual-card.ts';
import { VirtualCard } from '../cos/virtual-card.ts';
import type { NonVolatileMemory } from '../memory/non-volatile-memory.ts';
import { checkFaults, type Fault, type FaultPlace } from './fault-plan.ts';
import { FaultyMemory } from './faulty-memory.ts';
import type { CardTransport } from './faulty-transport.ts';

export interface FaultyCardOptions extends Omit<VirtualCardOptions, 'memory'> {
  readonly memory: NonVolatileMemory;
  /** Waits; a test gives one that returns at once and notes what it was asked for. */
  readonly delay: (ms: number) => Promise<void>;
  /** What a cut inside a write leaves behind. Default: the content before. */
  readonly duringWins?: 'before' | 'after';
}

type WireFault = Extract<Fault, { readonly at: FaultPlace }>;

interface Armed {
  readonly fault: WireFault;
  /** Commands still to come before it strikes. */
  left: number;
}

const NO_ROOM_BYTES = 0;

export class FaultyCard implements CardTransport {
  readonly #options: FaultyCardOptions;
  readonly #memory: FaultyMemory;
  #card: VirtualCard;
  #armed: Armed[] = [];
  #full = false;
  #mute = false;

  constructor(options: FaultyCardOptions, faults: readonly Fault[] = []) {
    this.#options = options;
    this.#memory = new FaultyMemory(options.memory, options.duringWins);
    this.#card = this.#insert();
    this.arm(faults);
  }

  /** Replaces the plan; commands and writes count from here. Throws RangeError for a plan that cannot be. */
  arm(faults: readonly Fault[]): void {
    checkFaults(faults);
    this.#memory.arm(faults);
    const onTheWire = faults.filter((fault): fault is WireFault => 'at' in fault);
    this.#armed = onTheWire.map((fault) => ({ fault, left: fault.at.command }));
    const full = faults.some(({ kind }) => kind === 'memory-full');
    if (full !== this.#full) {
      this.#full = full;
      this.#card = this.#insert();
    }
  }

  /** Non-volatile writes since the plan was armed. */
  get writes(): number {
    return this.#memory.writes;
  }

  /** The same chip put into the reader again: after a tear, or for a card that fell silent. The plan goes on. */
  reinsert(): Uint8Array {
    this.#mute = false;
    this.#card = this.#insert();
    return this.#card.atr;
  }

  reset(): Uint8Array {
    this.#mute = false;
    return this.#card.reset();
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    const struck = this.#strike(command);
    const silent = struck.find((fault) => fault.kind === 'silent');
    if (silent !== undefined && !this.#mute) {
      this.#mute = true;
      if (silent.executed) this.#card.transmit(command);
    }
    if (this.#mute) return new Promise<never>(() => undefined);
    const refusal = struck.find((fault) => fault.kind === 'wrong-status' && !fault.executed);
    let answer = refusal === undefined ? this.#card.transmit(command) : new Uint8Array(2);
    for (const fault of struck) answer = await this.#spoil(fault, answer);
    return answer;
  }

  #insert(): VirtualCard {
    const { delay: _, duringWins: __, ...options } = this.#options;
    const capacity = this.#full ? { capacityBytes: NO_ROOM_BYTES } : {};
    const card = new VirtualCard({ ...options, ...capacity, memory: this.#memory });
    card.powerOn();
    return card;
  }

  #strike(command: Uint8Array): readonly WireFault[] {
    const ins = (command[1] ?? 0).toString(16).toUpperCase().padStart(2, '0');
    const counted = this.#armed.filter(({ fault }) => fault.at.ins === undefined || fault.at.ins === ins);
    for (const armed of counted) armed.left -= 1;
    return counted.filter(({ left }) => left === 0).map(({ fault }) => fault);
  }

  async #spoil(fault: WireFault, answer: Uint8Array): Promise<Uint8Array> {
    switch (fault.kind) {
      case 'slow':
        await this.#options.delay(fault.delayMs);
        return answer;
      case 'garbled': {
        const place = fault.byte < 0 ? answer.length + fault.byte : fault.byte;
        return answer.map((byte, i) => (i === place ? byte ^ fault.mask : byte));
      }
      case 'truncated':
        return answer.slice(0, fault.keepBytes);
      case 'wrong-status':
        return Uint8Array.of(fault.sw >>> 8, fault.sw & 0xff);
      case 'silent':
        return answer;
    }
  }
}

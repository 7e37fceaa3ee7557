/** A card in a reader with the witness beside it; every exchange is counted, judged and kept for the report of a fault. */

import type { CosRules } from '../../virtual-card/src/cos/rules.ts';
import type { ChipContent } from '../../virtual-card/src/index.ts';
import { ProcessMemory, VirtualCard } from '../../virtual-card/src/index.ts';
import { bytesNamed } from './canary-card.ts';
import { CardWitness, Violation } from './card-witness.ts';

export class CardBench {
  readonly witness = new CardWitness();
  readonly transcript: string[] = [];
  /** The last challenge that the card gave, whatever became of it. */
  lastChallenge: Buffer = Buffer.alloc(8);
  readonly #sent: Buffer[] = [];
  readonly #memory: ProcessMemory;
  readonly #card: VirtualCard;
  #challenges = 0;

  constructor(image: ChipContent, rules?: CosRules) {
    this.#memory = new ProcessMemory(image);
    const random = (length: number) => {
      this.#challenges += 1;
      return new Uint8Array(bytesNamed(`challenge ${this.#challenges}`, length));
    };
    this.#card = new VirtualCard({ memory: this.#memory, random, ...(rules !== undefined && { rules }) });
    this.#card.powerOn();
  }

  get content(): ChipContent {
    const content = this.#memory.read();
    if (content === null) throw new Error('no chip');
    return content;
  }

  get apdus(): number {
    return this.transcript.length;
  }

  reset(): void {
    this.#card.reset();
    this.witness.reset();
  }

  /** 0 = the last command. */
  sentBefore(back: number): Buffer | null {
    return this.#sent.at(-1 - back) ?? null;
  }

  send(command: Uint8Array): Buffer {
    this.#sent.push(Buffer.from(command));
    if (this.#sent.length > 4) this.#sent.shift();
    const before = this.content;
    const text = Buffer.from(command).toString('hex').toUpperCase();
    let answer: Uint8Array;
    try {
      answer = this.#card.transmit(command);
    } catch (cause) {
      this.transcript.push(`${text} → ${String(cause)}`);
      throw new Violation(`the card threw\n${this.transcript.join('\n')}`, { cause });
    }
    this.transcript.push(`${text} → ${Buffer.from(answer).toString('hex').toUpperCase()}`);
    try {
      this.witness.observe(command, answer, before, this.content);
    } catch (cause) {
      throw new Violation(`${(cause as Error).message}\n${this.transcript.join('\n')}`, { cause });
    }
    if (this.witness.challenge !== null) this.lastChallenge = this.witness.challenge;
    return Buffer.from(answer);
  }
}

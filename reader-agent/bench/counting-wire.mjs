/** A card on a wire that only counts: the model's milliseconds (CARD.md), not slept. */
import { randomBytes } from 'node:crypto';
import { COMPARED_LINKS, exchangeMs } from '@rhc/card/wire-model';
import { VirtualCard } from '@rhc/virtual-card/cos';
import { ProcessMemory, writtenBytes } from '@rhc/virtual-card/memory';

export class CountingWire {
  modelMs = 0;
  apdus = 0;
  #written = 0;
  #card;
  #link;

  /** @param {import('@rhc/virtual-card/memory').ChipContent | null} content @param {string} linkName one of COMPARED_LINKS */
  constructor(content, linkName) {
    const link = COMPARED_LINKS.find(({ id }) => id === linkName);
    if (link === undefined) throw new RangeError(`no such link: ${linkName}`);
    this.#link = link;
    this.#card = new VirtualCard({
      memory: new ProcessMemory(content),
      random: (length) => new Uint8Array(randomBytes(length)),
      onCommit: (changes) => {
        this.#written += writtenBytes(changes);
      },
    });
    this.#card.powerOn();
    this.atr = this.#card.atr;
  }

  async transmit(command) {
    this.#written = 0;
    const answer = this.#card.transmit(command);
    this.apdus += 1;
    const { length: commandBytes } = command;
    this.modelMs += exchangeMs(this.#link, { commandBytes, responseBytes: answer.length, writtenBytes: this.#written });
    return answer;
  }
}

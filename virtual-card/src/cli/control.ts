/** The control lines: a hand that pulls and changes cards, for tests and the demonstration. One JSON answer a line. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeApdu, describeResponse } from '@rhc/card/apdu';
import { bytesToHex } from '@rhc/card/bytes';
import { VirtualCardError } from '../errors.ts';
import type { InsertedCard } from '../vpcd/vpcd-client.ts';
import { VpcdClient } from '../vpcd/vpcd-client.ts';
import { type OpenedCard, openCard } from './card-box.ts';
import type { CliOptions } from './options.ts';
import { exchangeMs } from './wire-model.ts';

export interface ControlStatus {
  readonly inserted: boolean;
  readonly connected: boolean;
  readonly image: string;
  readonly atr: string;
  readonly state: string;
  /** The card lost its power in a tear and waits for `insert`. */
  readonly torn: boolean;
}

/** pcscd looks every 400 ms whether a card is there: a change faster than that, which no hand makes, would go unseen. */
const SWAP_MS = 1000;

export class CardHand {
  readonly #options: CliOptions;
  readonly #client: VpcdClient;
  readonly #say: (line: string) => void;
  #image: string;
  #opened: OpenedCard;
  #torn = false;
  #swapping: NodeJS.Timeout | undefined;

  constructor(options: CliOptions, say: (line: string) => void) {
    this.#options = options;
    this.#say = say;
    this.#image = options.image;
    this.#opened = openCard(options.image, options);
    this.#client = new VpcdClient({
      host: options.host,
      port: options.port,
      onConnection: (connected) => say(connected ? '已接入读卡器 · connected to vpcd' : '已离开读卡器 · left vpcd'),
      onCardLost: (error) => {
        this.#torn = true;
        const sentence = error instanceof VirtualCardError ? `${error.text.zh} · ${error.text.en}` : String(error);
        say(`${sentence} (insert)`);
      },
    });
  }

  status(): ControlStatus {
    const { card } = this.#opened;
    return {
      inserted: this.#client.isInserted,
      connected: this.#client.isConnected,
      image: this.#image,
      atr: bytesToHex(card.atr),
      state: card.state,
      torn: this.#torn,
    };
  }

  insert(): void {
    if (this.#client.isInserted) return;
    // A torn card is dead: the chip starts again from what its memory holds.
    if (this.#torn) this.#opened = openCard(this.#image, this.#options);
    this.#torn = false;
    this.#client.insert(this.#inserted(this.#opened));
  }

  eject(): void {
    clearTimeout(this.#swapping);
    this.#client.eject();
  }

  /** Answers one line. Throws a VirtualCardError for a line that it does not know. */
  command(line: string): ControlStatus {
    const [verb, ...rest] = line.trim().split(/\s+/);
    if (verb === 'eject' && rest.length === 0) this.eject();
    else if (verb === 'insert' && rest.length === 0) this.insert();
    else if (verb === 'swap' && rest.length > 0) this.#swap(line.trim().slice('swap'.length).trim());
    else if (verb === 'tear' && rest.length === 2) this.#tear(rest[0] ?? '', rest[1] ?? '');
    else if (verb !== 'status' || rest.length > 0) throw new VirtualCardError('VIRTUAL_CARD_CONTROL');
    return this.status();
  }

  #swap(image: string): void {
    // The new card is opened first: a wrong image leaves the old card in the reader.
    // --serial was meant for the first card: two chips of one serial would be one chip to everybody.
    const opened = openCard(image, { ...this.#options, serial: null });
    this.eject();
    this.#image = image;
    this.#opened = opened;
    this.#torn = false;
    clearTimeout(this.#swapping);
    this.#swapping = setTimeout(() => this.insert(), SWAP_MS);
  }

  #tear(count: string, when: string): void {
    if (!/^[1-9][0-9]{0,5}$/.test(count) || (when !== 'before' && when !== 'after')) {
      throw new VirtualCardError('VIRTUAL_CARD_CONTROL');
    }
    this.#opened.memory.tear({ commit: Number(count), when });
  }

  #inserted(opened: OpenedCard): InsertedCard {
    const { card } = opened;
    return {
      atr: card.atr,
      powerOn: () => void card.powerOn(),
      powerOff: () => card.powerOff(),
      reset: () => void card.reset(),
      transmit: async (command) => {
        if (!card.isPowered) card.powerOn();
        const response = card.transmit(command);
        const exchange = { commandBytes: command.length, responseBytes: response.length };
        const ms = exchangeMs(this.#options.delayModel, { ...exchange, writtenBytes: opened.takeWrittenBytes() });
        if (ms > 0) await delay(ms);
        if (this.#options.trace) this.#say(traceLine(command, response));
        return response;
      },
    };
  }
}

function traceLine(command: Uint8Array, response: Uint8Array): string {
  const answer = describeResponse(response);
  try {
    const { name, header, data } = describeApdu(command);
    return `${name} ${header} ${data} → <${answer.lengthBytes} bytes> ${answer.sw}`;
  } catch {
    return `<${command.length} bytes> → ${answer.sw}`;
  }
}

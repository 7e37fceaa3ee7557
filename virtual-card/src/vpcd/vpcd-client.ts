/**
 * Puts a card into vpcd's virtual reader: dials the port on which pcscd's driver listens, answers its controls and
 * APDUs. The connection is the card's presence: closing it pulls the card. While inserted it dials again whenever pcscd
 * goes away, so that a restart of pcscd finds the card in the reader.
 */
import { connect, type Socket } from 'node:net';
import { CONTROL, encodeFrame, FrameReader } from './framing.ts';

/** What lies in the reader. A call that throws means that the card lost its power: it is pulled. */
export interface InsertedCard {
  readonly atr: Uint8Array;
  powerOn(): void;
  powerOff(): void;
  reset(): void;
  transmit(command: Uint8Array): Promise<Uint8Array>;
}

export interface VpcdClientOptions {
  readonly host: string;
  readonly port: number;
  readonly redialMs?: number;
  readonly onConnection?: (connected: boolean) => void;
  /** The card threw: it was pulled and must be inserted anew. */
  readonly onCardLost?: (error: unknown) => void;
}

const REDIAL_MS = 200;

export class VpcdClient {
  readonly #options: VpcdClientOptions;
  #card: InsertedCard | null = null;
  #socket: Socket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #connected = false;

  constructor(options: VpcdClientOptions) {
    this.#options = options;
  }

  get isInserted(): boolean {
    return this.#card !== null;
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  insert(card: InsertedCard): void {
    this.eject();
    this.#card = card;
    this.#dial(card);
  }

  eject(): void {
    const card = this.#card;
    this.#card = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#socket?.destroy();
    this.#socket = null;
    this.#report(false);
    card?.powerOff();
  }

  #dial(card: InsertedCard): void {
    const socket = connect({ host: this.#options.host, port: this.#options.port, noDelay: true });
    const frames = new FrameReader();
    // One after the other: an answer must never overtake an earlier one.
    let work = Promise.resolve();
    socket.on('connect', () => {
      if (this.#socket === socket) this.#report(true);
    });
    socket.on('data', (chunk) => {
      for (const frame of frames.push(chunk)) {
        work = work.then(async () => {
          if (this.#card !== card || this.#socket !== socket) return;
          await this.#serve(card, socket, frame);
        });
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      // A card that was pulled, or replaced by another, does not come back by itself.
      if (this.#card !== card || this.#socket !== socket) return;
      this.#report(false);
      card.powerOff();
      this.#timer = setTimeout(() => this.#dial(card), this.#options.redialMs ?? REDIAL_MS);
    });
    this.#socket = socket;
  }

  async #serve(card: InsertedCard, socket: Socket, frame: Uint8Array): Promise<void> {
    try {
      const answer = await perform(card, frame);
      if (answer !== null && !socket.destroyed) socket.write(encodeFrame(answer));
    } catch (error) {
      if (this.#card === card) this.eject();
      this.#options.onCardLost?.(error);
    }
  }

  #report(connected: boolean): void {
    if (this.#connected === connected) return;
    this.#connected = connected;
    this.#options.onConnection?.(connected);
  }
}

async function perform(card: InsertedCard, frame: Uint8Array): Promise<Uint8Array | null> {
  if (frame.length > 1) return card.transmit(frame);
  if (frame[0] === CONTROL.getAtr) return card.atr;
  if (frame[0] === CONTROL.powerOn) card.powerOn();
  if (frame[0] === CONTROL.powerOff) card.powerOff();
  if (frame[0] === CONTROL.reset) card.reset();
  return null;
}

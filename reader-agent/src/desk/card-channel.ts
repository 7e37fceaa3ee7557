/**
 * Transport to the card in a reader, as the rooms above want it: 61xx is answered by GET RESPONSE and 6Cxx by asking
 * again with the right length (ISO/IEC 7816-4, 5.1.3), so that a T=0 and a T=1 reader look alike.
 */
import type { Transport } from '@rhc/card/session';
import type { PcscHandle, PcscPort } from '../pcsc/port.ts';

/** A card that keeps announcing more data is broken; 16 × 256 bytes is more than any file of this card. */
const CHAIN_LIMIT = 16;

export class CardChannel implements Transport {
  /** APDUs that really went to the card, for the timing breakdown. */
  apduCount = 0;
  #port: PcscPort;
  #handle: PcscHandle;

  constructor(port: PcscPort, handle: PcscHandle) {
    this.#port = port;
    this.#handle = handle;
  }

  get insertion(): number {
    return this.#handle.insertion;
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    let sent = command;
    let response = await this.#exchange(sent);
    if (lastButOne(response) === 0x6c) {
      sent = withLe(command, last(response));
      response = await this.#exchange(sent);
    }
    let data = response.subarray(0, response.length - 2);
    for (let chained = 0; lastButOne(response) === 0x61 && chained < CHAIN_LIMIT; chained += 1) {
      const getResponse = Uint8Array.of((command[0] ?? 0) & 0x03, 0xc0, 0x00, 0x00, last(response));
      response = await this.#exchange(getResponse);
      if (lastButOne(response) === 0x6c) {
        response = await this.#exchange(withLe(getResponse, last(response)));
      }
      data = joined(data, response.subarray(0, response.length - 2));
    }
    return joined(data, response.subarray(response.length - 2));
  }

  async #exchange(command: Uint8Array): Promise<Uint8Array> {
    this.apduCount += 1;
    return this.#port.transmit(this.#handle, command);
  }
}

/** The same command with another Le; a case-1 or case-3 command gets one. */
function withLe(command: Uint8Array, le: number): Uint8Array {
  if (command.length <= 5) return joined(command.subarray(0, 4), Uint8Array.of(le));
  const lc = command[4] ?? 0;
  return joined(command.subarray(0, 5 + lc), Uint8Array.of(le));
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a, 0);
  out.set(b, a.length);
  return out;
}

function last(bytes: Uint8Array): number {
  return bytes[bytes.length - 1] ?? 0;
}

function lastButOne(bytes: Uint8Array): number {
  return bytes[bytes.length - 2] ?? 0;
}

/**
 * Transport to the card in a reader, as the rooms above want it: 61xx and 6Cxx are resolved here, so that a T=0 and a
 * T=1 reader look alike and a batch's answers are complete (ISO/IEC 7816-4, 5.1.3).
 */
import { type CountingTransport, resolveResponse, type Transport } from '@rhc/card/session';
import type { PcscHandle, PcscPort } from '../pcsc/port.ts';

export class CardChannel implements Transport {
  #transport: CountingTransport;
  readonly insertion: number;
  /** Null where no reader is (a stand-in). */
  readonly protocol: PcscHandle['protocol'] | null;

  constructor(port: PcscPort, handle: PcscHandle) {
    this.insertion = handle.insertion;
    this.protocol = handle.protocol ?? null;
    this.#transport = resolveResponse({ transmit: (command) => port.transmit(handle, command) });
  }

  /** APDUs that really went to the card, for the timing breakdown. */
  get apduCount(): number {
    return this.#transport.apdus;
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    return this.#transport.transmit(command);
  }
}

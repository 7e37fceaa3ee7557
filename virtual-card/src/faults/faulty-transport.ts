/** Faults on the way between reader and card: slow, garbled and missing answers. Time comes in as an argument. */

export interface CardTransport {
  transmit(command: Uint8Array): Promise<Uint8Array>;
}

/** The in-process card as a Transport. */
export function asTransport(card: { transmit(command: Uint8Array): Uint8Array }): CardTransport {
  return { transmit: async (command) => card.transmit(command) };
}

export function slow(transport: CardTransport, delay: () => Promise<void>): CardTransport {
  return {
    transmit: async (command) => {
      const response = await transport.transmit(command);
      await delay();
      return response;
    },
  };
}

/** Every bit of the n-th answer's first byte is turned over; the card itself did its work. */
export function garbled(transport: CardTransport, nth: number): CardTransport {
  let count = 0;
  return {
    transmit: async (command) => {
      const response = await transport.transmit(command);
      count += 1;
      return count === nth ? response.map((byte, i) => (i === 0 ? byte ^ 0xff : byte)) : response;
    },
  };
}

/** From the n-th command on the card says nothing, ever: the caller's own deadline must end the wait. */
export function silent(transport: CardTransport, fromNth: number): CardTransport {
  let count = 0;
  return {
    transmit: (command) => {
      count += 1;
      return count >= fromNth ? new Promise<Uint8Array>(() => undefined) : transport.transmit(command);
    },
  };
}

/**
 * A Transport that resolves 61xx (GET RESPONSE) and 6Cxx (the same command with the right Le), as ISO/IEC 7816-3 T=0 and
 * some readers need; whoever uses it sees complete answers only. Counts the APDUs that really went to the card.
 */
import { encodeCommand, parseCommand, parseResponse, rightLength, waitingBytes } from '../apdu/index.ts';
import { concatBytes } from '../bytes/index.ts';
import { getResponse } from '../commands/index.ts';
import { sessionErrors } from './errors.ts';
import type { Transport } from './ports.ts';

/** A record has at most 256 bytes; more rounds than this mean a card that never ends. */
const MAX_ROUNDS = 16;

export interface CountingTransport extends Transport {
  readonly apdus: number;
}

export function resolveResponse(transport: Transport): CountingTransport {
  let apdus = 0;
  const send = async (command: Uint8Array) => {
    apdus += 1;
    return transport.transmit(command);
  };
  return {
    get apdus() {
      return apdus;
    },
    async transmit(command) {
      let answer = await send(command);
      const right = rightLengthOf(answer);
      if (right !== null) answer = await send(encodeCommand({ ...parseCommand(command), le: right }));
      let data: Uint8Array = new Uint8Array(0);
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const waiting = waitingOf(answer);
        if (waiting === null) return concatBytes(data, answer);
        data = concatBytes(data, answer.slice(0, -2));
        answer = await send(getResponse.build(waiting));
      }
      throw sessionErrors.make('CARD_ANSWER_ENDLESS', { detail: `after ${MAX_ROUNDS} rounds` });
    },
  };
}

function waitingOf(answer: Uint8Array): number | null {
  return answer.length < 2 ? null : waitingBytes(parseResponse(answer).sw);
}

function rightLengthOf(answer: Uint8Array): number | null {
  return answer.length < 2 ? null : rightLength(parseResponse(answer).sw);
}

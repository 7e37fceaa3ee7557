/** One card in a PC/SC reader. There is no fresh one: a case that needs another state is skipped and says so. */
import { setTimeout as pause } from 'node:timers/promises';

const WAIT_MS = 10_000;
/** A card that needs longer is taken for silent: the case fails, the run goes on. */
const ANSWER_MS = 15_000;
/** 256 bytes and the status word, a little more because some drivers ask for it. */
const RESPONSE_LIMIT_BYTES = 264;
const CHIP_OF_STATE = /** @type {Record<string, string>} */ ({ '00': 'blank', '01': 'loaded', '02': 'operational' });

export class ReaderMissing extends Error {}

/**
 * @param {string | null} wanted part of the reader's name; null: the only one, or the first with a card in it
 * @returns {Promise<PcscReader>}
 */
export async function openReader(wanted) {
  // libpcsclite looks for its socket when the binding is loaded, so not before the caller has set it.
  const { default: pcsclite } = await import('pcsclite');
  const context = pcsclite();
  /** @type {Map<string, any>} */
  const seen = new Map();
  let failure = '';
  context.on('error', (/** @type {unknown} */ error) => {
    failure = error instanceof Error ? error.message : String(error);
  });
  context.on('reader', (/** @type {any} */ reader) => {
    const entry = { reader, present: false, atr: new Uint8Array(0) };
    seen.set(reader.name, entry);
    reader.on('error', () => undefined);
    reader.on('status', (/** @type {any} */ status) => {
      entry.present = (status.state & reader.SCARD_STATE_PRESENT) !== 0;
      if (status.atr?.length > 0) entry.atr = new Uint8Array(status.atr);
    });
  });
  for (const deadline = Date.now() + WAIT_MS; Date.now() < deadline; await pause(50)) {
    const found = [...seen.values()].find(
      ({ reader, present }) => present && (wanted === null || reader.name.includes(wanted)),
    );
    if (found !== undefined) return new PcscReader(found);
  }
  throw new ReaderMissing(failure || [...seen.keys()].join(', '));
}

class PcscReader {
  #entry;
  #protocol = 0;
  #connected = false;

  constructor(/** @type {any} */ entry) {
    this.#entry = entry;
  }

  get name() {
    return this.#entry.reader.name;
  }

  get isPresent() {
    return this.#entry.present;
  }

  async connect() {
    const { reader } = this.#entry;
    const options = {
      share_mode: reader.SCARD_SHARE_EXCLUSIVE,
      protocol: reader.SCARD_PROTOCOL_T0 | reader.SCARD_PROTOCOL_T1,
    };
    this.#protocol = await new Promise((resolve, reject) => {
      reader.connect(options, (/** @type {Error} */ error, /** @type {number} */ protocol) =>
        error ? reject(error) : resolve(protocol),
      );
    });
    this.#connected = true;
  }

  async disconnect() {
    const { reader } = this.#entry;
    this.#connected = false;
    await new Promise((resolve) => reader.disconnect(reader.SCARD_RESET_CARD, resolve));
    // pcsclite 1.0.1 believes in a handle whose card was pulled.
    reader.connected = false;
  }

  /** Warm reset; the ATR is the one that the reader reported. */
  async reset() {
    if (this.#connected) await this.disconnect();
    await this.connect();
    return this.#entry.atr;
  }

  /** @param {Uint8Array} command @returns {Promise<Uint8Array>} */
  transmit(command) {
    const { reader } = this.#entry;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer')), ANSWER_MS);
      const settle = (/** @type {Error | null} */ error, /** @type {Uint8Array} */ answer) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve(answer);
      };
      reader.transmit(Buffer.from(command), RESPONSE_LIMIT_BYTES, this.#protocol, settle);
    });
  }
}

/** The reader's card as a source of cases: null where the chip is in another state. @param {PcscReader} reader */
export function cardInReader(reader) {
  return {
    insert: async (/** @type {string} */ chip) => {
      await reader.reset();
      return (await chipState(reader)) === chip ? reader : null;
    },
  };
}

async function chipState(/** @type {PcscReader} */ reader) {
  const answer = Buffer.from(await reader.transmit(Uint8Array.from([0x80, 0xca, 0x01, 0x01, 0x00])));
  return CHIP_OF_STATE[answer.subarray(0, 1).toString('hex')] ?? 'blocked';
}

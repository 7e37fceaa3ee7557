/**
 * A card in process with the public pilot keys, its exchanges written down: what the manual, the transcripts and the
 * counts are made from. Everything random comes from a seed.
 */
import { bytesToHex } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { localPersonalizationKeys, personalizeCard, securityCodeBlock } from '@rhc/card/personalization';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { disperse, pilotRoot } from '@rhc/card/secure-messaging';
import { CardSession, localTerminalKeys } from '@rhc/card/session';
import { historicalBytesOf, VirtualCard } from '@rhc/virtual-card/cos';
import { ProcessMemory, writtenBytes } from '@rhc/virtual-card/memory';
import { issuerCertificate } from './example-keys.mjs';
import { EXPIRY_DATE, exampleResident, ID_NUMBER, ISSUE_SERIAL } from './example-resident.mjs';
import { seededRandom } from './seeded-random.mjs';

export const SUITE = 'intl-128';
export const PROVINCE_CODE = '13';
const SERIAL = Uint8Array.of(0, 0, 0, 0, 0, 1);

/** @typedef {{ command: Uint8Array, answer: Uint8Array, writtenBytes: number }} RecordedExchange */

/** @param {import('@rhc/card/profile').KeySlotName} slot @param {number} version */
export const root = (slot, version) => pilotRoot(nodeCrypto, slot, version);

/** @param {(length: number) => Uint8Array} random */
export function pilotTerminalKeys(random) {
  return localTerminalKeys({ crypto: nodeCrypto, suite: SUITE, profile: nationalProfile, random, root });
}

/** A card that writes down what goes over its wire. */
export class RecordedCard {
  /** @type {RecordedExchange[]} */
  exchanges = [];
  #written = 0;
  #card;

  /** @param {import('@rhc/virtual-card/memory').NonVolatileMemory} memory @param {string} seed */
  constructor(memory, seed) {
    const historicalBytes = historicalBytesOf(SERIAL);
    const cardFactor = historicalBytes.slice(0, 8);
    this.#card = new VirtualCard({
      memory,
      random: seededRandom(`${seed}/card`),
      historicalBytes,
      transportKey: bytesToHex(disperse(nodeCrypto, SUITE, root('TMK', 1), cardFactor)),
      suite: SUITE,
      onCommit: (changes) => {
        this.#written += writtenBytes(changes);
      },
    });
    this.#card.powerOn();
  }

  get atr() {
    return this.#card.atr;
  }

  /** @param {Uint8Array} command */
  async transmit(command) {
    this.#written = 0;
    const answer = this.#card.transmit(command);
    this.exchanges.push({ command, answer, writtenBytes: this.#written });
    return answer;
  }

  /** BatchTransport: what the agent does with a batch. @param {readonly import('@rhc/card/session').ApduStep[]} steps */
  async run(steps) {
    const answers = [];
    for (const { command, expectedStatusWords = [0x9000], stopOnMismatch = true } of steps) {
      const response = await this.transmit(command);
      answers.push({ response });
      const statusWord = response.slice(-2).reduce((sum, byte) => sum * 256 + byte, 0);
      if (stopOnMismatch && !expectedStatusWords.includes(statusWord)) break;
    }
    return answers;
  }
}

/**
 * Personalizes a blank into `memory`; the exchanges are the whole of it.
 * @param {string} repository root folder @param {import('./example-keys.mjs').KeptSignatures} signatures
 */
export async function personalizePilotCard(repository, signatures) {
  const memory = new ProcessMemory();
  const card = new RecordedCard(memory, 'personalization');
  const random = seededRandom('personalization/terminal');
  const verdict = await personalizeCard({
    batch: card,
    keys: localPersonalizationKeys({ crypto: nodeCrypto, suite: SUITE, profile: nationalProfile, random, root }),
    crypto: nodeCrypto,
    profile: nationalProfile,
    product: rhcBlank1,
    provinceCode: PROVINCE_CODE,
    securityCodeBlock: securityCodeBlock(nodeCrypto, SUITE, ID_NUMBER, EXPIRY_DATE.replaceAll('-', ''), ISSUE_SERIAL),
    makeData: (securityCode) =>
      exampleResident(repository, { securityCode, issuerCertificate: bytesToHex(issuerCertificate(signatures)) }),
    random,
  });
  const { photo } = exampleResident(repository, { securityCode: '', issuerCertificate: '' });
  return { memory, card, verdict, photo };
}

/**
 * A session with the card in `memory`, from reset.
 * @param {import('@rhc/virtual-card/memory').NonVolatileMemory} memory @param {string} seed
 */
export async function openPilotSession(memory, seed) {
  const card = new RecordedCard(memory, seed);
  const random = seededRandom(`${seed}/terminal`);
  const session = await CardSession.open({
    transport: card,
    keys: pilotTerminalKeys(random),
    profile: nationalProfile,
    product: rhcBlank1,
    atr: card.atr,
    random,
  });
  return { card, session };
}

/** A copy that can be written without touching the original. @param {import('@rhc/virtual-card/memory').NonVolatileMemory} memory */
export const copyOf = (memory) => new ProcessMemory(memory.read());

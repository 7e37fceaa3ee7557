/** The virtual card in this process: a fresh one for every case, cloned from an image that is made once. */
import { randomBytes } from 'node:crypto';
import { hexToBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { CARD_KEY_SLOTS, nationalProfile } from '@rhc/card/profile';
import { cardKey, pilotRoot } from '@rhc/card/secure-messaging';
import { blankChip, formattedChip, VirtualCard } from '@rhc/virtual-card/cos';
import { ProcessMemory } from '@rhc/virtual-card/memory';

const HISTORICAL = hexToBytes('5201000000C0DE01010000');
const VERSIONS = [1, 2];

/**
 * The three images of the suite.
 * @param {import('@rhc/card/profile').AlgorithmSuite} suite @param {Uint8Array} [historicalBytes]
 */
export function pilotImages(suite, historicalBytes = HISTORICAL) {
  const factor = historicalBytes.slice(0, 8);
  const transportKey = cardKey(nodeCrypto, suite, pilotRoot(nodeCrypto, 'TMK', 1), 1, '13', factor);
  const keys = CARD_KEY_SLOTS.flatMap((slot) =>
    VERSIONS.map((version) => {
      const root = pilotRoot(nodeCrypto, slot, version);
      const value = cardKey(nodeCrypto, suite, root, nationalProfile.keySlot(slot).levels, '13', factor);
      return { slot, version, value };
    }),
  );
  // Unused records of a personalized card stand there as zeros (ADR 001, "Data").
  const contents = Object.fromEntries(
    nationalProfile.files
      .filter((file) => file.structure === 'cyclic')
      .map((file) => [file.id, Array.from({ length: file.recordCount }, () => new Uint8Array(file.recordSizeBytes))]),
  );
  const formatted = (/** @type {'personalization' | 'operational'} */ state) =>
    formattedChip({ profile: nationalProfile, historicalBytes, suite, state, keys, contents });
  return {
    blank: blankChip(historicalBytes, Buffer.from(transportKey).toString('hex'), suite),
    loaded: formatted('personalization'),
    operational: formatted('operational'),
  };
}

/** @param {{ images: ReturnType<typeof pilotImages>, rules?: import('@rhc/virtual-card/cos').CosRules }} options */
export function inProcessCard({ images, rules }) {
  const random = (/** @type {number} */ length) => new Uint8Array(randomBytes(length));
  return {
    insert: (/** @type {keyof typeof images} */ chip) => {
      const card = new VirtualCard({ memory: new ProcessMemory(images[chip]), random, ...(rules && { rules }) });
      card.powerOn();
      return card;
    },
  };
}

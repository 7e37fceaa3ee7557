/** An operational card of the pilot with a fixed challenge, so that literal APDUs fit it. */
import type { AlgorithmSuite } from '@rhc/card/profile';
import { CARD_KEY_SLOTS, nationalProfile } from '@rhc/card/profile';
import { formattedChip } from '../../src/cos/formatted-chip.ts';
import { VirtualCard } from '../../src/cos/virtual-card.ts';
import type { NonVolatileMemory } from '../../src/memory/non-volatile-memory.ts';
import { ProcessMemory } from '../../src/memory/non-volatile-memory.ts';
import { sampleContents } from './test-personalization.ts';
import { bytesOf, TestTerminal } from './test-terminal.ts';

export const HISTORICAL = bytesOf('0102030405060708010000');
export const CHALLENGE = 'A1A2A3A4A5A6A7A8';

export function operationalMemory(
  versions: readonly number[] = [1, 2],
  suite: AlgorithmSuite = 'intl-128',
): ProcessMemory {
  const keys = new TestTerminal({ transmit: () => new Uint8Array() }, HISTORICAL.subarray(0, 8), suite);
  return new ProcessMemory(
    formattedChip({
      profile: nationalProfile,
      historicalBytes: HISTORICAL,
      suite,
      state: 'operational',
      keys: CARD_KEY_SLOTS.flatMap((slot) =>
        versions.map((version) => ({ slot, version, value: keys.cardKey(slot, version) })),
      ),
      contents: Object.fromEntries(nationalProfile.files.map((file) => [file.id, sampleContents(file)])),
    }),
  );
}

export function insertCard(memory: NonVolatileMemory): TestTerminal {
  const card = new VirtualCard({ memory, random: () => bytesOf(CHALLENGE) });
  card.powerOn();
  return new TestTerminal(card, HISTORICAL.subarray(0, 8));
}

/**
 * APDU sequences into the user card in every state and suite. The witness (card-witness.ts) sees each exchange: nothing
 * throws, no file, key or state changes without its right, no key byte and no protected byte leaves the card.
 */
import { describe, expect, test } from '@jest/globals';
import type { AlgorithmSuite } from '@rhc/card/profile';
import fc from 'fast-check';
import type { ChipContent } from '../../virtual-card/src/index.ts';
import { blankCard, canaryCard } from './canary-card.ts';
import { CardBench } from './card-bench.ts';
import { runSteps, steps } from './card-steps.ts';
import { FUZZ_APDUS, FUZZ_SEED, FUZZ_TIMEOUT_MS } from './fuzz-size.ts';

const STEPS_A_RUN = 80;
const SETUP = ['authentications', 'reads', 'writes', 'keys', 'channels', 'seals'];
/** Share of the APDUs, and what the sequences must have been granted at least once. */
const CARDS: readonly {
  name: string;
  share: number;
  image: () => ChipContent;
  reached: readonly string[];
}[] = [
  ...(['intl-128', 'sm-128', 'pboc-3des'] as const).map((suite: AlgorithmSuite) => ({
    name: `operational, ${suite}`,
    share: 0.2,
    image: () => canaryCard(suite, 'operational'),
    reached: ['authentications', 'reads', 'writes', 'keys', 'locks', 'channels'],
  })),
  {
    name: 'in personalization, intl-128',
    share: 0.15,
    image: () => canaryCard('intl-128', 'personalization'),
    reached: SETUP,
  },
  {
    name: 'in personalization, pboc-3des',
    share: 0.05,
    image: () => canaryCard('pboc-3des', 'personalization'),
    reached: SETUP,
  },
  {
    name: 'blank, sm-128',
    share: 0.1,
    image: () => blankCard('sm-128'),
    reached: ['authentications', 'writes', 'keys', 'channels'],
  },
];

describe.each(CARDS.map((card, number) => ({ ...card, number })))('card $name', ({ share, image, reached, number }) => {
  test(
    'nothing is granted that was not earned',
    () => {
      const content = image();
      const wanted = FUZZ_APDUS * share;
      const granted: Record<string, number> = {};
      let apdus = 0;
      let round = 0;
      while (apdus < wanted) {
        fc.assert(
          fc.property(steps(STEPS_A_RUN), (sequence) => {
            const bench = new CardBench(content);
            runSteps(bench, sequence);
            apdus += bench.apdus;
            for (const [what, times] of Object.entries(bench.witness.granted))
              granted[what] = (granted[what] ?? 0) + times;
          }),
          { seed: FUZZ_SEED + number * 100_000 + round, numRuns: 100 },
        );
        round += 1;
      }
      process.stderr.write(`  ${apdus} APDUs, ${round * 100} sequences, granted ${JSON.stringify(granted)}\n`);
      expect(apdus).toBeGreaterThanOrEqual(wanted);
      // A fuzzer that is always refused proves nothing.
      for (const what of reached) expect(granted[what] ?? 0).toBeGreaterThan(0);
    },
    FUZZ_TIMEOUT_MS,
  );
});

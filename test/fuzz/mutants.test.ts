/**
 * The fuzzers are worth what they find: a card that forgets one of its rules must be found out by the same sequences. The
 * rules that are not here need a coincidence that so few sequences do not reach (a fourth version of one key, a reset
 * between challenge and use); the conformance suite holds those.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CosRule, rulesWithout } from '../../virtual-card/src/cos/rules.ts';
import { blankCard, canaryCard } from './canary-card.ts';
import { CardBench } from './card-bench.ts';
import { runSteps, steps } from './card-steps.ts';
import { FUZZ_SEED, FUZZ_TIMEOUT_MS } from './fuzz-size.ts';

const IMAGES = {
  operational: canaryCard('intl-128', 'operational'),
  personalization: canaryCard('intl-128', 'personalization'),
  blank: blankCard('intl-128'),
} as const;
const SEQUENCES = 250;

/** A rule, and the card on which forgetting it shows. */
const MUTANTS: readonly (readonly [CosRule, keyof typeof IMAGES])[] = [
  ['protectedMac', 'operational'],
  ['stkOfDirectory', 'operational'],
  ['encipherment', 'operational'],
  ['macRequired', 'operational'],
  ['triesCounted', 'operational'],
  ['triesExhausted', 'operational'],
  ['triesRefilled', 'operational'],
  ['challengeOnceAuthentication', 'operational'],
  ['challengeOnceUpdate', 'operational'],
  ['challengeReplaced', 'operational'],
  ['stateClearedByDirectory', 'operational'],
  ['stateClearedByReset', 'operational'],
  ['keyVersion', 'operational'],
  ['keyClass', 'operational'],
  ['keyOfDirectory', 'operational'],
  ['internalKey', 'operational'],
  ['entryOfDirectory', 'operational'],
  ['applicationBlock', 'operational'],
  ['cardBlock', 'operational'],
  ['lockKey', 'operational'],
  ['lockMac', 'operational'],
  ['channelRequired', 'personalization'],
  ['channelMac', 'operational'],
  ['channelMacChain', 'personalization'],
  ['channelClosedByWrongMac', 'personalization'],
  ['lifeCycle', 'operational'],
  ['endDigest', 'personalization'],
  ['transportKeyErased', 'blank'],
  ['transportKeyBarsEnd', 'blank'],
  ['keyOverwrite', 'operational'],
  ['cyclicOrder', 'operational'],
  ['tlvHeader', 'personalization'],
  ['recordLength', 'personalization'],
  ['binaryEnd', 'personalization'],
];

test.each(MUTANTS)(
  'a card that forgets %s is found out (%s)',
  (rule, image) => {
    const result = fc.check(
      fc.property(steps(80), (sequence) => runSteps(new CardBench(IMAGES[image], rulesWithout(rule)), sequence)),
      { seed: FUZZ_SEED, numRuns: SEQUENCES, endOnFailure: true },
    );
    expect(result.failed).toBe(true);
  },
  FUZZ_TIMEOUT_MS,
);

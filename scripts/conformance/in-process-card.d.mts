import type { AlgorithmSuite } from '@rhc/card/profile';
import type { CosRules } from '@rhc/virtual-card/cos';
import type { CardSource, Images } from './suite.mjs';

/** The three images of the suite, from the public pilot keys. */
export declare function pilotImages(suite: AlgorithmSuite, historicalBytes?: Uint8Array): Images;
export declare function inProcessCard(options: { readonly images: Images; readonly rules?: CosRules }): CardSource;

import type { CosRules } from '@rhc/virtual-card/cos';
import type { Images } from './suite.mjs';

export interface Mutant {
  readonly name: string;
  readonly rule: string;
  /** Cases whose id begins so are likely to catch it; a test that stops at the first runs them first. */
  readonly near: string;
  readonly images: Images;
  readonly rules?: CosRules;
}

export declare function mutants(images: Images): readonly Mutant[];

import type { AlgorithmSuite } from '@rhc/card/profile';
import type { CosRules } from '@rhc/virtual-card/cos';
import type { ChipContent } from '@rhc/virtual-card/memory';

export interface Card {
  transmit(command: Uint8Array): Promise<Uint8Array> | Uint8Array;
  reset(): Promise<Uint8Array> | Uint8Array;
}

export interface CardSource {
  /** A card in that state, just reset; null where none can be had. `fresh`: the last case changed it for good. */
  insert(chip: string, how: { readonly fresh: boolean }): Promise<Card | null> | Card | null;
}

export interface Case {
  readonly id: string;
  readonly clause: string;
  readonly also?: readonly string[];
  readonly title: { readonly zh: string; readonly en: string };
  readonly chip: 'blank' | 'loaded' | 'operational';
  readonly consequence: 'none' | 'writes' | 'irreversible';
  readonly steps: readonly Readonly<Record<string, unknown>>[];
}

export interface Clause {
  readonly id: string;
  readonly source: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly withoutCase?: { readonly zh: string; readonly en: string };
}

export interface Result {
  readonly case: Case;
  readonly skipped: string | null;
  readonly deviation: {
    readonly step: number;
    readonly verb: string;
    readonly expected: string;
    readonly got: string;
  } | null;
}

export declare function loadSuite(folder: string): {
  readonly cases: readonly Case[];
  readonly clauses: readonly Clause[];
};

export declare function runSuite(options: {
  readonly cases: readonly Case[];
  readonly card: CardSource;
  readonly suite: AlgorithmSuite;
  readonly province?: string;
  /** Consequences that may happen to the card; default all. */
  readonly allow?: readonly string[];
  readonly stopAtFirst?: boolean;
  readonly onCase?: (result: Result) => void;
}): Promise<readonly Result[]>;

export declare function coverage(
  clauses: readonly Clause[],
  cases: readonly Case[],
): readonly {
  readonly id: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly cases: number;
  readonly withoutCase: { readonly zh: string; readonly en: string } | null;
}[];

export type Images = Readonly<Record<'blank' | 'loaded' | 'operational', ChipContent>>;
export type Rules = CosRules;

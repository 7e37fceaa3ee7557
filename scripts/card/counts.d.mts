/** Types of the counts for the tests. */
import type { Text } from '@rhc/card/errors';

export interface CountRow {
  readonly id: string;
  readonly text: Text;
  readonly apdus: number;
  readonly least: { readonly total: number; readonly lines: readonly (Text & { readonly count: number })[] } | null;
  readonly nonVolatileBytes: number;
  readonly ms: Readonly<Record<string, number>>;
  readonly deployedMs: number | null;
}

export declare function countDialogues(repository: string): Promise<readonly CountRow[]>;

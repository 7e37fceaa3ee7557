/** Types of the example card for the tests. */
import type { PersonalizationVerdict } from '@rhc/card/personalization';
import type { TerminalKeys } from '@rhc/card/session';
import type { NonVolatileMemory } from '@rhc/virtual-card/memory';
import type { KeptSignatures } from './example-keys.mjs';

export declare function pilotTerminalKeys(random: (length: number) => Uint8Array): TerminalKeys;
export declare function personalizePilotCard(
  repository: string,
  signatures: KeptSignatures,
): Promise<{ readonly memory: NonVolatileMemory; readonly verdict: PersonalizationVerdict }>;

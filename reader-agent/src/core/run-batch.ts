/**
 * Runs one batch of APDU steps on an open card. The only judgement made here is whether a status word was expected;
 * what a step is for is card-issuer's business. Nothing of a batch is ever logged: it may carry a resident's data.
 */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { RhcError } from '@rhc/card/errors';
import { isRhcError } from '@rhc/card/errors';
import type { Transport } from '@rhc/card/session';
import type { z } from 'zod';
import type { apduStep } from '../contract/index.ts';
import { agentErrors } from '../errors.ts';

export type BatchStep = z.infer<typeof apduStep>;

export type BatchOutcome =
  | { readonly kind: 'answers'; readonly responses: readonly string[] }
  /** The card or reader failed; what had been answered until then is still told. */
  | { readonly kind: 'failed'; readonly responses: readonly string[]; readonly error: RhcError };

const SUCCESS = [0x9000];

/** @param onProgress called after every step with the number of steps done. */
export async function runBatch(
  transport: Transport,
  steps: readonly BatchStep[],
  onProgress: (done: number) => void,
): Promise<BatchOutcome> {
  const responses: string[] = [];
  for (const step of steps) {
    let response: Uint8Array;
    try {
      response = await transport.transmit(hexToBytes(step.command));
    } catch (cause) {
      const error = isRhcError(cause) ? cause : agentErrors.make('READER_REPLUG', { cause });
      return { kind: 'failed', responses, error };
    }
    responses.push(bytesToHex(response));
    onProgress(responses.length);
    const expected = step.expectedStatusWords ?? SUCCESS;
    if (!expected.includes(statusWordOf(response)) && step.stopOnMismatch !== false) break;
  }
  return { kind: 'answers', responses };
}

function statusWordOf(response: Uint8Array): number {
  return ((response[response.length - 2] ?? 0) << 8) | (response[response.length - 1] ?? 0);
}

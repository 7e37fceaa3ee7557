/** From what a write came to, to what card-issuer is told of the delivery: nothing is called undone that was not looked at. */
import { isRhcError } from '@rhc/card/errors';
import type { MailboxResult } from '../contract/mailbox.ts';
import type { WriteAnswer } from '../contract/writes.ts';
import type { JournalEntry } from '../journal/index.ts';

/** Another delivery would meet the same refusal; everything else may go better next time. */
const FINAL: readonly string[] = [
  'CARD_PATCH_CONFLICT',
  'CARD_PATCH_REFUSED',
  'REKEY_PLAN_INVALID',
  'REKEY_VERSION_UNPROVEN',
];

export type Outcome = Pick<MailboxResult, 'outcome' | 'code' | 'retriable'>;

export function outcomeOfEntry({ elements }: Pick<JournalEntry, 'elements'>, failure: WriteAnswer['failure']): Outcome {
  const outcomes = (elements ?? []).map(({ outcome }) => outcome);
  const code = failure?.code ?? null;
  if (outcomes.length > 0 && outcomes.every((outcome) => outcome === 'applied'))
    return { outcome: 'applied', code: null, retriable: false };
  if (outcomes.length === 0 || outcomes.includes('unknown')) return { outcome: 'unknown', code, retriable: true };
  return { outcome: 'not applied', code, retriable: !FINAL.includes(code ?? '') };
}

/** Thrown before anything was written. */
export function outcomeOfRefusal(error: unknown): Outcome {
  const code = isRhcError(error) ? error.code : 'INTERNAL';
  return { outcome: 'not applied', code, retriable: !FINAL.includes(code) };
}

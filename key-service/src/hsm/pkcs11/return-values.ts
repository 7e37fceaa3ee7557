/** A PKCS#11 return value becomes an error with a sentence and a next step of its own (`return-value-table.ts`). */
import { isRhcError, RhcError } from '@rhc/card/errors';
import { keyServiceErrors } from '../../errors.ts';
import { RETURN_VALUES } from './return-value-table.ts';

/** Messages of pkcs11js hold the name of the value and nothing else. */
export const returnValueName = (error: unknown): string | undefined =>
  /CKR_[A-Z0-9_]+/.exec(error instanceof Error ? error.message : '')?.[0];

/** `doing` names the step for the engineer's log. */
export function hsmError(error: unknown, doing: string): RhcError {
  if (isRhcError(error)) return error;
  const name = returnValueName(error);
  const known = name === undefined ? undefined : RETURN_VALUES[name];
  const detail = `${doing}: ${name ?? (error instanceof Error ? error.message : 'not an error')}`;
  if (known === undefined) return keyServiceErrors.make('HSM_FAILED', { detail });
  const definition = keyServiceErrors.table[known.code];
  return new RhcError(known.code, { ...definition, message: known.text, nextStep: known.nextStep }, { detail });
}

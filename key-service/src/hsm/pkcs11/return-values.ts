/** PKCS#11 return values (v2.40, 5.1.6) as sentences: CKR_* → a code of this room's error table. */
import { isRhcError, type RhcError } from '@rhc/card/errors';
import { keyServiceErrors } from '../../errors.ts';

const CODES: Readonly<Record<string, keyof typeof keyServiceErrors.table>> = {
  CKR_PIN_INCORRECT: 'HSM_PIN_WRONG',
  CKR_PIN_INVALID: 'HSM_PIN_WRONG',
  CKR_PIN_LEN_RANGE: 'HSM_PIN_WRONG',
  CKR_PIN_LOCKED: 'HSM_PIN_LOCKED',
  CKR_PIN_EXPIRED: 'HSM_PIN_EXPIRED',
  CKR_USER_PIN_NOT_INITIALIZED: 'HSM_TOKEN_MISSING',
  CKR_TOKEN_NOT_RECOGNIZED: 'HSM_TOKEN_MISSING',
  CKR_TOKEN_NOT_PRESENT: 'HSM_SLOT_GONE',
  CKR_SLOT_ID_INVALID: 'HSM_SLOT_GONE',
  CKR_DEVICE_REMOVED: 'HSM_SLOT_GONE',
  CKR_DEVICE_ERROR: 'HSM_SLOT_GONE',
  CKR_SESSION_CLOSED: 'HSM_SLOT_GONE',
  CKR_SESSION_HANDLE_INVALID: 'HSM_SLOT_GONE',
  CKR_USER_NOT_LOGGED_IN: 'HSM_SLOT_GONE',
  CKR_CRYPTOKI_NOT_INITIALIZED: 'HSM_SLOT_GONE',
  CKR_MECHANISM_INVALID: 'HSM_MECHANISM_REFUSED',
  CKR_MECHANISM_PARAM_INVALID: 'HSM_MECHANISM_REFUSED',
  CKR_KEY_FUNCTION_NOT_PERMITTED: 'HSM_MECHANISM_REFUSED',
  CKR_KEY_NOT_WRAPPABLE: 'HSM_MECHANISM_REFUSED',
  CKR_KEY_UNEXTRACTABLE: 'HSM_MECHANISM_REFUSED',
  CKR_TEMPLATE_INCONSISTENT: 'HSM_MECHANISM_REFUSED',
  CKR_FUNCTION_NOT_SUPPORTED: 'HSM_MECHANISM_REFUSED',
  CKR_HOST_MEMORY: 'HSM_OUT_OF_MEMORY',
  CKR_DEVICE_MEMORY: 'HSM_OUT_OF_MEMORY',
  CKR_SESSION_COUNT: 'HSM_OUT_OF_MEMORY',
};

/** `doing` names the step for the engineer's log. Messages of pkcs11js hold the name of the value and nothing else. */
export function hsmError(error: unknown, doing: string): RhcError {
  if (isRhcError(error)) return error;
  const name = /CKR_[A-Z0-9_]+/.exec(error instanceof Error ? error.message : '')?.[0];
  const code = (name === undefined ? undefined : CODES[name]) ?? 'HSM_FAILED';
  const said = name ?? (error instanceof Error ? error.message : 'not an error');
  return keyServiceErrors.make(code, { detail: `${doing}: ${said}` });
}

/** TerminalKeys that count their calls and tell a person what is wrong when key-service cannot be reached. */
import { isRhcError } from '@rhc/card/errors';
import type { TerminalKeys } from '@rhc/card/session';
import { agentErrors } from '../errors.ts';

export interface CountedKeys extends TerminalKeys {
  calls(): number;
}

export function countedKeys(keys: TerminalKeys): CountedKeys {
  let calls = 0;
  const counted = async <T>(work: () => Promise<T>): Promise<T> => {
    calls += 1;
    try {
      return await work();
    } catch (cause) {
      if (isRhcError(cause)) throw cause;
      throw agentErrors.make('KEY_SERVICE_UNAVAILABLE', { cause });
    }
  };
  return {
    get suite() {
      return keys.suite;
    },
    // Not counted: answered from what the client already knows after its first call.
    activeVersion: (slot) => keys.activeVersion(slot),
    externalAuthentication: (request) => counted(() => keys.externalAuthentication(request)),
    ...(keys.internalAuthentication === undefined ? {} : { internalAuthentication: keys.internalAuthentication }),
    verifyInternalAuthentication: (request) => counted(() => keys.verifyInternalAuthentication(request)),
    protect: (request) => counted(() => keys.protect(request)),
    calls: () => calls,
  };
}

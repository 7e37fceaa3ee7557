/** TerminalKeys that count their calls, remember which key versions served, and tell a person what is wrong when key-service cannot be reached. */
import { isRhcError } from '@rhc/card/errors';
import type { TerminalKeys } from '@rhc/card/session';
import { agentErrors } from '../errors.ts';

export interface CountedKeys extends TerminalKeys {
  calls(): number;
  /** Version of each key that was used, by its slot. */
  versions(): Readonly<Record<string, number>>;
}

type UsedKey = Pick<Parameters<TerminalKeys['externalAuthentication']>[0], 'slot' | 'version'>;

export function countedKeys(keys: TerminalKeys): CountedKeys {
  let calls = 0;
  const versions = new Map<string, number>();
  const counted = async <T>({ slot, version }: UsedKey, work: () => Promise<T>): Promise<T> => {
    calls += 1;
    try {
      const answer = await work();
      versions.set(slot, version);
      return answer;
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
    externalAuthentication: (request) => counted(request, () => keys.externalAuthentication(request)),
    ...(keys.internalAuthentication === undefined ? {} : { internalAuthentication: keys.internalAuthentication }),
    verifyInternalAuthentication: (request) => counted(request, () => keys.verifyInternalAuthentication(request)),
    protect: (request) => counted(request, () => keys.protect(request)),
    calls: () => calls,
    versions: () => Object.fromEntries(versions),
  };
}

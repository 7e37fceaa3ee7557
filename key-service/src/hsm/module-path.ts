/** Which of a model's module paths this machine has. */
import { keyServiceErrors } from '../errors.ts';

export function findModulePath(candidates: readonly string[], exists: (path: string) => boolean): string {
  const found = candidates.find(exists);
  if (found === undefined) throw keyServiceErrors.make('HSM_MODULE_MISSING', { detail: candidates.join(', ') });
  return found;
}

/**
 * A root that the token makes itself; nobody ever sees it. It is derived from a random block under a key of the token, so
 * that the same derivation gives the block for SAMs, and a twin that lives for one wrap to the recovery token (ADR 021).
 */
import { keyServiceErrors } from '../../errors.ts';
import type { Handle } from '../pkcs11/module.ts';
import { isForSams, keepBlockForSams } from '../pkcs11/sam-roots.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperations } from '../port.ts';
import { placeRoot } from './import-root.ts';
import { keepBackupOfTwin } from './root-backup.ts';
import { standingRoot } from './standing-root.ts';

const ROOT_NAME = /^[A-Z][A-Z0-9]*([.-][A-Z0-9]+)?#([1-9]\d{0,2})$/;

export function generateRoot(
  token: Token,
  { root, usage, suite = 'intl-128' }: HsmOperations['generate-root']['input'],
): HsmOperations['generate-root']['output'] {
  if (!ROOT_NAME.test(root)) throw keyServiceErrors.make('KEY_MISSING', { detail: `${root} is no name of a root` });
  const standing = standingRoot(token, root);
  if (standing === 'torn') token.destroyRoot(root);
  else if (standing !== null) return { ...standing, created: false };
  const own = token.suites.find((keys) => keys.suite === suite);
  // The soft engine's keys are in this process anyway.
  if (own === undefined) return placeRoot(token, root, usage, Uint8Array.from(token.random(16)), undefined, suite);
  const block = token.random(16);
  const made: Handle[] = [];
  try {
    const parent = isForSams(root) ? keepBlockForSams(token, root, block) : token.generate(templates.landing);
    if (!isForSams(root)) made.push(parent);
    const candidate = token.derive(parent, block, own.templates.candidate);
    made.push(candidate);
    const kcv = own.key(candidate, 'candidate').checkValue();
    // The backup stands before the root does: no root is ever without one.
    keepBackupOfTwin(token, { root, usage, suite, kcv }, () => token.derive(parent, block, own.templates.cardKey));
    token.derive(parent, block, own.templates.root(root, usage));
    return { root, kcv, created: true };
  } finally {
    for (const handle of made) token.destroy(handle);
  }
}

/**
 * A root that the token makes itself; nobody ever sees it. It is derived from a random block under a key that lives for this
 * moment, so that the same derivation gives twins, each for one wrap: to the recovery token (ADR 021), to the SAM token (ADR 024).
 */
import { keyServiceErrors } from '../../errors.ts';
import type { Handle } from '../pkcs11/module.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperations } from '../port.ts';
import { placeRoot } from './import-root.ts';
import { keepBackup } from './root-backup.ts';
import { isSealedOnly, keepSeal } from './sam-seals.ts';
import { standingRoot } from './standing-root.ts';
import { wrapTwinFor } from './wrap-for.ts';

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
    const parent = token.generate(templates.landing);
    made.push(parent);
    const candidate = token.derive(parent, block, own.templates.candidate);
    made.push(candidate);
    const kcv = own.key(candidate, 'candidate').checkValue();
    const about = { root, usage, suite, kcv };
    const twin = () => token.derive(parent, block, own.templates.cardKey);
    const wrap = (spki: Buffer) => wrapTwinFor(token, spki, twin);
    // Backup and seal stand before the root does: no root is ever without them.
    keepBackup(token, about, wrap);
    keepSeal(token, about, wrap);
    if (!isSealedOnly(token, root)) token.derive(parent, block, own.templates.root(root, usage));
    return { root, kcv, created: true };
  } finally {
    for (const handle of made) token.destroy(handle);
  }
}

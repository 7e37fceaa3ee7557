/**
 * A root from components (KEYS.md, "Ceremony"). XOR happens here, in the worker's memory, for the pilot's public texts
 * only, and is wiped. The combined value never becomes a template's CKA_VALUE: it is deciphered under a key G that the
 * token has just generated, and C_DeriveKey(G, D(G, value)) makes the root inside the token. So the root is born
 * SENSITIVE and not EXTRACTABLE, and keeps the marks ALWAYS_SENSITIVE and NEVER_EXTRACTABLE, which an object made by
 * C_CreateObject never has.
 */
import { createHash } from 'node:crypto';
import { equalBytes } from '@rhc/card/bytes';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { keyServiceErrors } from '../../errors.ts';
import type { Handle } from '../pkcs11/module.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperations, ImportRootInput } from '../port.ts';
import { forgetBlock } from './move-sam-roots.ts';
import { type AboutRoot, keepBackup } from './root-backup.ts';
import { isSealedOnly, isToBeSealed, keepSeal } from './sam-seals.ts';
import { standingRoot } from './standing-root.ts';
import { wrapValueFor } from './wrap-for.ts';

type Placed = HsmOperations['import-root']['output'];

export function importRoot(token: Token, input: ImportRootInput): Placed {
  const combined = combinePilotTexts(input.pilotTexts);
  try {
    return placeRoot(token, input.root, input.usage, combined, undefined, input.suite);
  } finally {
    combined.fill(0);
  }
}

/**
 * @param value 16 bytes; the caller wipes them
 * @param confirm told the check value before anything is written; throws to refuse
 */
export function placeRoot(
  token: Token,
  root: string,
  usage: 'derive' | 'encrypt',
  value: Uint8Array,
  confirm: (kcv: Uint8Array) => void = () => undefined,
  suite: AlgorithmSuite = 'intl-128',
): Placed {
  const own = token.suites.find((keys) => keys.suite === suite);
  if (own === undefined) return placeSoftRoot(token, root, value, confirm, suite);
  const landing = token.generate(templates.landing);
  const made: Handle[] = [landing];
  try {
    const block = token.decryptEcb(landing, value);
    const candidate = token.derive(landing, block, own.templates.candidate);
    made.push(candidate);
    const kcv = own.key(candidate, 'candidate').checkValue();
    confirm(kcv);
    const present = presentRoot(token, root, kcv);
    keepBeside(token, { root, usage, suite, kcv }, value, present !== null);
    if (present !== null) return present;
    if (!isSealedOnly(token, root)) token.derive(landing, block, own.templates.root(root, usage));
    return { root, kcv, created: true };
  } finally {
    for (const handle of made) token.destroy(handle);
  }
}

function placeSoftRoot(
  token: Token,
  root: string,
  value: Uint8Array,
  confirm: (kcv: Uint8Array) => void,
  suite: AlgorithmSuite,
): Placed {
  if (token.soft?.suite !== suite) throw keyServiceErrors.make('HSM_MECHANISM_REFUSED', { detail: `suite ${suite}` });
  const candidate = token.soft.candidate(value);
  try {
    const kcv = candidate.checkValue();
    confirm(kcv);
    const present = presentRoot(token, root, kcv);
    const usage = root.startsWith('CVK#') ? 'encrypt' : 'derive';
    keepBeside(token, { root, usage, suite, kcv }, value, present !== null);
    if (present !== null) return present;
    if (!isSealedOnly(token, root)) token.soft.place(root, value);
    return { root, kcv, created: true };
  } finally {
    candidate.destroy();
  }
}

/**
 * Backup and seal stand before the root does: no root is ever without them. A root that stood before there was a SAM token
 * gets its seal when its value comes again, and a root of the issue channel is then here as a seal only.
 */
function keepBeside(token: Token, about: AboutRoot, value: Uint8Array, present: boolean): void {
  const wrap = (spki: Buffer) => wrapValueFor(spki, value);
  if (!present) keepBackup(token, about, wrap);
  keepSeal(token, about, wrap);
  if (!present || !isToBeSealed(token, about.root)) return;
  forgetBlock(token, about.root);
  if (isSealedOnly(token, about.root)) token.destroyRoot(about.root);
}

/** What stands under this name already, which must be the same key; a torn name is taken away. */
function presentRoot(token: Token, root: string, kcv: Uint8Array): Placed | null {
  const standing = standingRoot(token, root);
  if (standing === 'torn') token.destroyRoot(root);
  if (standing === 'torn' || standing === null) return null;
  if (equalBytes(standing.kcv, kcv)) return { ...standing, created: false };
  throw keyServiceErrors.make('KEY_CHECK_VALUE_MISMATCH', { detail: `${root} is another key already` });
}

function combinePilotTexts(texts: readonly string[]): Uint8Array {
  const combined = new Uint8Array(16);
  for (const text of texts) {
    const component = createHash('sha256').update(text, 'ascii').digest();
    for (let i = 0; i < combined.length; i++) combined[i] = (combined[i] as number) ^ (component[i] as number);
    component.fill(0);
  }
  return combined;
}

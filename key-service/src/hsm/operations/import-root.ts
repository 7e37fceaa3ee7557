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
import { keepForSams } from '../pkcs11/sam-roots.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperations, ImportRootInput } from '../port.ts';
import { keepBackupOfValue } from './root-backup.ts';
import { standingRoot } from './standing-root.ts';

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
    if (present !== null) return present;
    keepForSams(token, root, value);
    keepBackupOfValue(token, { root, usage, suite, kcv }, value);
    token.derive(landing, block, own.templates.root(root, usage));
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
    if (present !== null) return present;
    keepBackupOfValue(token, { root, usage: root.startsWith('CVK#') ? 'encrypt' : 'derive', suite, kcv }, value);
    token.soft.place(root, value);
    return { root, kcv, created: true };
  } finally {
    candidate.destroy();
  }
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

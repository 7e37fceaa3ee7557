/**
 * A root from components (KEYS.md, "Ceremony"). XOR happens here, in the worker's memory, for the pilot's public texts
 * only, and is wiped. The combined value never becomes a template's CKA_VALUE: it is deciphered under a key G that the
 * token has just generated, and C_DeriveKey(G, D(G, value)) makes the root inside the token. So the root is born
 * SENSITIVE and not EXTRACTABLE, and keeps the marks ALWAYS_SENSITIVE and NEVER_EXTRACTABLE, which an object made by
 * C_CreateObject never has.
 */
import { createHash } from 'node:crypto';
import { equalBytes } from '@rhc/card/bytes';
import { keyServiceErrors } from '../../errors.ts';
import type { Handle } from '../pkcs11/module.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperations, ImportRootInput, RootDescription } from '../port.ts';

export function importRoot(token: Token, input: ImportRootInput): HsmOperations['import-root']['output'] {
  const combined = combinePilotTexts(input.pilotTexts);
  try {
    return placeRoot(token, input.root, input.usage, combined);
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
): HsmOperations['import-root']['output'] {
  const landing = token.generate(templates.landing);
  const made: Handle[] = [landing];
  try {
    const block = token.decryptEcb(landing, value);
    const candidate = token.derive(landing, block, templates.candidate);
    made.push(candidate);
    const kcv = Uint8Array.from(token.checkValueByDerivation(candidate));
    confirm(kcv);
    if (token.hasRoot(root)) {
      const present = describeRoot(token, root);
      if (!equalBytes(present.kcv, kcv)) {
        throw keyServiceErrors.make('KEY_CHECK_VALUE_MISMATCH', { detail: `${root} is another key already` });
      }
      return { ...present, created: false };
    }
    token.derive(landing, block, templates.root(root, usage));
    return { root, kcv, created: true };
  } finally {
    for (const handle of made) token.destroy(handle);
  }
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

/** The code key may only ENCRYPT; every other root only DERIVE. The check value is asked for in the way it allows. */
export function describeRoot(token: Token, root: string): RootDescription {
  const handle = token.root(root);
  const kcv = root.startsWith('CVK#') ? token.checkValueByEncipherment(handle) : token.checkValueByDerivation(handle);
  return { root, kcv: Uint8Array.from(kcv) };
}

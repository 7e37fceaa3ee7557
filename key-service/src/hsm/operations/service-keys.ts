/**
 * Keys of the token that are nobody's root and that other data hang on: data keys (`DEK.`) and protection keys of key blocks
 * (`KBPK.`). They are made once and backed up in that moment, as roots are (ADR 021).
 */
import { bytesToHex, concatBytes, equalBytes } from '@rhc/card/bytes';
import { keyServiceErrors } from '../../errors.ts';
import { PROTECTION_KEY_PREFIX, tokenKeyBlockEngine } from '../pkcs11/key-block-engine.ts';
import type { Handle } from '../pkcs11/module.ts';
import { returnValueName } from '../pkcs11/return-values.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { RootDescription } from '../port.ts';
import { ZERO_BLOCK } from './blocks.ts';
import { keepBackup } from './root-backup.ts';
import { wrapTwinFor, wrapValueFor } from './wrap-for.ts';

export const DATA_KEY_PREFIX = 'DEK.';
const PIECE_BYTES = 16;
const CHECK_VALUE_BYTES = 3;
const MAX_TRIES = 20;
const LONGEST_PAUSE_MS = 40;

const pause = (milliseconds: number) =>
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(1, milliseconds));

/** Check value of a key of this kind that stands: three bytes of enciphered zeros, or of their CMAC. */
function checkValueOf(token: Token, name: string): Uint8Array {
  return name.startsWith(PROTECTION_KEY_PREFIX)
    ? tokenKeyBlockEngine(token, name.slice(PROTECTION_KEY_PREFIX.length)).checkValue()
    : Uint8Array.from(token.root(name).ecb(ZERO_BLOCK).subarray(0, CHECK_VALUE_BYTES));
}

/** All of them, by name. */
export const standingServiceKeys = (token: Token): RootDescription[] =>
  [...new Set(token.find(templates.find('secret')).map((handle) => token.label(handle)))]
    .filter((name) => name.startsWith(DATA_KEY_PREFIX) || name.startsWith(PROTECTION_KEY_PREFIX))
    .sort()
    .map((root) => ({ root, kcv: checkValueOf(token, root) }));

/**
 * The data key of this name, made if there is none. A service asks for one at a time; should two nodes ask at the same moment
 * for the first time, a key that is not the only one of its name is taken away again by the worker that made it.
 */
export function ensureDataKey(token: Token, name: string): void {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const standing = token.find(templates.find('secret', name)).length;
    if (standing <= 1 && stands(token, name)) return;
    if (standing === 0) {
      const made = deriveDataKey(token, name);
      if (token.find(templates.find('secret', name)).length === 1) return;
      token.destroy(made);
      token.forgetRoot(name);
    }
    pause(Math.floor(Math.random() * LONGEST_PAUSE_MS));
  }
  throw keyServiceErrors.make('KEY_MOVED_MEANWHILE', { detail: name });
}

/** A process that was killed in a derivation leaves a name without a key (`standing-root.ts`), which sealed nothing. */
function stands(token: Token, name: string): boolean {
  if (!token.hasRoot(name)) return false;
  try {
    return checkValueOf(token, name).length > 0;
  } catch (error) {
    if (returnValueName(error) !== 'CKR_MECHANISM_INVALID') throw error;
    token.destroyRoot(name);
    return false;
  }
}

function deriveDataKey(token: Token, name: string): Handle {
  const keys = token.landingSuite;
  const block = token.random(PIECE_BYTES);
  const made: Handle[] = [];
  try {
    const landing = token.generate(templates.landing);
    made.push(landing);
    const twin = () => token.derive(landing, block, keys.templates.cardKey);
    const shown = twin();
    made.push(shown);
    const kcv = Uint8Array.from(keys.ecb(shown, ZERO_BLOCK).subarray(0, CHECK_VALUE_BYTES));
    // The backup stands before the key does: no key is ever without it.
    keepBackup(token, { root: name, usage: 'data-key', suite: keys.suite, kcv }, (spki) =>
      wrapTwinFor(token, spki, twin),
    );
    return token.derive(landing, block, templates.enciphering(name));
  } finally {
    for (const handle of made) token.destroy(handle);
  }
}

/** A data key that comes back from a backup. @param value 16 bytes; the caller wipes them @throws KEY_CHECK_VALUE_MISMATCH */
export function placeDataKey(token: Token, name: string, value: Uint8Array, kcv: string): { created: boolean } {
  const keys = token.landingSuite;
  const made: Handle[] = [];
  try {
    const landing = token.generate(templates.landing);
    made.push(landing);
    const block = token.decryptEcb(landing, value);
    const candidate = token.derive(landing, block, keys.templates.session);
    made.push(candidate);
    const got = Uint8Array.from(keys.ecb(candidate, ZERO_BLOCK).subarray(0, CHECK_VALUE_BYTES));
    const present = stands(token, name) ? checkValueOf(token, name) : got;
    if (bytesToHex(got) !== kcv || !equalBytes(present, got)) {
      throw keyServiceErrors.make('KEY_CHECK_VALUE_MISMATCH', { detail: `${name}: not ${kcv}` });
    }
    if (token.hasRoot(name)) return { created: false };
    keepBackup(token, { root: name, usage: 'data-key', suite: keys.suite, kcv: got }, (spki) =>
      wrapValueFor(spki, value),
    );
    token.derive(landing, block, templates.enciphering(name));
    return { created: true };
  } finally {
    for (const handle of made) token.destroy(handle);
  }
}

/** A key of any length in pieces of 16 bytes, each wrapped for itself. */
export function wrapPieces(spki: Buffer, value: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < value.length; at += PIECE_BYTES) {
    const piece = new Uint8Array(PIECE_BYTES);
    piece.set(value.subarray(at, at + PIECE_BYTES));
    pieces.push(wrapValueFor(spki, piece));
    piece.fill(0);
  }
  return concatBytes(...pieces);
}

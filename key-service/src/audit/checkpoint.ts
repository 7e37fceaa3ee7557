/**
 * Signed checkpoints in the form of C2SP tlog-checkpoint and signed-note, so that any transparency-log tool reads them:
 * origin, size, root in base64, a blank line, and `— origin base64(key id ‖ signature)`. ECDSA P-256 over SHA-256 in
 * DER; the key id is the first 4 bytes of SHA-256 over the SubjectPublicKeyInfo. Pure.
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { concatBytes } from '@rhc/card/bytes';
import type { Hash } from './merkle-tree.ts';

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

const DASH = '\u2014';
const KEY_ID_BYTES = 4;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** @param point x ‖ y, 64 bytes */
export function publicKeyOf(point: Uint8Array): KeyObject {
  const part = (from: number) => Buffer.from(point.subarray(from, from + 32)).toString('base64url');
  return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: part(0), y: part(32) }, format: 'jwk' });
}

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

export const publicKeyPem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

/** SHA-256 over the SubjectPublicKeyInfo, hex: what a person compares with the ceremony's minutes. */
export const keyFingerprint = (key: KeyObject): string => createHash('sha256').update(spki(key)).digest('hex');

const keyId = (key: KeyObject): Buffer => createHash('sha256').update(spki(key)).digest().subarray(0, KEY_ID_BYTES);

export const noteText = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${base64(root)}\n`;

export const noteDigest = (checkpoint: Checkpoint): Uint8Array =>
  Uint8Array.from(createHash('sha256').update(noteText(checkpoint)).digest());

/** @param signature r ‖ s, 64 bytes, over `noteDigest` */
export function signedNote(checkpoint: Checkpoint, signature: Uint8Array, key: KeyObject): string {
  const line = base64(concatBytes(keyId(key), ecdsaDer(signature)));
  return `${noteText(checkpoint)}\n${DASH} ${checkpoint.origin} ${line}\n`;
}

export type CheckpointFault = 'form' | 'unknown-key' | 'signature';

/** Checks form and signature; signatures of other keys (witnesses) beside the log's own are let be. */
export function openNote(note: string, key: KeyObject): Checkpoint | CheckpointFault {
  const cut = note.indexOf('\n\n');
  const lines = note.slice(0, cut + 1).split('\n');
  const [origin, size, root] = lines;
  if (cut < 0 || lines.length !== 4 || !note.endsWith('\n') || origin === undefined || origin === '') return 'form';
  if (size === undefined || root === undefined || !/^(0|[1-9]\d{0,14})$/.test(size)) return 'form';
  const checkpoint = { origin, size: Number(size), root: Uint8Array.from(Buffer.from(root, 'base64')) };
  if (checkpoint.root.length !== 32 || base64(checkpoint.root) !== root) return 'form';
  const own = note
    .slice(cut + 2)
    .split('\n')
    .filter((line) => line.startsWith(`${DASH} ${origin} `))
    .map((line) => Buffer.from(line.slice(origin.length + 3), 'base64'))
    .filter((signature) => signature.subarray(0, KEY_ID_BYTES).equals(keyId(key)));
  if (own.length === 0) return 'unknown-key';
  const text = Buffer.from(noteText(checkpoint));
  return own.some((signature) => verify('sha256', text, key, signature.subarray(KEY_ID_BYTES)))
    ? checkpoint
    : 'signature';
}

/** Notes of one text, one after the other; a note ends where the line after its signatures is not one. */
export function splitNotes(text: string): string[] {
  const notes: string[] = [];
  let current: string[] = [];
  let signed = false;
  for (const line of text.split('\n')) {
    if (line.startsWith(`${DASH} `)) signed = true;
    else if (signed) {
      notes.push(`${current.join('\n')}\n`);
      current = [];
      signed = false;
    }
    if (line !== '' || current.length > 0) current.push(line);
  }
  if (current.some((line) => line !== '')) notes.push(`${current.join('\n')}\n`);
  return notes;
}

/** Ecdsa-Sig-Value of RFC 3279, 2.2.3, from r ‖ s. */
function ecdsaDer(signature: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array): Uint8Array => {
    const first = bytes.findIndex((byte) => byte !== 0);
    const digits = first < 0 ? Uint8Array.of(0) : bytes.slice(first);
    const positive = (digits[0] as number) >= 0x80 ? concatBytes(Uint8Array.of(0), digits) : digits;
    return concatBytes(Uint8Array.of(0x02, positive.length), positive);
  };
  const content = concatBytes(integer(signature.slice(0, 32)), integer(signature.slice(32)));
  return concatBytes(Uint8Array.of(0x30, content.length), content);
}

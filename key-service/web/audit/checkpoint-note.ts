/**
 * A signed checkpoint (C2SP signed-note, ECDSA P-256) opened in the browser with WebCrypto: form, key id, signature.
 * The words for what is wrong are the page's.
 */
import { type Hash, hexOf, type TreeHead } from './merkle.ts';

export interface LogKey {
  readonly key: CryptoKey;
  /** SHA-256 over the SubjectPublicKeyInfo: what the ceremony's minutes say. */
  readonly fingerprint: string;
}

export interface OpenedNote extends TreeHead {
  readonly origin: string;
  readonly signature: 'good' | 'bad' | 'unknown-key';
}

const DASH = '\u2014';
const KEY_ID_BYTES = 4;

function fromBase64(text: string): Hash {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

export async function importLogKey(pem: string): Promise<LogKey> {
  const spki = fromBase64(pem.replaceAll(/-----[^-]+-----|\s/g, ''));
  const key = await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);
  return { key, fingerprint: hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', spki))).toLowerCase() };
}

/** @returns null when the text is not a checkpoint */
export async function openCheckpoint(note: string, { key, fingerprint }: LogKey): Promise<OpenedNote | null> {
  const cut = note.indexOf('\n\n');
  const [origin, sizeText, rootText, ...more] = note.slice(0, cut + 1).split('\n');
  if (cut < 0 || origin === undefined || rootText === undefined || more.join('') !== '') return null;
  if (!/^(0|[1-9]\d{0,14})$/.test(sizeText ?? '')) return null;
  const root = fromBase64(rootText);
  if (root.length !== 32) return null;
  const head = { origin, size: Number(sizeText), root };
  const signatures = note
    .slice(cut + 2)
    .split('\n')
    .filter((line) => line.startsWith(`${DASH} ${origin} `))
    .map((line) => fromBase64(line.slice(origin.length + 3)))
    .filter((signature) => hexOf(signature.slice(0, KEY_ID_BYTES)).toLowerCase() === fingerprint.slice(0, 8));
  if (signatures.length === 0) return { ...head, signature: 'unknown-key' };
  const signed = new TextEncoder().encode(note.slice(0, cut + 1));
  for (const signature of signatures) {
    const raw = rawSignature(signature.slice(KEY_ID_BYTES));
    if (raw === null) continue;
    if (await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, raw, signed)) {
      return { ...head, signature: 'good' };
    }
  }
  return { ...head, signature: 'bad' };
}

/** WebCrypto takes r ‖ s; the note carries the DER of RFC 3279. */
function rawSignature(der: Uint8Array): Hash | null {
  const raw = new Uint8Array(64);
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null;
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    if (der[at] !== 0x02 || length < 1 || length > 33) return null;
    let digits = der.slice(at + 2, at + 2 + length);
    if (digits.length === 33) digits = digits.slice(1);
    raw.set(digits, end - digits.length);
    at += 2 + length;
  }
  return at === der.length ? raw : null;
}

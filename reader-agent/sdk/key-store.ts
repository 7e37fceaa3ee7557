/**
 * This origin's key and grant, in the browser's own database: the private half is not extractable, so that not even this
 * page can copy it elsewhere.
 */
import { problem } from './problem.ts';

export interface StoredPairing {
  readonly keys: CryptoKeyPair;
  readonly grant: string | null;
}

const DATABASE = 'rhc-reader';
const STORE = 'pairing';
const ENTRY = 'agent';

function open(): Promise<IDBDatabase> {
  return new Promise((done, refuse) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => refuse(asked.error);
  });
}

async function inStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise((done, refuse) => {
      const transaction = database.transaction(STORE, mode);
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(asked.result);
      transaction.onerror = () => refuse(transaction.error);
      transaction.onabort = () => refuse(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** @throws RhcProblem: without a secure context a browser has no keys to offer */
export async function loadPairing(): Promise<StoredPairing> {
  if (!isSecureContext) throw problem('INSECURE_CONTEXT');
  const known = await inStore<StoredPairing | undefined>('readonly', (store) => store.get(ENTRY));
  if (known !== undefined) return known;
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  const fresh = { keys, grant: null };
  await savePairing(fresh);
  return fresh;
}

export async function savePairing(pairing: StoredPairing): Promise<void> {
  await inStore('readwrite', (store) => store.put(pairing, ENTRY));
}

/** r ‖ s, base64url. */
export async function signText({ keys }: StoredPairing, text: string): Promise<string> {
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(algorithm, keys.privateKey, new TextEncoder().encode(text));
  const binary = String.fromCharCode(...new Uint8Array(signature));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

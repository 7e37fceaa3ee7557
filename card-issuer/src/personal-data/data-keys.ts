/**
 * Opens the vault: data keys are made on first use, sealed by key-service (`DEK.KEK` in its token) and kept sealed in the
 * database; at start each is opened once. What is sealed names its key, so that a further one can stand beside it.
 */
import { bytesToHex, hexToBytes, SecretBytes } from '@rhc/card/bytes';
import type { RandomBytes } from '@rhc/card/session';
import { type Database, dataKeys } from '../store/index.ts';
import { type PersonalData, personalDataVault } from './vault.ts';

/** What card-issuer asks of key-service for its data keys. Hex, as on the wire. */
export interface DataKeyPort {
  wrapDataKey(request: { readonly purpose: string; readonly key: string }): Promise<{ kek: string; wrapped: string }>;
  unwrapDataKey(request: {
    readonly purpose: string;
    readonly kek: string;
    readonly wrapped: string;
  }): Promise<{ key: string }>;
}

const KEY_BYTES = 32;
const PURPOSES = { data: 'card-issuer/residents', blind: 'card-issuer/blind-index' } as const;

export async function openVault(
  database: Database,
  port: DataKeyPort,
  random: RandomBytes,
  at: string,
): Promise<PersonalData> {
  for (const use of ['data', 'blind'] as const) {
    if ((await dataKeys.listDataKeys(database, use)).length === 0) await addDataKey(database, port, random, use, at);
  }
  const data = new Map<number, SecretBytes>();
  const stored = await dataKeys.listDataKeys(database, 'data');
  for (const key of stored) data.set(key.id, await opened(port, 'data', key));
  const [blindKey] = await dataKeys.listDataKeys(database, 'blind');
  const current = stored.at(-1);
  if (blindKey === undefined || current === undefined) throw new Error('data keys vanished while they were opened');
  return personalDataVault({ current: current.id, data, blind: await opened(port, 'blind', blindKey) }, random);
}

/** Two nodes that start at once: the number of the key is its primary key, so the second one takes the first one's. */
export async function addDataKey(
  database: Database,
  port: DataKeyPort,
  random: RandomBytes,
  use: 'data' | 'blind',
  at: string,
): Promise<void> {
  const key = random(KEY_BYTES);
  try {
    const { kek, wrapped } = await port.wrapDataKey({ purpose: PURPOSES[use], key: bytesToHex(key) });
    await dataKeys.insertDataKey(database, { use, kek, wrapped, at });
  } finally {
    key.fill(0);
  }
}

async function opened(port: DataKeyPort, use: 'data' | 'blind', key: dataKeys.StoredDataKey): Promise<SecretBytes> {
  const answer = await port.unwrapDataKey({ purpose: PURPOSES[use], kek: key.kek, wrapped: key.wrapped });
  return new SecretBytes(hexToBytes(answer.key));
}

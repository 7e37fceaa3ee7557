/**
 * The vault of a connection. It belongs to the connection as its pool does, so that a repository function needs no more
 * than the connection or transaction it is given. Knex hands a connection's configuration to its transactions, and for
 * migrations copies it deeply but for objects of a class: hence the holder.
 */
import type { PersonalData } from '../personal-data/vault.ts';
import type { Database } from './database.ts';

class VaultHolder {
  readonly vault: PersonalData;
  constructor(vault: PersonalData) {
    this.vault = vault;
  }
}

type WithVault = { rhcVault?: VaultHolder };

export function bindPersonalData(database: Database, vault: PersonalData): void {
  (database.client.config as WithVault).rhcVault = new VaultHolder(vault);
}

/** @throws Error on a connection whose vault was never opened: nothing personal is written in the clear by mistake */
export function personalDataOf(database: Database): PersonalData {
  const holder = (database.client.config as WithVault).rhcVault;
  if (holder === undefined) throw new Error('the vault of this connection was not opened');
  return holder.vault;
}

/** The domain's store ports over Knex: versions, issuer certificates. No key bytes are ever here. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { KeySlotName } from '@rhc/card/profile';
import type { Knex } from 'knex';
import type { KeyVersion, KeyVersionState } from '../domain/key-versions.ts';
import type { CertificateStore, KeyVersionStore } from '../domain/ports.ts';
import { keyVersionRecords, moveRow } from './key-life-store.ts';

interface KeyVersionRow {
  slot: KeySlotName;
  version: number;
  state: KeyVersionState;
  suite: KeyVersion['suite'];
  kcv: string;
  kcv_method: KeyVersion['kcvMethod'];
  created_at: string;
  activated_at: string | null;
  policy: string | null;
  dispersed_to: string | null;
}
interface CertificateRow {
  issuer_code: string;
  suite: string;
  certificate: string;
  created_at: string;
}

export function keyVersionStore(database: Knex): KeyVersionStore {
  const table = () => database<KeyVersionRow>('key_versions');
  return {
    async all() {
      return keyVersionRecords(database);
    },
    async addPreActive({ slot, version, suite, kcv, kcvMethod, policy, dispersedTo }, at) {
      const row = {
        ...{ slot, version, suite, kcv, kcv_method: kcvMethod, state: 'pre-active' as const },
        policy: policy === undefined || policy === null ? null : JSON.stringify(policy),
        dispersed_to: dispersedTo ?? null,
      };
      await table()
        .insert({ ...row, created_at: at.toISOString(), activated_at: null })
        .onConflict(['slot', 'version'])
        .ignore();
    },
    activate: (slot, version, at, { script, log }) =>
      database.transaction(async (transaction) => {
        const key = { slot: slot as KeySlotName, version };
        const changed = await transaction<KeyVersionRow>('key_versions')
          .where({ ...key, state: 'pre-active' })
          .update({ state: 'active', activated_at: at.toISOString() });
        if (changed !== 1) return false;
        const move = { ...key, from: 'pre-active', to: 'active', at, actor: 'ceremony', reason: script } as const;
        await transaction('key_version_moves').insert(moveRow(move, log));
        return true;
      }),
  };
}

export function certificateStore(database: Knex): CertificateStore {
  const table = () => database<CertificateRow>('issuer_certificates');
  const find: CertificateStore['find'] = async (issuerCode, suite) => {
    const row = await table().where({ issuer_code: issuerCode, suite }).first();
    return row === undefined ? null : hexToBytes(row.certificate);
  };
  return {
    find,
    async add(issuerCode, suite, certificate, at) {
      const row = { issuer_code: issuerCode, suite, certificate: bytesToHex(certificate) };
      await table()
        .insert({ ...row, created_at: at.toISOString() })
        .onConflict(['issuer_code', 'suite'])
        .ignore();
      return (await find(issuerCode, suite)) ?? certificate;
    },
  };
}

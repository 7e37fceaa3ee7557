/** The domain's store ports over Knex: versions, ceremony runs, issuer certificates. No key bytes are ever here. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { KeySlotName } from '@rhc/card/profile';
import type { Knex } from 'knex';
import type { KeyVersion, KeyVersionState } from '../domain/key-versions.ts';
import type { CeremonyStore, CertificateStore, KeyVersionStore } from '../domain/ports.ts';
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
}
interface CeremonyRow {
  script: string;
  script_version: number;
  script_hash: string;
  begun_at: string;
  completed_at: string | null;
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
    async addPreActive({ slot, version, suite, kcv, kcvMethod }, at) {
      const row = { slot, version, suite, kcv, kcv_method: kcvMethod, state: 'pre-active' as const };
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

export function ceremonyStore(database: Knex): CeremonyStore {
  const table = () => database<CeremonyRow>('ceremony_runs');
  return {
    async find(script) {
      const row = await table().where({ script }).first();
      if (row === undefined) return null;
      return {
        script: row.script,
        scriptVersion: row.script_version,
        scriptHash: row.script_hash,
        completed: row.completed_at !== null,
      };
    },
    async begin({ script, scriptVersion, scriptHash }, at) {
      const row = { script, script_version: scriptVersion, script_hash: scriptHash, completed_at: null };
      await table().insert({ ...row, begun_at: at.toISOString() });
    },
    async complete(script, at) {
      await table().where({ script }).whereNull('completed_at').update({ completed_at: at.toISOString() });
    },
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

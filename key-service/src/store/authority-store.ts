/** The certificate authority's register over Knex. */
import type { Knex } from 'knex';
import type { AuthorityStore, CertificateRecord, RevocationList } from '../authority/authority.ts';

interface CertificateRow {
  serial: string;
  kind: CertificateRecord['kind'];
  name: string;
  roles: string;
  server_names: string;
  pem: string;
  not_before: string;
  not_after: string;
  issued_by: string;
  replaces: string | null;
  revoked_at: string | null;
  revocation_reason: CertificateRecord['revocationReason'];
}
interface ListRow {
  number: number;
  pem: string;
  this_update: string;
  next_update: string;
}

const recordOf = (row: CertificateRow): CertificateRecord => ({
  ...{ serial: row.serial, kind: row.kind, name: row.name, pem: row.pem, replaces: row.replaces },
  roles: JSON.parse(row.roles) as string[],
  serverNames: JSON.parse(row.server_names) as string[],
  notBefore: new Date(row.not_before),
  notAfter: new Date(row.not_after),
  issuedBy: row.issued_by,
  revokedAt: row.revoked_at === null ? null : new Date(row.revoked_at),
  revocationReason: row.revocation_reason,
});

export function authorityStore(database: Knex): AuthorityStore {
  const certificates = () => database<CertificateRow>('tls_certificates');
  const lists = () => database<ListRow>('tls_revocation_lists');
  const authority = async () =>
    (await database('tls_authority').where({ id: 1 }).first<{ pem: string } | undefined>('pem'))?.pem ?? null;
  return {
    authority,
    makeAuthority: (make, at) =>
      database.transaction(async (transaction) => {
        // Whoever comes second waits here for the first one's commit, on SQLite and PostgreSQL alike.
        const empty = { id: 1, pem: '', created_at: at.toISOString() };
        await transaction('tls_authority').insert(empty).onConflict('id').ignore();
        const row = await transaction('tls_authority').where({ id: 1 }).first<{ pem: string }>('pem');
        if (row.pem !== '') return row.pem;
        const pem = await make();
        await transaction('tls_authority').where({ id: 1 }).update({ pem });
        return pem;
      }),
    async add(record) {
      await certificates().insert({
        ...{ serial: record.serial, kind: record.kind, name: record.name, pem: record.pem, replaces: record.replaces },
        roles: JSON.stringify(record.roles),
        server_names: JSON.stringify(record.serverNames),
        not_before: record.notBefore.toISOString(),
        not_after: record.notAfter.toISOString(),
        issued_by: record.issuedBy,
        revoked_at: record.revokedAt?.toISOString() ?? null,
        revocation_reason: record.revocationReason,
      });
    },
    all: async () => (await certificates().orderBy('not_before')).map(recordOf),
    async find(serial) {
      const row = await certificates().where({ serial }).first();
      return row === undefined ? null : recordOf(row);
    },
    revoke: async (serial, at, reason) =>
      (await certificates()
        .where({ serial })
        .whereNull('revoked_at')
        .update({ revoked_at: at.toISOString(), revocation_reason: reason })) === 1,
    async latestList(): Promise<RevocationList | null> {
      const row = await lists().orderBy('number', 'desc').first();
      if (row === undefined) return null;
      const { number, pem } = row;
      return { number, pem, thisUpdate: new Date(row.this_update), nextUpdate: new Date(row.next_update) };
    },
    async addList({ number, pem, thisUpdate, nextUpdate }) {
      const times = { this_update: thisUpdate.toISOString(), next_update: nextUpdate.toISOString() };
      const added: unknown[] = await lists()
        .insert({ number, pem, ...times })
        .onConflict('number')
        .ignore()
        .returning('number');
      return added.length === 1;
    },
  };
}

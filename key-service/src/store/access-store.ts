/** Operators, passkeys, sessions, lock-outs and enrolment codes over Knex. Dates are ISO text: it sorts as time does. */
import type { LockOutStore, Session, SessionStore } from '@rhc/service-shell';
import type { Knex } from 'knex';
import type { Enrolment, EnrolmentStore } from '../domain/access/enrolment-codes.ts';
import { OPERATOR_ROLES, type Operator, type OperatorRole, type OperatorStore } from '../domain/access/operators.ts';
import type { Passkey, PasskeyStore } from '../domain/access/passkeys.ts';

const column = (role: OperatorRole): string => role.replaceAll('-', '_');
const date = (text: string | null): Date | null => (text === null ? null : new Date(text));

type OperatorRow = { id: string; name: string; state: Operator['state']; created_at: string } & Record<string, unknown>;
const operatorOf = (row: OperatorRow): Operator => ({
  id: row.id,
  name: row.name,
  state: row.state,
  createdAt: new Date(row.created_at),
  roles: OPERATOR_ROLES.filter((role) => Number(row[column(role)]) === 1),
});
const roleColumns = (roles: readonly OperatorRole[]) =>
  Object.fromEntries(OPERATOR_ROLES.map((role) => [column(role), roles.includes(role) ? 1 : 0]));

export function operatorStore(database: Knex): OperatorStore {
  return {
    all: async () => ((await database('operators').orderBy('id')) as OperatorRow[]).map(operatorOf),
    async find(id) {
      const row = (await database('operators').where({ id }).first()) as OperatorRow | undefined;
      return row === undefined ? null : operatorOf(row);
    },
    async add({ id, name, state, createdAt, roles }) {
      const row = { id, name, state, created_at: createdAt.toISOString(), ...roleColumns(roles) };
      const added: unknown[] = await database('operators').insert(row).onConflict('id').ignore().returning('id');
      return added.length === 1;
    },
    async setRoles(id, roles) {
      await database('operators').where({ id }).update(roleColumns(roles));
    },
    async setState(id, state) {
      await database('operators').where({ id }).update({ state });
    },
  };
}

interface PasskeyRow {
  id: string;
  operator: string;
  label: string;
  public_key: string;
  counter: number | string;
  created_at: string;
  last_used_at: string | null;
}
const passkeyOf = (row: PasskeyRow): Passkey => ({
  id: row.id,
  operator: row.operator,
  label: row.label,
  publicKey: Uint8Array.from(Buffer.from(row.public_key, 'base64')),
  counter: Number(row.counter),
  createdAt: new Date(row.created_at),
  lastUsedAt: date(row.last_used_at),
});

export function passkeyStore(database: Knex): PasskeyStore {
  const table = () => database<PasskeyRow>('operator_passkeys');
  return {
    of: async (operator) => (await table().where({ operator }).orderBy('created_at')).map(passkeyOf),
    all: async () => (await table().orderBy('created_at')).map(passkeyOf),
    async find(id) {
      const row = await table().where({ id }).first();
      return row === undefined ? null : passkeyOf(row);
    },
    async add({ id, operator, label, publicKey, counter, createdAt }) {
      const row = { id, operator, label, counter, created_at: createdAt.toISOString(), last_used_at: null };
      const added: unknown[] = await table()
        .insert({ ...row, public_key: Buffer.from(publicKey).toString('base64') })
        .onConflict('id')
        .ignore()
        .returning('id');
      return added.length === 1;
    },
    async used(id, counter, at) {
      await table().where({ id }).update({ counter, last_used_at: at.toISOString() });
    },
    remove: async (operator, id) => (await table().where({ operator, id }).delete()) === 1,
    async addChallenge({ id, challenge, purpose, expiresAt }) {
      await database('passkey_challenges').insert({ id, challenge, purpose, expires_at: expiresAt.toISOString() });
    },
    async takeChallenge(id, purpose, now) {
      await database('passkey_challenges').where('expires_at', '<', now.toISOString()).delete();
      const row = await database('passkey_challenges')
        .where({ id, purpose })
        .first<{ challenge: string } | undefined>();
      if (row === undefined) return null;
      // Whoever deletes it has it: two tries with one challenge are one try.
      return (await database('passkey_challenges').where({ id }).delete()) === 1 ? row.challenge : null;
    },
  };
}

interface SessionRow {
  id: string;
  principal: string;
  started_at: string;
  last_seen_at: string;
}

export function sessionStore(database: Knex): SessionStore {
  const table = () => database<SessionRow>('operator_sessions');
  return {
    async add({ id, principal, startedAt, lastSeenAt }) {
      const times = { started_at: startedAt.toISOString(), last_seen_at: lastSeenAt.toISOString() };
      await table().insert({ id, principal, ...times });
    },
    async find(id): Promise<Session | null> {
      const row = await table().where({ id }).first();
      if (row === undefined) return null;
      const { principal } = row;
      return { id, principal, startedAt: new Date(row.started_at), lastSeenAt: new Date(row.last_seen_at) };
    },
    async seen(id, at) {
      await table().where({ id }).update({ last_seen_at: at.toISOString() });
    },
    async end(id) {
      await table().where({ id }).delete();
    },
    async endAllOf(principal) {
      await table().where({ principal }).delete();
    },
    async prune(startedBefore, seenBefore) {
      await table()
        .where('started_at', '<', startedBefore.toISOString())
        .orWhere('last_seen_at', '<', seenBefore.toISOString())
        .delete();
    },
  };
}

export function lockOutStore(database: Knex): LockOutStore {
  const table = () => database<{ subject: string; failures: number; locked_until: string | null }>('lock_outs');
  return {
    async find(subject) {
      const row = await table().where({ subject }).first();
      return row === undefined ? null : { failures: row.failures, lockedUntil: date(row.locked_until) };
    },
    async addFailure(subject, at) {
      await database.raw(
        `insert into lock_outs (subject, failures, last_failure_at) values (?, 1, ?)
         on conflict (subject) do update set failures = lock_outs.failures + 1, last_failure_at = excluded.last_failure_at`,
        [subject, at.toISOString()],
      );
      return (await table().where({ subject }).first())?.failures ?? 1;
    },
    async lock(subject, until) {
      await table().where({ subject }).update({ locked_until: until.toISOString() });
    },
    async clear(subject) {
      await table().where({ subject }).delete();
    },
  };
}

interface EnrolmentRow {
  id: string;
  code_hash: string;
  kind: Enrolment['kind'];
  name: string;
  server_names: string;
  created_by: string;
  expires_at: string;
  failures: number;
  used_at: string | null;
}

export function enrolmentStore(database: Knex): EnrolmentStore {
  const table = () => database<EnrolmentRow>('enrolments');
  return {
    async add({ id, codeHash, kind, name, serverNames, createdBy, expiresAt }) {
      await table().insert({
        ...{ id, kind, name, failures: 0, used_at: null },
        code_hash: codeHash,
        server_names: JSON.stringify(serverNames),
        created_by: createdBy,
        expires_at: expiresAt.toISOString(),
      });
    },
    async find(id) {
      const row = await table().where({ id }).first();
      if (row === undefined) return null;
      return {
        ...{ id, kind: row.kind, name: row.name, failures: row.failures },
        codeHash: row.code_hash,
        serverNames: JSON.parse(row.server_names) as string[],
        createdBy: row.created_by,
        expiresAt: new Date(row.expires_at),
        usedAt: date(row.used_at),
      };
    },
    async addFailure(id) {
      await table().where({ id }).increment('failures', 1);
    },
    use: async (id, at) =>
      (await table().where({ id }).whereNull('used_at').update({ used_at: at.toISOString() })) === 1,
  };
}

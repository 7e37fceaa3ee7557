/** Requests for approval, decisions, rosters and registered passkeys over Knex. Nothing here is believed by the worker. */
import type { Knex } from 'knex';
import type { ApprovalState, RosterCredential } from '../contract/approvals.ts';
import type { ApprovalRecord, ApprovalStore, Decision } from '../domain/quorum/approvals.ts';
import type { EnrolmentStore } from '../domain/quorum/enrolment.ts';

interface RequestRow {
  id: string;
  state: ApprovalState;
  requester: string;
  document: string;
  created_at: string;
  expires_at: string;
  attachments: string;
  run: string | null;
  executed_at: string | null;
  failure: string | null;
  outcome: string | null;
}
interface DecisionRow {
  request_id: string;
  person: string;
  name: string;
  kind: Decision['kind'];
  evidence: string | null;
  reason: string | null;
  at: string;
}

const json = (value: unknown): string | null => (value === null || value === undefined ? null : JSON.stringify(value));
const parsed = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T));

function recordOf(row: RequestRow, decisions: readonly DecisionRow[]): ApprovalRecord {
  return {
    id: row.id,
    state: row.state,
    requester: row.requester,
    text: row.document,
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
    attachments: JSON.parse(row.attachments) as Record<string, string>,
    run: row.run,
    executedAt: row.executed_at === null ? null : new Date(row.executed_at),
    failure: parsed(row.failure),
    outcome: parsed(row.outcome),
    decisions: decisions.map(({ person, name, kind, evidence, reason, at }) => ({
      person,
      name,
      kind,
      approval: parsed(evidence),
      reason,
      at: new Date(at),
    })),
  };
}

export function approvalStore(database: Knex): ApprovalStore & EnrolmentStore {
  const withDecisions = async (rows: readonly RequestRow[]): Promise<ApprovalRecord[]> => {
    const decisions: DecisionRow[] = await database('approval_decisions')
      .whereIn(
        'request_id',
        rows.map(({ id }) => id),
      )
      .orderBy('at')
      .select();
    return rows.map((row) =>
      recordOf(
        row,
        decisions.filter((each) => each.request_id === row.id),
      ),
    );
  };
  return {
    async rosterBy(sha256) {
      const row = await database('rosters')
        .where({ sha256 })
        .first<{ document: string; seal: string } | undefined>('document', 'seal');
      return row === undefined ? null : { text: row.document, seal: row.seal };
    },
    async addRoster(sha256, version, { text, seal }, at) {
      await database('rosters')
        .insert({ sha256, version, document: text, seal, recorded_at: at.toISOString() })
        .onConflict('sha256')
        .merge(['document', 'seal']);
    },
    async add(record) {
      await database('approval_requests').insert({
        id: record.id,
        state: record.state,
        requester: record.requester,
        document: record.text,
        created_at: record.createdAt.toISOString(),
        expires_at: record.expiresAt.toISOString(),
        attachments: JSON.stringify(record.attachments),
      });
    },
    async find(id) {
      const row = await database('approval_requests').where({ id }).first<RequestRow | undefined>();
      return row === undefined ? null : ((await withDecisions([row]))[0] ?? null);
    },
    async list(state, limit) {
      const query = database('approval_requests').orderBy('created_at', 'desc').limit(limit);
      const rows = await (state === undefined ? query : query.where({ state })).select<RequestRow[]>();
      return withDecisions(rows);
    },
    async decide(id, { person, name, kind, approval, reason, at }) {
      await database('approval_decisions')
        .insert({ request_id: id, person, name, kind, evidence: json(approval), reason, at: at.toISOString() })
        .onConflict(['request_id', 'person'])
        .ignore();
    },
    async turn(id, from, to, more = {}) {
      const changed = await database('approval_requests')
        .where({ id, state: from })
        .update({
          state: to,
          ...(more.run === undefined ? {} : { run: more.run }),
          ...(more.executedAt === undefined ? {} : { executed_at: more.executedAt?.toISOString() ?? null }),
          ...(more.failure === undefined ? {} : { failure: json(more.failure) }),
          ...(more.outcome === undefined ? {} : { outcome: json(more.outcome) }),
        });
      return changed === 1;
    },
    async rememberChallenge(person, challenge, at) {
      await database('approver_challenges')
        .insert({ person, challenge, at: at.toISOString() })
        .onConflict('person')
        .merge(['challenge', 'at']);
    },
    async takeChallenge(person) {
      const row = await database('approver_challenges')
        .where({ person })
        .first<{ challenge: string; at: string } | undefined>('challenge', 'at');
      if (row === undefined) return null;
      const taken = await database('approver_challenges').where({ person, challenge: row.challenge }).delete();
      return taken === 1 ? { challenge: row.challenge, at: new Date(row.at) } : null;
    },
    async addCandidate({ person, name, credential, registeredAt }) {
      await database('approver_candidates')
        .insert({
          credential_id: credential.id,
          person,
          name,
          credential: JSON.stringify(credential),
          registered_at: registeredAt.toISOString(),
        })
        .onConflict('credential_id')
        .ignore();
    },
    async candidates() {
      const rows = await database('approver_candidates')
        .orderBy('registered_at')
        .select<{ person: string; name: string; credential: string; registered_at: string }[]>();
      return rows.map((row) => ({
        person: row.person,
        name: row.name,
        credential: JSON.parse(row.credential) as RosterCredential,
        registeredAt: new Date(row.registered_at),
      }));
    },
  };
}

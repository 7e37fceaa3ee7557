/** Requests for a second person's approval and what became of them. */
import type { Approval, ApprovalOperation } from '../domain/approval.ts';
import type { Database } from './database.ts';
import { integer, parseJson } from './rows.ts';

interface ApprovalRow {
  readonly id: string;
  readonly operation: ApprovalOperation;
  readonly subject: string;
  readonly reason: string | null;
  readonly request: string;
  readonly requested_by: string;
  readonly requested_at: string;
  readonly decided_by: string | null;
  readonly decided_at: string | null;
  readonly state: Approval['state'];
  readonly done: unknown;
}

const approvalOf = (row: ApprovalRow): Approval => ({
  id: row.id,
  operation: row.operation,
  subject: row.subject,
  reason: row.reason,
  request: parseJson<Record<string, unknown>>(row.request),
  requestedBy: row.requested_by,
  requestedAt: row.requested_at,
  decidedBy: row.decided_by,
  decidedAt: row.decided_at,
  state: row.state,
  done: integer(row.done) === 1,
});

export async function insertApproval(
  database: Database,
  approval: Pick<Approval, 'id' | 'operation' | 'subject' | 'reason' | 'request' | 'requestedBy' | 'requestedAt'>,
): Promise<void> {
  await database('approvals').insert({
    id: approval.id,
    operation: approval.operation,
    subject: approval.subject,
    reason: approval.reason,
    request: JSON.stringify(approval.request),
    requested_by: approval.requestedBy,
    requested_at: approval.requestedAt,
    state: 'open',
  });
}

export async function findApproval(database: Database, id: string): Promise<Approval | null> {
  const row = (await database('approvals').where({ id }).first()) as ApprovalRow | undefined;
  return row === undefined ? null : approvalOf(row);
}

/** Of one subject, the one that was asked for last. */
export async function findLatestApproval(
  database: Database,
  operation: ApprovalOperation,
  subject: string,
): Promise<Approval | null> {
  const row = (await database('approvals')
    .where({ operation, subject })
    .orderBy([
      { column: 'requested_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .first()) as ApprovalRow | undefined;
  return row === undefined ? null : approvalOf(row);
}

/** Oldest first, after (at, id). */
export async function listApprovals(
  database: Database,
  filter: {
    readonly state: Approval['state'];
    readonly limit: number;
    readonly after: { readonly at: string; readonly id: string } | null;
  },
): Promise<Approval[]> {
  const query = database('approvals')
    .where({ state: filter.state })
    .orderBy([{ column: 'requested_at' }, { column: 'id' }])
    .limit(filter.limit);
  const { after } = filter;
  if (after !== null) {
    query.where((later) => {
      later.where('requested_at', '>', after.at).orWhere((same) => {
        same.where('requested_at', after.at).where('id', '>', after.id);
      });
    });
  }
  return ((await query) as ApprovalRow[]).map(approvalOf);
}

/** False when it was no longer in state `from`. The database refuses an approver who is the requester. */
export async function decideApproval(
  database: Database,
  id: string,
  from: Approval['state'],
  decision: { readonly state: Approval['state']; readonly by: string | null; readonly at: string | null },
): Promise<boolean> {
  const changed = await database('approvals')
    .where({ id, state: from, done: 0 })
    .update({ state: decision.state, decided_by: decision.by, decided_at: decision.at });
  return changed === 1;
}

export async function markApprovalDone(database: Database, id: string): Promise<void> {
  await database('approvals').where({ id, state: 'approved' }).update({ done: 1 });
}

/**
 * Two people for one operation: the first asks, the second approves, then it is carried out under the idempotency key
 * `approval:ID`, so that a crash between decision and work is taken up by approving again and nothing happens twice.
 */
import { type Clock, timestamp } from './clock.ts';
import { APPROVALS, type Approval, type ApprovalOperation } from './domain/approval.ts';
import { requireTwoPeople } from './domain/two-people.ts';
import { issuerErrors } from './errors.ts';
import { idempotentCall } from './idempotent-call.ts';
import { type PageCursor, pageOf, readCursor } from './page-cursor.ts';
import { approvals, type Database, isUniqueViolation, once } from './store/index.ts';

/** Carries the operation out for two people who signed. */
export type ApprovedWork = (
  approval: Approval,
  signed: { readonly actor: string; readonly witness: string },
  key: string,
) => Promise<void>;

export interface ApprovalParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: (prefix: string) => string;
  readonly work: Readonly<Record<ApprovalOperation, ApprovedWork>>;
}

export interface Person {
  readonly id: string;
  readonly roles: readonly string[];
}

export class Approvals {
  readonly #parts: ApprovalParts;

  constructor(parts: ApprovalParts) {
    this.#parts = parts;
  }

  /** @throws APPROVAL_WAITING when the same thing was asked for already */
  async ask(
    request: {
      readonly operation: ApprovalOperation;
      readonly subject: string;
      readonly reason: string | null;
      readonly request: Readonly<Record<string, unknown>>;
      readonly by: string;
    },
    key: string | null,
  ): Promise<Approval> {
    const { database, newId } = this.#parts;
    const at = this.#now();
    return once(database, idempotentCall('approval', key, request, at), async (transaction) => {
      const id = newId('a');
      await approvals.insertApproval(transaction, { ...request, id, requestedBy: request.by, requestedAt: at });
      return this.#found(transaction, id);
    }).catch((error: unknown) => {
      throw isUniqueViolation(error) ? issuerErrors.make('APPROVAL_WAITING', { cause: error }) : error;
    });
  }

  async list(filter: {
    readonly state: Approval['state'];
    readonly limit: number;
    readonly cursor?: string | undefined;
  }) {
    const after: PageCursor | null = readCursor(filter.cursor);
    const found = await approvals.listApprovals(this.#parts.database, { ...filter, limit: filter.limit + 1, after });
    return pageOf(found, filter.limit, ({ requestedAt, id }) => ({ at: requestedAt, id }));
  }

  /**
   * @throws APPROVAL_UNKNOWN, SECOND_PERSON_MISSING for the requester, APPROVAL_NOT_YOURS without the role, and whatever
   *   the operation itself refuses: the request is open again then
   */
  async approve(id: string, person: Person): Promise<Approval> {
    const { database, work } = this.#parts;
    const before = await this.#found(database, id);
    if (before.done) return before;
    if (before.state === 'open') {
      this.#requireApprover(before, person);
      requireTwoPeople(before.requestedBy, person.id);
      await this.#decide(before, 'approved', person.id);
    } else if (before.state !== 'approved') throw issuerErrors.make('APPROVAL_UNKNOWN');
    const approval = await this.#found(database, id);
    try {
      const signed = { actor: approval.requestedBy, witness: approval.decidedBy ?? '' };
      await work[approval.operation](approval, signed, `approval:${id}`);
    } catch (error) {
      await approvals.decideApproval(database, id, 'approved', { state: 'open', by: null, at: null });
      throw error;
    }
    await approvals.markApprovalDone(database, id);
    return this.#found(database, id);
  }

  /** @throws as `approve` */
  async refuse(id: string, person: Person): Promise<Approval> {
    const before = await this.#found(this.#parts.database, id);
    this.#requireApprover(before, person);
    requireTwoPeople(before.requestedBy, person.id);
    return this.#decide(before, 'refused', person.id);
  }

  /** @throws APPROVAL_NOT_YOURS for anybody but the requester */
  async withdraw(id: string, person: Person): Promise<Approval> {
    const before = await this.#found(this.#parts.database, id);
    if (before.requestedBy !== person.id) throw issuerErrors.make('APPROVAL_NOT_YOURS');
    return this.#decide(before, 'withdrawn', person.id);
  }

  async #decide(approval: Approval, state: 'approved' | 'refused' | 'withdrawn', by: string): Promise<Approval> {
    const { database } = this.#parts;
    const decision = { state, by, at: this.#now() };
    if (!(await approvals.decideApproval(database, approval.id, 'open', decision))) {
      throw issuerErrors.make('APPROVAL_UNKNOWN');
    }
    return this.#found(database, approval.id);
  }

  #requireApprover(approval: Approval, person: Person): void {
    const { approvers } = APPROVALS[approval.operation];
    if (!approvers.some((role) => person.roles.includes(role))) throw issuerErrors.make('APPROVAL_NOT_YOURS');
  }

  async #found(database: Database, id: string): Promise<Approval> {
    const approval = await approvals.findApproval(database, id);
    if (approval === null) throw issuerErrors.make('APPROVAL_UNKNOWN');
    return approval;
  }

  #now(): string {
    return timestamp(this.#parts.clock.nowMs());
  }
}

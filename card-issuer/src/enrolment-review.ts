/**
 * Review by a second person where policy asks (FIELD.md, "Counter"): before a card is ordered, somebody else confirms the
 * record, and that the records like it are other people. An approval holds for the version of the record it was asked for.
 */
import type { Approvals } from './approvals.ts';
import type { Approval } from './domain/approval.ts';
import { issuerErrors } from './errors.ts';
import type { Residents } from './residents.ts';
import { approvals, type Database, residentChanges, residents } from './store/index.ts';

/** `candidates`: while records that may be the same person are undecided; `all`: every enrolment. */
export const REVIEW_POLICIES = ['none', 'candidates', 'all'] as const;
export type ReviewPolicy = (typeof REVIEW_POLICIES)[number];

export interface EnrolmentReviewParts {
  readonly database: Database;
  readonly residents: Residents;
  readonly approvals: Pick<Approvals, 'ask'>;
  readonly policy: ReviewPolicy;
}

export interface ReviewedOrder {
  readonly residentId: string;
  readonly orderedBy: string;
  /** False: it takes the place of another card. */
  readonly isFirst: boolean;
}

export interface ReviewStanding {
  readonly needed: boolean;
  readonly openCandidates: number;
  readonly approval: Approval | null;
}

const OPERATION = 'enrolment-review';
/** More candidates of one person than anybody can look through at a counter. */
const MAX_CANDIDATES = 500;

export class EnrolmentReview {
  readonly #parts: EnrolmentReviewParts;

  constructor(parts: EnrolmentReviewParts) {
    this.#parts = parts;
  }

  /** @throws RESIDENT_UNKNOWN */
  async standing(residentId: string): Promise<ReviewStanding> {
    const { database } = this.#parts;
    const { version } = await this.#parts.residents.get(residentId);
    return this.#standing(database, residentId, version);
  }

  /** @throws RESIDENT_UNKNOWN, REVIEW_NOT_NEEDED, APPROVAL_WAITING */
  async ask(residentId: string, actor: string, key: string | null): Promise<ReviewStanding> {
    const { database } = this.#parts;
    const { version } = await this.#parts.residents.get(residentId);
    const { needed } = await this.#standing(database, residentId, version);
    if (!needed) throw issuerErrors.make('REVIEW_NOT_NEEDED');
    const request = { version, others: await this.#openOthers(database, residentId) };
    await this.#parts.approvals.ask(
      { operation: OPERATION, subject: residentId, reason: null, request, by: actor },
      key,
    );
    return this.#standing(database, residentId, version);
  }

  /**
   * Inside the order's transaction. Likely doubles hold up a first card; whoever lost a card gets another one all the same.
   * @returns who reviewed this version of the record; null: nobody, and nobody had to
   * @throws REVIEW_MISSING, REVIEWER_ORDERS
   */
  async require(transaction: Database, { residentId, orderedBy, isFirst }: ReviewedOrder): Promise<string | null> {
    const { policy } = this.#parts;
    if (policy === 'none') return null;
    const record = await residents.findResident(transaction, residentId);
    // The order itself says that there is no such resident.
    if (record === null) return null;
    const { needed, approval } = await this.#standing(transaction, residentId, record.version);
    const reviewer = approval?.state === 'approved' ? approval.decidedBy : null;
    if (isFirst ? needed : policy === 'all' && reviewer === null) throw issuerErrors.make('REVIEW_MISSING');
    if (reviewer !== orderedBy) return reviewer;
    if (isFirst || policy === 'all') throw issuerErrors.make('REVIEWER_ORDERS');
    return null;
  }

  /** What an approval does: the records that were shown are other people. @throws RESIDENT_CHANGED_MEANWHILE */
  async approved({ subject, request }: Approval, reviewer: string): Promise<void> {
    const register = this.#parts.residents;
    if ((await register.get(subject)).version !== request.version) {
      throw issuerErrors.make('RESIDENT_CHANGED_MEANWHILE');
    }
    const open = await this.#openOthers(this.#parts.database, subject);
    for (const other of request.others as readonly string[]) {
      if (open.includes(other)) await register.keepApart([subject, other], { actor: reviewer, purpose: OPERATION });
    }
  }

  async #standing(database: Database, residentId: string, version: number): Promise<ReviewStanding> {
    const { policy } = this.#parts;
    const openCandidates = (await this.#openOthers(database, residentId)).length;
    const latest = await approvals.findLatestApproval(database, OPERATION, residentId);
    const approval = latest?.request.version === version ? latest : null;
    // A pair that was found after an approval is a new question.
    const needed = policy !== 'none' && (openCandidates > 0 || (policy === 'all' && approval?.state !== 'approved'));
    return { needed, openCandidates, approval };
  }

  async #openOthers(database: Database, residentId: string): Promise<string[]> {
    const query = { state: 'open', residentId, limit: MAX_CANDIDATES } as const;
    const pairs = await residentChanges.listCandidates(database, query);
    return pairs.map(({ residentA, residentB }) => (residentA === residentId ? residentB : residentA));
  }
}

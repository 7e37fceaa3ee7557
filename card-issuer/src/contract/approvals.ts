/** What waits for a second person. */
import { z } from 'zod';
import { APPROVALS, type ApprovalOperation } from '../domain/approval.ts';
import { bilingual } from './texts.ts';

const operation = z.enum(Object.keys(APPROVALS) as ApprovalOperation[]);
export const approvalState = z.enum(['open', 'approved', 'refused', 'withdrawn']);

/** GET /v1/approvals */
export const approvalsQuery = z.object({
  state: approvalState.default('open'),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
/** POST /v1/approvals/:id/approve, /refuse, /withdraw: the caller signs. */
export const decisionRequest = z.strictObject({});

export const approvalResponse = z.object({
  id: z.string(),
  operation,
  text: bilingual,
  /** Roles of which the approver must have one; the requester never approves. */
  approvers: z.array(z.string()),
  /** What it is about: a card, a chip, a resident. */
  subject: z.string(),
  reason: z.string().nullable(),
  requestedBy: z.string(),
  requestedAt: z.string(),
  decidedBy: z.string().nullable(),
  decidedAt: z.string().nullable(),
  state: approvalState,
});
export const approvalsResponse = z.object({ approvals: z.array(approvalResponse), next: z.string().nullable() });

export type ApprovalResponse = z.infer<typeof approvalResponse>;
export type ApprovalsResponse = z.infer<typeof approvalsResponse>;

/** What waits for a second person: list, approve, refuse, withdraw. */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import {
  type ApprovalResponse,
  approvalResponse,
  approvalsQuery,
  approvalsResponse,
  decisionRequest,
} from '../contract/index.ts';
import { APPROVALS, type Approval } from '../domain/approval.ts';
import { APPROVERS, OVERSIGHT, REQUESTERS } from './access.ts';
import { caller, pathPart } from './request-parts.ts';

const tag = '审批 Approvals';

export function approvalView({ request: _, done: __, ...approval }: Approval): ApprovalResponse {
  const { text, approvers } = APPROVALS[approval.operation];
  return { ...approval, text, approvers: [...approvers] };
}

export function approvalEndpoints({ approvals }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/approvals',
      access: OVERSIGHT,
      tag,
      summary: { zh: '审批列表', en: 'What waits for approval, or was decided' },
      query: approvalsQuery,
      response: approvalsResponse,
      handle: async ({ query }) => {
        const { entries, next } = await approvals.list(query);
        return { approvals: entries.map(approvalView), next };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/approvals/:id/approve',
      access: APPROVERS,
      tag,
      summary: { zh: '批准并执行(不能是提请人)', en: 'Approve and carry out (never the requester)' },
      body: decisionRequest,
      response: approvalResponse,
      handle: async (call) => approvalView(await approvals.approve(pathPart(call), caller(call))),
    }),
    endpoint({
      method: 'post',
      path: '/v1/approvals/:id/refuse',
      access: APPROVERS,
      tag,
      summary: { zh: '不批准', en: 'Refuse' },
      body: decisionRequest,
      response: approvalResponse,
      handle: async (call) => approvalView(await approvals.refuse(pathPart(call), caller(call))),
    }),
    endpoint({
      method: 'post',
      path: '/v1/approvals/:id/withdraw',
      access: REQUESTERS,
      tag,
      summary: { zh: '提请人撤回', en: 'Withdraw what one has asked for' },
      body: decisionRequest,
      response: approvalResponse,
      handle: async (call) => approvalView(await approvals.withdraw(pathPart(call), caller(call))),
    }),
  ];
}

/** Approvals and the roster over HTTP. Whoever approves must be the very person whose key signed. */
import type { WordList } from '@rhc/hsm-config';
import { type Call, type Endpoint, endpoint } from '@rhc/service-shell';
import type { Roster } from '../contract/approvals.ts';
import {
  approvalListRequest,
  approvalListResponse,
  approvalOptionsResponse,
  approvalResponse,
  approveRequest,
  createApprovalRequest,
  enrolmentOptionsResponse,
  enrolmentRequest,
  refuseRequest,
  rosterChangeRequest,
  rosterResponse,
} from '../contract/index.ts';
import type { ApprovalRecord, Approvals } from '../domain/quorum/approvals.ts';
import { type EnrolmentStore, enrol, enrolmentOptions } from '../domain/quorum/enrolment.ts';
import { HSM_PARAMETERS } from '../domain/quorum/operations.ts';
import { requestChallenge } from '../domain/quorum/request.ts';
import { parseRoster, rosterText } from '../domain/quorum/roster.ts';
import { approvalView } from '../domain/quorum/view.ts';
import { keyServiceErrors } from '../errors.ts';
import { OPERATORS, roles } from './access.ts';

export interface ApprovalEndpointParts {
  readonly approvals: Approvals;
  readonly enrolment: EnrolmentStore;
  readonly words: WordList;
  readonly now: () => Date;
}

const TAG = '批准 approvals';
const REQUESTERS = roles('system-admin', 'security-admin', 'officer');
const OPTIONS_LIVE_MS = 5 * 60_000;

function personOf({ principal }: Pick<Call<unknown, unknown>, 'principal'>): { id: string; name: string } {
  if (principal === null) throw keyServiceErrors.make('APPROVER_UNKNOWN');
  return principal;
}

export function approvalEndpoints(parts: ApprovalEndpointParts): Endpoint[] {
  const { approvals, enrolment, now, words } = parts;
  const rosterOrNull = async (): Promise<Roster | null> =>
    (await approvals.hasRoster()) ? (await approvals.roster()).roster : null;
  const answer = async (record: ApprovalRecord) => ({ approval: approvalView(record, await rosterOrNull(), words) });
  const idOf = (call: Pick<Call<unknown, unknown>, 'params'>): string => call.params.id ?? '';
  const list = async (query: { state?: ApprovalRecord['state'] | undefined; limit: number }) => {
    const roster = await rosterOrNull();
    const records = await approvals.list(query.state, query.limit);
    return { approvals: records.map((record) => approvalView(record, roster, words)) };
  };
  return [
    endpoint({
      method: 'get',
      path: '/v1/approvals',
      access: OPERATORS,
      tag: TAG,
      summary: { zh: '批准申请列表,最新的在前', en: 'Requests for approval, newest first' },
      query: approvalListRequest,
      response: approvalListResponse,
      handle: ({ query }) => list(query),
    }),
    endpoint({
      method: 'get',
      path: '/v1/approvals/history',
      access: OPERATORS,
      tag: TAG,
      summary: { zh: '全部批准申请的历史', en: 'All requests that were ever made' },
      query: approvalListRequest,
      response: approvalListResponse,
      handle: ({ query }) => list(query),
    }),
    endpoint({
      method: 'post',
      path: '/v1/approvals',
      access: REQUESTERS,
      tag: TAG,
      summary: { zh: '提出批准申请', en: 'Ask for approval' },
      body: createApprovalRequest,
      response: approvalResponse,
      status: 201,
      handle: async (call) => answer(await approvals.request({ ...call.body, requester: personOf(call).id })),
    }),
    endpoint({
      method: 'get',
      path: '/v1/approvals/:id',
      access: OPERATORS,
      tag: TAG,
      summary: { zh: '一个申请:规范文本、摘要与决定', en: 'One request: canonical text, hash, decisions' },
      response: approvalResponse,
      handle: async (call) => answer(await approvals.find(idOf(call))),
    }),
    endpoint({
      method: 'post',
      path: '/v1/approvals/:id/options',
      access: OPERATORS,
      tag: TAG,
      summary: { zh: '通行密钥批准所需的参数', en: 'What a passkey needs to approve it' },
      response: approvalOptionsResponse,
      handle: async (call) => {
        const record = await approvals.find(idOf(call));
        const { roster } = await approvals.roster();
        const person = roster.people.find(({ id }) => id === personOf(call).id);
        if (person === undefined) throw keyServiceErrors.make('APPROVER_UNKNOWN');
        const allowCredentials = person.credentials.flatMap((credential) =>
          credential.kind !== 'webauthn'
            ? []
            : [
                {
                  id: credential.id,
                  type: 'public-key' as const,
                  ...(credential.transports === undefined ? {} : { transports: credential.transports }),
                },
              ],
        );
        return {
          options: {
            challenge: requestChallenge(record.text),
            rpId: roster.webauthn.rpId,
            allowCredentials,
            userVerification: 'required',
            timeout: OPTIONS_LIVE_MS,
          },
        };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/approvals/:id/approve',
      access: OPERATORS,
      tag: TAG,
      summary: { zh: '批准:通行密钥断言或 P-256 签名', en: 'Approve by a passkey assertion or a P-256 signature' },
      body: approveRequest,
      response: approvalResponse,
      handle: async (call) => answer(await approvals.approve(idOf(call), personOf(call).id, call.body)),
    }),
    endpoint({
      method: 'post',
      path: '/v1/approvals/:id/refuse',
      access: OPERATORS,
      tag: TAG,
      summary: { zh: '拒绝并写明理由', en: 'Refuse it, with a reason' },
      body: refuseRequest,
      response: approvalResponse,
      handle: async (call) => answer(await approvals.refuse(idOf(call), personOf(call).id, call.body.reason)),
    }),
    endpoint({
      method: 'post',
      path: '/v1/approvals/:id/execute',
      access: REQUESTERS,
      tag: TAG,
      summary: { zh: '执行已批准的申请(只能一次)', en: 'Execute an approved request, once' },
      response: approvalResponse,
      handle: async (call) => answer(await approvals.execute(idOf(call), personOf(call).id)),
    }),
    endpoint({
      method: 'get',
      path: '/v1/roster',
      access: OPERATORS,
      tag: TAG,
      summary: {
        zh: '现行批准人名册、策略与待加入的通行密钥',
        en: 'The roster in force, policies, and registered passkeys',
      },
      response: rosterResponse,
      handle: async () => {
        const present = (await approvals.hasRoster()) ? await approvals.roster() : null;
        const known = new Set(present?.roster.people.flatMap(({ credentials }) => credentials.map(({ id }) => id)));
        const candidates = (await enrolment.candidates()).filter(({ credential }) => !known.has(credential.id));
        return {
          roster: present?.roster ?? null,
          sha256: present?.sha256 ?? null,
          sealed: present !== null,
          candidates: candidates.map((each) => ({ ...each, registeredAt: each.registeredAt.toISOString() })),
        };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/roster/changes',
      access: roles('security-admin'),
      tag: TAG,
      summary: { zh: '申请更换名册或策略', en: 'Ask for another roster or other policies' },
      body: rosterChangeRequest,
      response: approvalResponse,
      status: 201,
      handle: async (call) => {
        const { reason, ...changes } = call.body;
        const { roster, sha256 } = await approvals.roster();
        const next: Roster = { ...roster, ...changes, version: roster.version + 1, previous: sha256 };
        const text = rosterText(next);
        parseRoster(text);
        const steps = [
          { operation: 'replace-roster' as const, parameters: HSM_PARAMETERS['replace-roster']({ roster: text }) },
        ];
        const attachments = { 0: text };
        const requester = personOf(call).id;
        return answer(await approvals.request({ requester, reason, steps, expiresInMinutes: 24 * 60, attachments }));
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/roster/enrolment/options',
      access: OPERATORS,
      tag: TAG,
      summary: { zh: '登记本人通行密钥:参数', en: 'Register a passkey: options' },
      response: enrolmentOptionsResponse,
      handle: async (call) => {
        const { roster } = await approvals.roster();
        return { options: await enrolmentOptions(personOf(call), roster.webauthn, enrolment, now()) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/roster/enrolment',
      access: OPERATORS,
      tag: TAG,
      summary: { zh: '登记本人通行密钥:结果(待批准加入名册)', en: 'Register a passkey: result; a quorum takes it up' },
      body: enrolmentRequest,
      status: 201,
      handle: async (call) => {
        const { roster } = await approvals.roster();
        const response = call.body.response as unknown as Parameters<typeof enrol>[1];
        const candidate = await enrol(personOf(call), response, roster.webauthn, enrolment, now());
        return { ...candidate, registeredAt: candidate.registeredAt.toISOString() };
      },
    }),
  ];
}

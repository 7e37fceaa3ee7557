/** The register of residents, likely doubles, and the rights of the person. */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import {
  candidatesQuery,
  candidatesResponse,
  changeResidentRequest,
  changeResidentResponse,
  consentRequest,
  consentResponse,
  consentsResponse,
  differentRequest,
  doneResponse,
  enrolRequest,
  enrolResponse,
  eraseRequest,
  eraseResponse,
  mergeRequest,
  mergeResponse,
  residentHistoryQuery,
  residentHistoryResponse,
  residentResponse,
  residentsQuery,
  residentsResponse,
  subjectAccessQuery,
  subjectAccessResponse,
  unmergeRequest,
  unmergeResponse,
  withdrawConsentRequest,
} from '../contract/index.ts';
import type { ResidentInput } from '../domain/resident.ts';
import { subjectAccessText } from '../domain/subject-access-text.ts';
import { COUNTER, MANAGER, PEOPLE, PEOPLE_HISTORY, REVIEWERS } from './access.ts';
import { caller, decoded, pathPart } from './request-parts.ts';

const tag = '居民 Residents';
const rights = '个人权利 Rights of the person';

export function residentEndpoints(issuer: Issuer): Endpoint[] {
  return [...registerEndpoints(issuer), ...duplicateEndpoints(issuer), ...rightsEndpoints(issuer)];
}

/** A photo travels as base64. */
export function withPhoto<T extends { photo?: string | undefined }>({
  photo,
  ...fields
}: T): Omit<T, 'photo'> & ResidentInput {
  return (photo === undefined ? fields : { ...fields, photo: decoded(photo) }) as Omit<T, 'photo'> & ResidentInput;
}

function registerEndpoints({ residents }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/residents',
      access: COUNTER,
      tag,
      summary: { zh: '登记居民', en: 'Enrol a resident' },
      body: enrolRequest,
      response: enrolResponse,
      handle: async (call) => {
        const { purpose = 'card-issue', ...input } = call.body;
        const by = { actor: caller(call).id, purpose };
        const result = await residents.enrol(withPhoto(input), call.idempotencyKey, by);
        call.ctx.status = result.known ? 200 : 201;
        return result;
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/residents',
      access: PEOPLE,
      tag,
      summary: {
        zh: '查询居民:证件号码、姓名全称、姓名拼音首字母或电话',
        en: 'Look residents up: number, whole name, initials of its pinyin, phone',
      },
      query: residentsQuery,
      response: residentsResponse,
      handle: ({ query }) => residents.list(query),
    }),
    endpoint({
      method: 'get',
      path: '/v1/residents/:id',
      access: PEOPLE,
      tag,
      summary: { zh: '一位居民的全部登记内容', en: 'The whole record of a resident' },
      response: residentResponse,
      handle: (call) => residents.get(pathPart(call)),
    }),
    endpoint({
      method: 'put',
      path: '/v1/residents/:id',
      access: COUNTER,
      tag,
      summary: {
        zh: '变更登记内容(按版本,留痕)',
        en: 'Change a record, from the version that was read; kept in its history',
      },
      body: changeResidentRequest,
      response: changeResidentResponse,
      handle: (call) => {
        const { version, purpose, ...input } = call.body;
        const change = { version, purpose, actor: caller(call).id, input: withPhoto(input) };
        return residents.change(pathPart(call), change, call.idempotencyKey);
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/residents/:id/history',
      access: PEOPLE_HISTORY,
      tag,
      summary: {
        zh: '变更记录:何人、何时、哪些字段、原值与新值',
        en: 'History: who, when, which fields, from what to what',
      },
      query: residentHistoryQuery,
      response: residentHistoryResponse,
      handle: async (call) => {
        const { entries, next } = await residents.historyPage(pathPart(call), call.query);
        return { changes: entries, next };
      },
    }),
  ];
}

function duplicateEndpoints({ residents }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/resident-candidates',
      access: PEOPLE,
      tag,
      summary: { zh: '疑似重复:评分与理由', en: 'Pairs that may be one person, with score and reasons' },
      query: candidatesQuery,
      response: candidatesResponse,
      handle: ({ query }) => residents.candidates(query),
    }),
    endpoint({
      method: 'post',
      path: '/v1/resident-candidates/different',
      access: REVIEWERS,
      tag,
      summary: { zh: '认定为两个人', en: 'They are two people' },
      body: differentRequest,
      response: doneResponse,
      handle: async (call) => {
        const { residentA, residentB, purpose } = call.body;
        await residents.keepApart([residentA, residentB], { actor: caller(call).id, purpose });
        return { done: true };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/residents/:id/merge',
      access: REVIEWERS,
      tag,
      summary: { zh: '合并两条记录(可撤销)', en: 'Merge two records; it can be undone' },
      body: mergeRequest,
      response: mergeResponse,
      handle: (call) => {
        const by = { actor: caller(call).id, purpose: call.body.purpose };
        return residents.merge(pathPart(call), call.body.merged, by, call.idempotencyKey);
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/residents/:id/unmerge',
      access: REVIEWERS,
      tag,
      summary: { zh: '撤销合并', en: 'Undo a merge' },
      body: unmergeRequest,
      response: unmergeResponse,
      handle: (call) => residents.undoMerge(pathPart(call), { actor: caller(call).id, purpose: call.body.purpose }),
    }),
  ];
}

function rightsEndpoints({ residents }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/residents/:id/consents',
      access: PEOPLE_HISTORY,
      tag: rights,
      summary: { zh: '授权列表', en: 'Consents' },
      query: residentHistoryQuery,
      response: consentsResponse,
      handle: async (call) => {
        const { entries, next } = await residents.consentsPage(pathPart(call), call.query);
        return { consents: entries, next };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/residents/:id/consents',
      access: COUNTER,
      tag: rights,
      summary: { zh: '登记授权', en: 'Record a consent' },
      body: consentRequest,
      response: consentResponse,
      status: 201,
      handle: (call) => residents.consent(pathPart(call), call.body, caller(call).id, call.idempotencyKey),
    }),
    endpoint({
      method: 'post',
      path: '/v1/residents/:id/consents/:consentId/withdraw',
      access: COUNTER,
      tag: rights,
      summary: { zh: '撤回授权', en: 'Withdraw a consent' },
      body: withdrawConsentRequest,
      response: consentsResponse,
      handle: async (call) => ({
        consents: await residents.withdrawConsent(pathPart(call), pathPart(call, 'consentId'), caller(call).id),
        next: null,
      }),
    }),
    endpoint({
      method: 'get',
      path: '/v1/residents/:id/subject-access',
      access: PEOPLE,
      tag: rights,
      summary: {
        zh: '个人信息查阅副本(JSON 或可读文本)',
        en: 'Copy of all data for the person (JSON, or a text to read)',
      },
      query: subjectAccessQuery,
      response: subjectAccessResponse,
      handle: async (call) => {
        const data = await residents.subjectAccess(pathPart(call));
        if (call.query.format === 'json') return data;
        call.ctx.type = 'text/plain; charset=utf-8';
        return subjectAccessText(data);
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/residents/:id/erase',
      access: MANAGER,
      tag: rights,
      summary: { zh: '依法删除个人信息', en: 'Erase where the law allows' },
      body: eraseRequest,
      response: eraseResponse,
      handle: (call) => {
        const by = { actor: caller(call).id, purpose: call.body.purpose };
        return residents.erase(pathPart(call), by, call.idempotencyKey);
      },
    }),
  ];
}

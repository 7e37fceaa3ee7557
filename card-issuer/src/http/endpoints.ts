/**
 * The HTTP interface as one table. A new subject is a file `endpoints-SUBJECT.ts` that gives rows, and a line here: router,
 * access check, `docs/api/card-issuer.json` and the test that walks every row with every role follow from it.
 */
import { type ApiTitle, type Endpoint, endpoint } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import { agentsResponse, meResponse, statusResponse } from '../contract/index.ts';
import { ANYBODY, PEOPLE } from './access.ts';
import { administrationEndpoints } from './endpoints-administration.ts';
import { approvalEndpoints } from './endpoints-approvals.ts';
import { bulkEndpoints } from './endpoints-bulk.ts';
import { bureauEndpoints } from './endpoints-bureau.ts';
import { cardEndpoints } from './endpoints-cards.ts';
import { enrolmentEndpoints } from './endpoints-enrolment.ts';
import { faceEndpoints } from './endpoints-faces.ts';
import { hotlistEndpoints } from './endpoints-hotlist.ts';
import { importEndpoints } from './endpoints-imports.ts';
import { lifeCycleEndpoints } from './endpoints-life-cycle.ts';
import { mailboxEndpoints } from './endpoints-mailbox.ts';
import { platformEndpoints } from './endpoints-platform.ts';
import { registryEndpoints } from './endpoints-registry.ts';
import { residentEndpoints } from './endpoints-residents.ts';
import { steeringEndpoints } from './endpoints-steering.ts';
import { stockEndpoints } from './endpoints-stock.ts';
import { stockBookEndpoints } from './endpoints-stock-books.ts';
import { serveEvents } from './serve-events.ts';

export const VERSION = '0.1.0';

export const API_TITLE: ApiTitle = {
  title: 'card-issuer',
  version: VERSION,
  description: {
    zh: '居民健康卡发卡系统:居民、卡、库存、挂失名单。改变状态的请求可带 Idempotency-Key 头,同一键只执行一次。',
    en: 'Card management: residents, cards, stock, hotlist. A call that changes something may carry an Idempotency-Key header; the same key is carried out once.',
  },
};

/** @param issuer an empty object does for the document: handlers alone use it */
export function issuerEndpoints(issuer: Issuer): Endpoint[] {
  return [
    ...residentEndpoints(issuer),
    ...enrolmentEndpoints(issuer),
    ...importEndpoints(issuer),
    ...cardEndpoints(issuer),
    ...lifeCycleEndpoints(issuer),
    ...mailboxEndpoints(issuer),
    ...approvalEndpoints(issuer),
    ...bulkEndpoints(issuer),
    ...bureauEndpoints(issuer),
    ...stockEndpoints(issuer),
    ...stockBookEndpoints(issuer),
    ...hotlistEndpoints(issuer),
    ...registryEndpoints(issuer),
    ...platformEndpoints(issuer),
    ...faceEndpoints(issuer),
    ...steeringEndpoints(issuer),
    ...administrationEndpoints(issuer),
    ...systemEndpoints(issuer),
  ];
}

function systemEndpoints({ service, feed, training }: Issuer): Endpoint[] {
  const tag = '系统 System';
  return [
    endpoint({
      method: 'get',
      path: '/v1/agents',
      access: PEOPLE,
      tag,
      summary: { zh: '在线的读卡器代理及其读卡器', en: 'Agents that are connected, with their readers' },
      response: agentsResponse,
      handle: async () => ({ agents: await service.agents() }),
    }),
    endpoint({
      method: 'get',
      path: '/v1/events',
      access: ANYBODY,
      tag,
      summary: {
        zh: '事件流(SSE);Last-Event-ID 之后的事件补发,不含个人信息',
        en: 'Events as they happen (SSE); what came after Last-Event-ID is sent first; no personal data',
      },
      answers: 'text/event-stream',
      handle: ({ ctx }) => serveEvents(ctx, feed),
    }),
    endpoint({
      method: 'get',
      path: '/v1/status',
      access: ANYBODY,
      tag,
      summary: { zh: '服务状态与计数', en: 'State of the service, and counts' },
      response: statusResponse,
      handle: async () => ({
        service: 'card-issuer',
        version: VERSION,
        ready: true,
        training,
        ...(await service.status()),
      }),
    }),
    endpoint({
      method: 'get',
      path: '/v1/me',
      access: ANYBODY,
      tag,
      summary: { zh: '当前登录者及角色', en: 'Who is calling, with which roles' },
      response: meResponse,
      handle: ({ principal }) => ({
        id: principal?.id ?? '',
        name: principal?.name ?? '',
        roles: principal?.roles ?? [],
      }),
    }),
  ];
}

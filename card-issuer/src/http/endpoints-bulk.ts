/** Bulk runs: queue, stations, pause and resume, lines. */
import { type Endpoint, endpoint, mayCall } from '@rhc/service-shell';
import { z } from 'zod';
import type { Issuer } from '../app.ts';
import {
  bulkCandidatesQuery,
  bulkCandidatesResponse,
  bulkItemResponse,
  bulkItemsQuery,
  bulkItemsResponse,
  bulkRunRequest,
  bulkRunResponse,
  bulkRunsQuery,
  bulkRunsResponse,
  bulkRunViewResponse,
  renewalsQuery,
  renewalsResponse,
  renewalWaveRequest,
  reorderRequest,
  stationRequest,
} from '../contract/index.ts';
import { CLERKS, MANAGER, OVERSIGHT, PEOPLE } from './access.ts';
import { caller, pathPart } from './request-parts.ts';

const tag = '批量制卡 Bulk';

export function bulkEndpoints(issuer: Issuer): Endpoint[] {
  return [...runEndpoints(issuer), ...renewalEndpoints(issuer), ...stationEndpoints(issuer), ...itemEndpoints(issuer)];
}

function runEndpoints({ bulk }: Issuer): Endpoint[] {
  const move = (path: string, zh: string, en: string, act: (id: string) => Promise<unknown>) =>
    endpoint({
      method: 'post',
      path: `/v1/bulk-runs/:id/${path}`,
      access: CLERKS,
      tag,
      summary: { zh, en },
      response: bulkRunResponse,
      handle: (call) => act(pathPart(call)),
    });
  return [
    endpoint({
      method: 'get',
      path: '/v1/bulk-runs',
      access: OVERSIGHT,
      tag,
      summary: { zh: '批量任务及进度', en: 'Bulk runs with their progress, newest first' },
      query: bulkRunsQuery,
      response: bulkRunsResponse,
      handle: async ({ query }) => {
        const { entries, next } = await bulk.page(query);
        return { runs: entries, next };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/bulk-runs',
      access: MANAGER,
      tag,
      summary: { zh: '新建批量任务', en: 'Begin a bulk run' },
      body: bulkRunRequest,
      response: bulkRunResponse,
      status: 201,
      handle: (call) => bulk.create({ ...call.body, actor: caller(call).id }, call.idempotencyKey),
    }),
    endpoint({
      method: 'get',
      path: '/v1/bulk-candidates',
      access: MANAGER,
      tag,
      summary: { zh: '尚无卡的居民(新建任务用)', en: 'Residents without a card, for a new run' },
      query: bulkCandidatesQuery,
      response: bulkCandidatesResponse,
      handle: ({ query }) => bulk.candidates(query),
    }),
    endpoint({
      method: 'get',
      path: '/v1/bulk-runs/:id',
      access: OVERSIGHT,
      tag,
      summary: { zh: '一个批量任务', en: 'One bulk run' },
      response: bulkRunViewResponse,
      handle: (call) => bulk.view(pathPart(call)),
    }),
    move('pause', '暂停', 'Pause', (id) => bulk.pause(id)),
    move('resume', '继续', 'Resume', (id) => bulk.resume(id)),
    move('cancel', '取消:在制的做完,不再开始新的', 'Cancel: what is being made is finished, nothing new begins', (id) =>
      bulk.cancel(id),
    ),
    move('new-sample', '样卡未通过,重做样卡', 'The sample was refused: make another one', (id) => bulk.newSample(id)),
  ];
}

function renewalEndpoints({ renewals }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/renewals',
      access: OVERSIGHT,
      tag,
      summary: { zh: '各月各县到期的卡', en: 'Cards that expire, by month and county' },
      query: renewalsQuery,
      response: renewalsResponse,
      handle: ({ query }) => renewals.overview(query.months),
    }),
    endpoint({
      method: 'post',
      path: '/v1/renewal-waves',
      access: MANAGER,
      tag,
      summary: { zh: '新建到期换发任务', en: 'Begin a bulk run that renews cards' },
      body: renewalWaveRequest,
      response: bulkRunResponse,
      status: 201,
      handle: (call) => renewals.begin({ ...call.body, actor: caller(call).id }, call.idempotencyKey),
    }),
  ];
}

function stationEndpoints({ bulk }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'put',
      path: '/v1/bulk-runs/:id/stations',
      access: CLERKS,
      tag,
      summary: { zh: '让读卡器为此任务制卡', en: 'Let a reader work for the run' },
      body: stationRequest,
      response: bulkRunViewResponse,
      handle: async (call) => {
        await bulk.assign({ ...call.body, runId: pathPart(call) }, caller(call).id);
        return bulk.view(pathPart(call));
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/bulk-stations/release',
      access: CLERKS,
      tag,
      summary: { zh: '读卡器不再为批量任务制卡', en: 'Take a reader out of bulk work' },
      body: stationRequest,
      response: z.object({ released: z.literal(true) }),
      handle: async ({ body }) => {
        await bulk.release(body);
        return { released: true };
      },
    }),
  ];
}

function itemEndpoints({ bulk }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/bulk-runs/:id/items',
      access: OVERSIGHT,
      tag,
      summary: { zh: '任务中的各行', en: 'Lines of a run' },
      query: bulkItemsQuery,
      response: bulkItemsResponse,
      handle: async (call) => {
        const page = { ...call.query, after: call.query.after ?? -Number.MAX_VALUE };
        return { items: await bulk.items(pathPart(call), page, mayCall(PEOPLE, call.principal)) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/bulk-items/:id/retry',
      access: CLERKS,
      tag,
      summary: { zh: '重做一行', en: 'Try a line again' },
      response: bulkItemResponse,
      handle: (call) => bulk.retry(pathPart(call), caller(call).id),
    }),
    endpoint({
      method: 'post',
      path: '/v1/bulk-items/:id/remove',
      access: CLERKS,
      tag,
      summary: { zh: '从任务中去掉一行', en: 'Take a line out of the run' },
      response: bulkItemResponse,
      handle: (call) => bulk.remove(pathPart(call)),
    }),
    endpoint({
      method: 'post',
      path: '/v1/bulk-items/:id/position',
      access: CLERKS,
      tag,
      summary: { zh: '调整一行的次序', en: 'Move a line' },
      body: reorderRequest,
      response: bulkItemResponse,
      handle: (call) => bulk.reorder(pathPart(call), call.body.before),
    }),
  ];
}

/** Towards the higher registration centre and the health platform: report, foreign hotlists, look-up, event log. */
import { type Endpoint, endpoint, readRawBody } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import {
  eventLogQuery,
  eventLogResponse,
  foreignHotlistResponse,
  foreignHotlistsQuery,
  foreignHotlistsResponse,
  hotlistLookUpQuery,
  hotlistLookUpResponse,
  registryReportQuery,
  registryReportResponse,
} from '../contract/index.ts';
import { reportCsv } from '../registry.ts';
import { ANYBODY, PUBLISHERS } from './access.ts';
import { caller } from './request-parts.ts';

const MAX_HOTLIST_BYTES = 16 * 1024 * 1024;
const tag = '登记中心 Registration centre';

export function registryEndpoints({ registry, feed }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/registry-report',
      access: PUBLISHERS,
      tag,
      summary: {
        zh: '上报:自游标起的卡变动,带校验和(JSON 或 CSV)',
        en: 'Report: what happened to cards from a cursor on, with a checksum',
      },
      query: registryReportQuery,
      response: registryReportResponse,
      handle: async ({ ctx, query }) => {
        const page = await registry.report(query);
        if (query.format === 'json') return page;
        ctx.type = 'text/csv; charset=utf-8';
        return reportCsv(page);
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/foreign-hotlists',
      access: PUBLISHERS,
      tag,
      summary: { zh: '导入外省名单(验签)', en: "Take another province's hotlist, under a trusted signature" },
      response: foreignHotlistResponse,
      status: 201,
      rawBody: true,
      handle: async (call) => registry.takeForeign(await readRawBody(call.ctx.req, MAX_HOTLIST_BYTES), caller(call).id),
    }),
    endpoint({
      method: 'get',
      path: '/v1/foreign-hotlists',
      access: ANYBODY,
      tag,
      summary: { zh: '已导入的外省名单', en: "Other provinces' lists that are held" },
      query: foreignHotlistsQuery,
      response: foreignHotlistsResponse,
      handle: async ({ query }) => {
        const { entries, next } = await registry.foreignListsPage(query);
        return { lists: entries, next };
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/hotlist/look-up',
      access: ANYBODY,
      tag,
      summary: { zh: '查询一张卡是否挂失', en: 'Is a card listed?' },
      query: hotlistLookUpQuery,
      response: hotlistLookUpResponse,
      handle: ({ query }) => registry.lookUp(query.issueSerial),
    }),
    endpoint({
      method: 'get',
      path: '/v1/event-log',
      access: ANYBODY,
      tag,
      summary: { zh: '事件日志:按序、可续读、不含个人信息', en: 'Event log: in order, resumable, no personal data' },
      query: eventLogQuery,
      response: eventLogResponse,
      handle: async ({ query }) => {
        const events = await feed.placedAfter(query.after, query.limit);
        return { events, next: events.at(-1)?.position ?? query.after };
      },
    }),
  ];
}

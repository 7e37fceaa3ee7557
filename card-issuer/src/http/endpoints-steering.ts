/** Steering: dashboard, its export, populations, capacity planner. */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import {
  capacityRequest,
  capacityResponse,
  countiesResponse,
  dashboardResponse,
  linksResponse,
  populationsRequest,
  populationsResponse,
  steeringExportQuery,
} from '../contract/index.ts';
import { counties } from '../domain/area.ts';
import { chipMs, LINKS } from '../domain/steering/index.ts';
import { steeringCsv, steeringXlsx } from '../steering-export.ts';
import { ANYBODY, MANAGER, OVERSIGHT } from './access.ts';
import { caller } from './request-parts.ts';

const tag = '进度 Steering';
const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

export function steeringEndpoints({ steering }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/counties',
      access: ANYBODY,
      tag,
      summary: { zh: '河北省各县(市、区)', en: 'The counties of Hebei' },
      response: countiesResponse,
      handle: () => ({ counties: counties() }),
    }),
    endpoint({
      method: 'get',
      path: '/v1/steering',
      access: OVERSIGHT,
      tag,
      summary: { zh: '各县漏斗、覆盖率、预测与空白卡', en: 'Funnel and coverage by county, forecasts, blanks' },
      response: dashboardResponse,
      handle: () => steering.dashboard(),
    }),
    endpoint({
      method: 'get',
      path: '/v1/steering/export',
      access: OVERSIGHT,
      tag,
      summary: { zh: '导出各县漏斗(CSV 或 XLSX)', en: 'The table by county as CSV or XLSX' },
      query: steeringExportQuery,
      answers: XLSX_TYPE,
      handle: async ({ ctx, query }) => {
        const dashboard = await steering.dashboard();
        const name = `steering-${dashboard.madeAt.slice(0, 10)}.${query.format}`;
        ctx.set('Content-Disposition', `attachment; filename="${name}"`);
        ctx.type = query.format === 'csv' ? 'text/csv; charset=utf-8' : XLSX_TYPE;
        return query.format === 'csv' ? steeringCsv(dashboard) : Buffer.from(await steeringXlsx(dashboard));
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/steering/populations',
      access: OVERSIGHT,
      tag,
      summary: { zh: '各县人口', en: 'Population by county' },
      response: populationsResponse,
      handle: async () => ({ counties: await steering.populations() }),
    }),
    endpoint({
      method: 'put',
      path: '/v1/steering/populations',
      access: MANAGER,
      tag,
      summary: { zh: '登记各县人口及来源', en: 'Enter populations with their source' },
      body: populationsRequest,
      response: populationsResponse,
      handle: async (call) => {
        await steering.setPopulations(call.body.counties, caller(call).id);
        return { counties: await steering.populations() };
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/steering/links',
      access: OVERSIGHT,
      tag,
      summary: { zh: '读卡器速率及单卡用时', en: 'Speeds of readers, and what a card takes at each' },
      response: linksResponse,
      handle: () => ({
        links: LINKS.map((link) => ({ id: link.id, text: link.text, chipSeconds: chipMs(link) / 1000 })),
      }),
    }),
    endpoint({
      method: 'post',
      path: '/v1/steering/capacity',
      access: OVERSIGHT,
      tag,
      summary: { zh: '产能测算', en: 'Capacity planner' },
      body: capacityRequest,
      response: capacityResponse,
      handle: ({ body }) => steering.capacity(body),
    }),
  ];
}

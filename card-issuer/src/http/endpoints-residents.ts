/** Residents and their import. */
import { type Call, type Endpoint, endpoint, parseInput, readRawBody } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import {
  enrolRequest,
  enrolResponse,
  importQuery,
  importRequest,
  importResponse,
  residentsQuery,
  residentsResponse,
} from '../contract/index.ts';
import { rosterReportFile } from '../domain/roster-report-file.ts';
import { COUNTER, PEOPLE } from './access.ts';
import { decoded, jsonOf } from './request-parts.ts';

export const IMPORT_PATH = '/v1/imports';
const MAX_IMPORT_BYTES = 256 * 1024 * 1024;
const tag = '居民 Residents';

export function residentEndpoints(issuer: Issuer): Endpoint[] {
  const { service } = issuer;
  return [
    endpoint({
      method: 'post',
      path: '/v1/residents',
      access: COUNTER,
      tag,
      summary: { zh: '登记居民', en: 'Enrol a resident' },
      body: enrolRequest,
      response: enrolResponse,
      handle: async ({ ctx, body, idempotencyKey }) => {
        const { photo, ...fields } = body;
        const input = photo === undefined ? fields : { ...fields, photo: decoded(photo) };
        const result = await service.enrol(input, idempotencyKey);
        ctx.status = result.known ? 200 : 201;
        return result;
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/residents',
      access: PEOPLE,
      tag,
      summary: { zh: '查询居民', en: 'Look residents up' },
      query: residentsQuery,
      response: residentsResponse,
      handle: ({ query }) => service.listResidents(query),
    }),
    endpoint({
      method: 'post',
      path: IMPORT_PATH,
      access: COUNTER,
      tag,
      summary: {
        zh: '导入名册(CSV 正文,或 JSON 中的 base64)',
        en: 'Import a roster (CSV as the body, or base64 in JSON)',
      },
      query: importQuery,
      response: importResponse,
      rawBody: true,
      handle: (call) => importWhole(issuer, call),
    }),
  ];
}

async function importWhole(
  issuer: Issuer,
  { ctx, query }: Pick<Call<unknown, typeof importQuery._output>, 'ctx' | 'query'>,
) {
  const bytes = await readRawBody(ctx.req, MAX_IMPORT_BYTES);
  if (ctx.is('application/json') === false) {
    const result = await issuer.importRoster(bytes, { encoding: query.encoding, dryRun: query.dryRun === 'true' });
    if (query.report !== 'csv') return result;
    ctx.attachment('roster-report.csv');
    ctx.type = 'text/csv; charset=utf-8';
    return rosterReportFile(result.report);
  }
  const request = parseInput(importRequest, jsonOf(bytes));
  return issuer.importRoster(decoded(request.roster), {
    encoding: request.encoding,
    dryRun: request.dryRun ?? false,
    photos: new Map(Object.entries(request.photos ?? {}).map(([name, photo]) => [name, decoded(photo)])),
  });
}

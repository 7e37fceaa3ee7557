/** Imports of whole files: begin, watch, pause, resume, cancel; report as pages and as a file; mappings of sources. */
import { Readable } from 'node:stream';
import { type Call, type Endpoint, endpoint } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import {
  beginImportQuery,
  importControlRequest,
  importReportQuery,
  importRowsQuery,
  importRowsResponse,
  mappingRequest,
  mappingResponse,
  mappingsResponse,
  pageQuery,
  rosterImportResponse,
  rosterImportsResponse,
} from '../contract/index.ts';
import { importProgress } from '../domain/import-progress.ts';
import { importReportCsv, importReportXlsx } from '../domain/import-report-file.ts';
import type { RosterMapping } from '../domain/roster-mappings.ts';
import type { RosterImports } from '../roster/roster-imports.ts';
import { CLERKS, COUNTER, MANAGER, PEOPLE } from './access.ts';
import { caller, pathPart } from './request-parts.ts';

export const ROSTER_IMPORTS_PATH = '/v1/roster-imports';
const REPORT_ROWS_AT_ONCE = 500;
const tag = '批量导入 Imports';

type Job = Awaited<ReturnType<RosterImports['get']>>;

function view({ mapping: _, runningMs, ...job }: Job) {
  return { ...job, ...importProgress({ ...job, runningMs }) };
}

export function importEndpoints({ imports }: Issuer): Endpoint[] {
  const job = { tag, response: rosterImportResponse } as const;
  return [
    endpoint({
      ...job,
      method: 'post',
      path: ROSTER_IMPORTS_PATH,
      access: COUNTER,
      summary: {
        zh: '导入名册文件(CSV 或 XLSX 为正文),后台进行',
        en: 'Import a roster file (CSV or XLSX as the body), in the background',
      },
      query: beginImportQuery,
      status: 202,
      rawBody: true,
      handle: async (call) => {
        const { dryRun, ...given } = call.query;
        const signed = { ...given, dryRun: dryRun === 'true', actor: caller(call).id };
        return view(await imports.begin(call.ctx.req, signed));
      },
    }),
    endpoint({
      method: 'get',
      path: ROSTER_IMPORTS_PATH,
      access: PEOPLE,
      tag,
      summary: { zh: '导入列表', en: 'Imports, newest first' },
      query: pageQuery,
      response: rosterImportsResponse,
      handle: async ({ query }) => {
        const { entries, next } = await imports.list(query);
        return { imports: entries.map(view), next };
      },
    }),
    endpoint({
      ...job,
      method: 'get',
      path: `${ROSTER_IMPORTS_PATH}/:id`,
      access: PEOPLE,
      summary: { zh: '进度:速度与剩余时间', en: 'Progress with rate and time left' },
      handle: async (call) => view(await imports.get(pathPart(call))),
    }),
    endpoint({
      method: 'get',
      path: `${ROSTER_IMPORTS_PATH}/:id/rows`,
      access: PEOPLE,
      tag,
      summary: { zh: '逐行报告:字段、掩码值、规则、下一步', en: 'Report by row: field, masked value, rule, next step' },
      query: importRowsQuery,
      response: importRowsResponse,
      handle: (call) => {
        const { cursor, ...query } = call.query;
        return imports.rows(pathPart(call), { ...query, after: cursor });
      },
    }),
    endpoint({
      method: 'get',
      path: `${ROSTER_IMPORTS_PATH}/:id/report`,
      access: PEOPLE,
      tag,
      summary: { zh: '报告文件(CSV 或 XLSX)', en: 'The report as a file (CSV or XLSX)' },
      query: importReportQuery,
      answers: 'text/csv',
      handle: (call) => sendReport(call, imports),
    }),
    ...(['pause', 'resume', 'cancel'] as const).map((control) =>
      endpoint({
        ...job,
        method: 'post',
        path: `${ROSTER_IMPORTS_PATH}/:id/${control}`,
        access: CLERKS,
        summary: CONTROLS[control],
        body: importControlRequest,
        handle: async (call) => view(await imports[control](pathPart(call))),
      }),
    ),
    endpoint({
      method: 'get',
      path: '/v1/roster-mappings',
      access: PEOPLE,
      tag,
      summary: { zh: '各来源的列映射', en: 'Mappings of sources' },
      response: mappingsResponse,
      handle: async () => ({ mappings: await imports.mappings() }),
    }),
    endpoint({
      method: 'put',
      path: '/v1/roster-mappings/:source',
      access: MANAGER,
      tag,
      summary: { zh: '保存来源的列映射', en: 'Save the mapping of a source' },
      body: mappingRequest,
      response: mappingResponse,
      handle: (call) => {
        const mapping = { ...call.body, source: pathPart(call, 'source') } as RosterMapping;
        return imports.saveMapping(mapping, caller(call).id);
      },
    }),
  ];
}

const CONTROLS = {
  pause: { zh: '暂停', en: 'Pause' },
  resume: { zh: '继续', en: 'Resume' },
  cancel: { zh: '取消', en: 'Cancel' },
} as const;

async function sendReport(call: Call<unknown, { format: 'csv' | 'xlsx' }>, imports: RosterImports) {
  const id = pathPart(call);
  await imports.get(id);
  const { format } = call.query;
  call.ctx.attachment(`import-report.${format}`);
  async function* pages() {
    for (let after = 0; ; ) {
      const { rows, next } = await imports.rows(id, { after, limit: REPORT_ROWS_AT_ONCE });
      yield rows;
      if (next === null) return;
      after = Number(next);
    }
  }
  if (format === 'xlsx') return importReportXlsx(pages());
  call.ctx.type = 'text/csv; charset=utf-8';
  return Readable.from(importReportCsv(pages()));
}

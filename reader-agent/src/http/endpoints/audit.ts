/** Where the desk's local audit stands, its latest entries, and a person's word that damage was looked into. */
import { endpoint, shellErrors } from '@rhc/service-shell';
import { auditEntries, auditState } from '../../contract/index.ts';
import { DESK } from '../callers.ts';
import type { EndpointParts } from '../endpoint-parts.ts';

const shared = { access: [DESK], tag: '本机审计 audit' };
const LATEST = 200;

export function auditEndpoints({ audit, auditUpload }: EndpointParts) {
  const here = () => {
    if (audit === null) throw shellErrors.make('ROUTE_UNKNOWN', { detail: 'no local audit is kept' });
    return audit;
  };
  const state = () => ({ ...here().state(), upload: auditUpload?.state ?? null });
  return [
    endpoint({
      ...shared,
      method: 'get',
      path: '/v1/audit',
      summary: { zh: '本机审计链的状态与上传进度', en: 'State of the local audit chain and its upload' },
      response: auditState,
      handle: state,
    }),
    endpoint({
      ...shared,
      method: 'get',
      path: '/v1/audit/entries',
      summary: { zh: '最近的审计记录', en: 'Its latest entries' },
      response: auditEntries,
      handle: () => ({
        entries: here()
          .latest(LATEST)
          .map(({ sequence, at, action, details }) => ({ sequence, at, action, details })),
      }),
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/v1/audit/upload',
      summary: { zh: '立即上传', en: 'Upload now' },
      response: auditState,
      async handle() {
        await auditUpload?.run();
        return state();
      },
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/v1/audit/damage/acknowledge',
      summary: { zh: '已核查本机审计的损坏', en: 'The damage was looked into' },
      response: auditState,
      handle() {
        here().acknowledgeDamage();
        return state();
      },
    }),
  ];
}

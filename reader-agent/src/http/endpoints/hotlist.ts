/** How old the hotlist is, and a newer one from a medium where no network brings it. */
import { isRhcError } from '@rhc/card/errors';
import { endpoint, readRawBody, shellErrors } from '@rhc/service-shell';
import { hotlistState } from '../../contract/index.ts';
import { DESK } from '../callers.ts';
import type { EndpointParts } from '../endpoint-parts.ts';

const MAX_FILE_BYTES = 16 * 1024 * 1024;
const shared = { tag: '挂失名单 hotlist', response: hotlistState };

export function hotlistEndpoints({ hotlist, audit }: EndpointParts) {
  const here = () => {
    if (hotlist === null) throw shellErrors.make('ROUTE_UNKNOWN', { detail: 'no hotlist is set up' });
    return hotlist;
  };
  return [
    endpoint({
      ...shared,
      method: 'get',
      path: '/v1/hotlist',
      access: [DESK, 'card.status'],
      summary: { zh: '名单版本与新旧', en: 'Version and age of the list' },
      handle: () => here().state(),
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/v1/hotlist/refresh',
      access: [DESK],
      summary: { zh: '立即更新', en: 'Renew now' },
      async handle() {
        await here().refresh();
        return here().state();
      },
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/v1/hotlist/import',
      access: [DESK],
      summary: {
        zh: '导入名单文件或增量(application/vnd.rhc.hotlist)',
        en: 'Import a list or a delta (application/vnd.rhc.hotlist)',
      },
      rawBody: true,
      async handle({ ctx }) {
        const list = here();
        const file = await readRawBody(ctx.req, MAX_FILE_BYTES);
        try {
          list.take(file);
        } catch (error) {
          audit?.note('hotlist-refused', { code: isRhcError(error) ? error.code : 'INTERNAL', sizeBytes: file.length });
          throw error;
        }
        const { version, entries } = list.state();
        audit?.note('hotlist-imported', { version, entries, sizeBytes: file.length });
        return list.state();
      },
    }),
  ];
}

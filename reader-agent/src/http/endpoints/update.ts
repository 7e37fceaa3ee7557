/** Whether a newer version of this program was published; nothing here installs one. */
import { endpoint, shellErrors } from '@rhc/service-shell';
import { updateState } from '../../contract/index.ts';
import { DESK } from '../callers.ts';
import type { EndpointParts } from '../endpoint-parts.ts';

const shared = { access: [DESK], tag: '更新 updates', response: updateState };

export function updateEndpoints({ updateCheck, version }: EndpointParts) {
  return [
    endpoint({
      ...shared,
      method: 'get',
      path: '/v1/update',
      summary: { zh: '是否已有新版本(只提示,不安装)', en: 'Whether a newer version is there (told, never installed)' },
      handle: () => updateCheck?.state ?? { on: false, version, newer: null, checkedAt: null, error: null },
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/v1/update/check',
      summary: { zh: '立即检查', en: 'Look now' },
      async handle() {
        if (updateCheck === null) throw shellErrors.make('ROUTE_UNKNOWN', { detail: 'no update address is set up' });
        await updateCheck.run();
        return updateCheck.state;
      },
    }),
  ];
}

/** Users with their roles, and the settings that the service runs with. */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import { cardView, rolesView, usersPage } from '../administration.ts';
import type { Issuer } from '../app.ts';
import { settingsResponse, usersQuery, usersResponse } from '../contract/index.ts';
import { LOOKERS_ON } from './access.ts';

const row = { method: 'get', access: LOOKERS_ON, tag: '管理 Administration' } as const;

export function administrationEndpoints({ administration }: Issuer): Endpoint[] {
  return [
    endpoint({
      ...row,
      path: '/v1/users',
      summary: { zh: '用户与角色', en: 'Users by id, and roles' },
      query: usersQuery,
      response: usersResponse,
      handle: async ({ query }) => {
        const { entries, next } = await usersPage(administration.users, query);
        return { users: entries, roles: rolesView(), next };
      },
    }),
    endpoint({
      ...row,
      path: '/v1/settings',
      summary: { zh: '运行参数与卡片规范(不含秘密)', en: 'Settings and card profile in use, no secret' },
      response: settingsResponse,
      handle: () => ({ settings: administration.settings, card: cardView() }),
    }),
  ];
}

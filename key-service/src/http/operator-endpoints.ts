/** The register of operators: who makes them, who gives roles, who may look. */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import type { AccessRoom } from '../access-room.ts';
import {
  enrolmentCodeResponse,
  newOperatorRequest,
  type OperatorView,
  operatorRolesRequest,
  operatorStateRequest,
  operatorsResponse,
  operatorView,
} from '../contract/index.ts';
import { isDemonstration } from '../domain/access/demonstration.ts';
import type { Operator, OperatorRole } from '../domain/access/operators.ts';
import type { Passkey } from '../domain/access/passkeys.ts';
import { EXCLUSIVE_ROLES } from '../domain/roles.ts';
import { keyServiceErrors } from '../errors.ts';
import { OPERATORS, roles } from './access.ts';

const tag = '操作员 Operators';

function viewOf({ id, name, roles: held, state, createdAt }: Operator, passkeys: readonly Passkey[]): OperatorView {
  return {
    ...{ id, name, state, roles: [...held], demonstration: isDemonstration(id) },
    createdAt: createdAt.toISOString(),
    passkeys: passkeys
      .filter(({ operator }) => operator === id)
      .map((passkey) => ({
        id: passkey.id,
        label: passkey.label,
        createdAt: passkey.createdAt.toISOString(),
        lastUsedAt: passkey.lastUsedAt?.toISOString() ?? null,
      })),
  };
}

export function operatorEndpoints(room: AccessRoom): Endpoint[] {
  const view = async (operator: Operator) => viewOf(operator, await room.passkeys.all());
  const at = (params: Readonly<Record<string, string>>) => params.id ?? '';
  return [
    endpoint({
      method: 'get',
      path: '/v1/operators',
      access: OPERATORS,
      tag,
      summary: { zh: '操作员及其角色', en: 'Operators and their roles' },
      response: operatorsResponse,
      async handle() {
        const [operators, passkeys] = await Promise.all([room.operators.all(), room.passkeys.all()]);
        return { operators: operators.map((each) => viewOf(each, passkeys)), exclusive: EXCLUSIVE_ROLES };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/operators',
      access: roles('system-admin'),
      tag,
      summary: { zh: '新增操作员(尚无角色)', en: 'A new operator, with no role yet' },
      status: 201,
      body: newOperatorRequest,
      response: operatorView,
      handle: async ({ body, principal }) => view(await room.operators.add(principal?.id ?? '', body)),
    }),
    endpoint({
      method: 'put',
      path: '/v1/operators/:id/roles',
      access: roles('security-admin'),
      tag,
      summary: { zh: '授予角色(不能改自己的)', en: 'Give roles (never one’s own)' },
      body: operatorRolesRequest,
      response: operatorView,
      handle: async ({ body, params, principal }) =>
        view(
          await room.operators.setRoles(
            principal?.id ?? '',
            at(params),
            body.roles as readonly OperatorRole[],
            body.reason,
          ),
        ),
    }),
    endpoint({
      method: 'put',
      path: '/v1/operators/:id/state',
      access: roles('system-admin'),
      tag,
      summary: { zh: '停用或恢复操作员', en: 'Disable an operator, or bring them back' },
      body: operatorStateRequest,
      response: operatorView,
      handle: async ({ body, params, principal }) =>
        view(await room.operators.setState(principal?.id ?? '', at(params), body.state, body.reason)),
    }),
    endpoint({
      method: 'post',
      path: '/v1/operators/:id/enrolment-code',
      access: roles('system-admin'),
      tag,
      summary: { zh: '发放一次性登记码', en: 'A one-time enrolment code' },
      status: 201,
      response: enrolmentCodeResponse,
      async handle({ params, principal }) {
        const { id, roles: held } = await room.operators.get(at(params));
        // Else a system administrator could make himself a key to anybody's roles.
        if (held.length > 0) throw keyServiceErrors.make('OPERATOR_HOLDS_ROLES', { detail: id });
        const grant = { kind: 'operator', name: id, serverNames: [] } as const;
        const { code, expiresAt } = await room.codes.issue(principal?.id ?? '', grant);
        return { code, expiresAt: expiresAt.toISOString() };
      },
    }),
    endpoint({
      method: 'delete',
      path: '/v1/operators/:id/passkeys/:credential',
      access: roles('system-admin'),
      tag,
      summary: { zh: '删除遗失的通行密钥', en: 'Remove a lost passkey' },
      status: 204,
      async handle({ params, principal, ctx }) {
        await room.passkeys.remove(principal?.id ?? '', at(params), params.credential ?? '');
        await room.sessions.endAllOf(`operator:${at(params)}`);
        ctx.status = 204;
      },
    }),
  ];
}

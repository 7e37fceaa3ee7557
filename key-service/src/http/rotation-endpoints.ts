/** Rotation of card keys and reports from the field over HTTP. */
import { type Call, type Endpoint, endpoint } from '@rhc/service-shell';
import {
  dryRunResponse,
  planRotationRequest,
  rotationEvidenceResponse,
  rotationListResponse,
  rotationResponse,
  rotationStepRequest,
  sightingsRequest,
  sightingsResponse,
} from '../contract/index.ts';
import type { Rotation } from '../domain/rotation/plan.ts';
import type { Rotations } from '../domain/rotation/rotations.ts';
import { OPERATORS, roles } from './access.ts';

const TAG = '轮换 rotation';
const MOVERS = roles('security-admin', 'officer');

export function rotationEndpoints({ rotations }: { readonly rotations: Rotations }): Endpoint[] {
  const callerOf = ({ principal }: Pick<Call<unknown, unknown>, 'principal'>): string => principal?.id ?? '';
  const answer = async (rotation: Rotation) => ({ rotation: await rotations.view(rotation) });
  const step = (
    name: string,
    summary: { zh: string; en: string },
    work: (id: string, by: string, reason: string | undefined) => Promise<Rotation>,
  ) =>
    endpoint({
      method: 'post',
      path: `/v1/rotations/:id/${name}`,
      access: MOVERS,
      tag: TAG,
      summary,
      body: rotationStepRequest,
      response: rotationResponse,
      handle: async (call) => answer(await work(call.params.id ?? '', callerOf(call), call.body.reason)),
    });
  return [
    endpoint({
      method: 'get',
      path: '/v1/rotations',
      access: OPERATORS,
      tag: TAG,
      summary: { zh: '全部轮换', en: 'All rotations' },
      response: rotationListResponse,
      handle: async () => ({ rotations: await rotations.list() }),
    }),
    endpoint({
      method: 'post',
      path: '/v1/rotations/dry-run',
      access: MOVERS,
      tag: TAG,
      summary: { zh: '试算:会发生什么', en: 'What would happen' },
      body: planRotationRequest,
      response: dryRunResponse,
      handle: ({ body }) => rotations.dryRun(body),
    }),
    endpoint({
      method: 'post',
      path: '/v1/rotations',
      access: MOVERS,
      tag: TAG,
      summary: { zh: '建立轮换计划', en: 'Plan a rotation' },
      body: planRotationRequest,
      response: rotationResponse,
      status: 201,
      handle: async (call) => answer(await rotations.plan(call.body, callerOf(call))),
    }),
    endpoint({
      method: 'get',
      path: '/v1/rotations/:id',
      access: OPERATORS,
      tag: TAG,
      summary: { zh: '一个轮换', en: 'One rotation' },
      response: rotationResponse,
      handle: async (call) => answer(await rotations.find(call.params.id ?? '')),
    }),
    endpoint({
      method: 'get',
      path: '/v1/rotations/:id/evidence',
      access: OPERATORS,
      tag: TAG,
      summary: { zh: '证据:各地尚未换到新版本的卡与 SAM,及预测', en: 'Evidence by region, with the projection' },
      response: rotationEvidenceResponse,
      handle: async (call) => ({ evidence: await rotations.evidence(await rotations.find(call.params.id ?? '')) }),
    }),
    step('prepare', { zh: '准备:申请生成新版本', en: 'Prepare: ask for the new versions' }, (id, by, reason) =>
      rotations.prepare(id, by, reason),
    ),
    step('activate', { zh: '启用已到时间的部分', en: 'Activate what is due' }, (id) => rotations.activateDue(id)),
    step('retire', { zh: '申请退役旧版本', en: 'Ask for retirement of the old versions' }, (id, by, reason) =>
      rotations.retire(id, by, reason),
    ),
    step('roll-back', { zh: '申请回退', en: 'Ask to roll back' }, (id, by, reason) =>
      rotations.rollBack(id, by, reason),
    ),
    endpoint({
      method: 'post',
      path: '/v1/sightings',
      access: roles('service', 'terminal'),
      tag: TAG,
      summary: {
        zh: '报告各地各版本见到的卡与 SAM 数(不含个人)',
        en: 'Report counts of cards and SAMs seen by version and region',
      },
      body: sightingsRequest,
      response: sightingsResponse,
      handle: async (call) => ({ accepted: await rotations.report(callerOf(call), call.body) }),
    }),
  ];
}

/**
 * A key version's life over HTTP. One officer may suspend at once, because stopping harm must not wait; everything else
 * makes a request for approval and happens when a quorum executes it.
 */
import { type Call, type Endpoint, endpoint } from '@rhc/service-shell';
import type { ApprovalStep } from '../contract/approvals.ts';
import {
  approvalAsked,
  blastRadius,
  cryptoperiodRequest,
  destructionRequest,
  keyVersionDetail,
  moveRequest,
  policyRequest,
  scheduleActivationRequest,
  suspendRequest,
} from '../contract/index.ts';
import { blastRadiusOf } from '../domain/blast-radius.ts';
import type { KeyLife, KeyLifeStore } from '../domain/key-life.ts';
import { cryptoperiodWarnings, type KeyVersionRecord, movesFrom } from '../domain/key-states.ts';
import type { KeyUseStore } from '../domain/key-uses.ts';
import type { KeyBook } from '../domain/personalization.ts';
import type { Approvals } from '../domain/quorum/approvals.ts';
import { keyServiceErrors } from '../errors.ts';
import { OPERATORS, roles } from './access.ts';

export interface KeyLifeEndpointParts {
  readonly book: KeyBook;
  readonly keyLife: KeyLife;
  readonly store: KeyLifeStore;
  readonly uses: KeyUseStore;
  readonly approvals: Approvals;
  readonly inField: (key: { slot: string; version: number }) => Promise<{ cards: number | null; sams: number | null }>;
  readonly now: () => Date;
}

const TAG = '密钥版本 key versions';
const MOVERS = roles('security-admin', 'officer');
const PATH = '/v1/key-versions/:slot/:version';
const iso = (date: Date | null): string | null => date?.toISOString() ?? null;
const WARNING_TEXT = {
  ended: (days: number) => ({ zh: `有效期已过 ${-days} 天`, en: `its cryptoperiod ended ${-days} days ago` }),
  'ends-soon': (days: number) => ({ zh: `有效期还有 ${days} 天`, en: `its cryptoperiod ends in ${days} days` }),
  'no-successor': () => ({ zh: '没有预置的后继版本', en: 'no successor stands ready' }),
} as const;

export function keyLifeEndpoints(parts: KeyLifeEndpointParts): Endpoint[] {
  const recordOf = async (call: Pick<Call<unknown, unknown>, 'params'>): Promise<KeyVersionRecord> => {
    const { slot, version } = call.params;
    const all = await parts.store.records();
    const found = all.find((each) => each.slot === slot && String(each.version) === version);
    if (found === undefined) throw keyServiceErrors.make('KEY_MISSING', { detail: `${slot}#${version}` });
    return found;
  };
  const requesterOf = ({ principal }: Pick<Call<unknown, unknown>, 'principal'>): string => principal?.id ?? '';
  /** A row whose body becomes an approved step. */
  const asks = <B extends { reason: string }>(
    method: 'post' | 'put',
    path: string,
    summary: { zh: string; en: string },
    body: NonNullable<Parameters<typeof endpoint<B>>[0]['body']>,
    step: (record: KeyVersionRecord, body: B) => Promise<ApprovalStep> | ApprovalStep,
  ): Endpoint =>
    endpoint<B>({
      method,
      path: `${PATH}${path}`,
      access: MOVERS,
      tag: TAG,
      summary,
      body,
      response: approvalAsked,
      status: 202,
      handle: async (call) => {
        const record = await recordOf(call);
        const steps = [await step(record, call.body)];
        const { reason } = call.body;
        const order = { requester: requesterOf(call), reason, steps, expiresInMinutes: 24 * 60 };
        return { approval: (await parts.approvals.request(order)).id };
      },
    });
  const keyOf = ({ slot, version }: KeyVersionRecord) => ({ slot, version });
  return [
    endpoint({
      method: 'get',
      path: PATH,
      access: OPERATORS,
      tag: TAG,
      summary: {
        zh: '一个密钥版本:状态、历史、每日使用、提醒',
        en: 'One version: state, history, uses a day, warnings',
      },
      response: keyVersionDetail,
      handle: async (call) => {
        const record = await recordOf(call);
        const { slot, version } = record;
        const history = await parts.store.history(slot, version);
        const warnings = cryptoperiodWarnings(await parts.store.records(), parts.now()).filter(
          (each) => each.slot === slot && each.version === version,
        );
        return {
          ...keyOf(record),
          state: record.state,
          suite: record.suite,
          kcv: record.kcv,
          createdAt: record.createdAt.toISOString(),
          activateAt: iso(record.activateAt),
          destroyAt: iso(record.destroyAt),
          cryptoperiodEnds: iso(record.cryptoperiodEnds),
          policy: record.policy ?? null,
          history: history.map(({ from, to, at, actor, reason, log }) => {
            return { from, to, at: at.toISOString(), actor, reason, logId: log.id, logIndex: log.index };
          }),
          usesByDay: await parts.uses.byDay(record, 31),
          cardsInField: (await parts.inField(record)).cards,
          moves: record.destroyAt === null ? [...movesFrom(record.state)] : [],
          warnings: warnings.map(({ kind, daysLeft }) => WARNING_TEXT[kind](daysLeft)),
        };
      },
    }),
    endpoint({
      method: 'get',
      path: `${PATH}/blast-radius`,
      access: OPERATORS,
      tag: TAG,
      summary: { zh: '该版本泄露时的影响范围', en: 'How far a compromise of this version reaches' },
      response: blastRadius,
      handle: async (call) => {
        const record = await recordOf(call);
        return blastRadiusOf(parts.book.hierarchy, await parts.store.records(), record, await parts.inField(record));
      },
    }),
    endpoint({
      method: 'post',
      path: `${PATH}/suspend`,
      access: MOVERS,
      tag: TAG,
      summary: { zh: '立即挂起(一名安全员即可)', en: 'Suspend at once; one officer is enough' },
      body: suspendRequest,
      handle: async (call) => {
        const record = await recordOf(call);
        await parts.keyLife.move(keyOf(record), 'suspended', { actor: requesterOf(call), reason: call.body.reason });
        return { ...keyOf(record), state: 'suspended' };
      },
    }),
    asks('post', '/move', { zh: '申请变更状态', en: 'Ask for a move' }, moveRequest, (record, { to }) => ({
      operation: 'move-key',
      parameters: { ...keyOf(record), to },
    })),
    asks(
      'post',
      '/activation',
      { zh: '申请排定启用', en: 'Ask for a scheduled activation' },
      scheduleActivationRequest,
      (record, { at }) => ({ operation: 'activate-key', parameters: { ...keyOf(record), at } }),
    ),
    asks(
      'post',
      '/destruction',
      { zh: '申请 30 天后销毁', en: 'Ask for destruction in 30 days' },
      destructionRequest,
      async (record) => {
        const { cards } = await parts.inField(record);
        return { operation: 'destroy-key', parameters: { ...keyOf(record), cards } };
      },
    ),
    asks(
      'post',
      '/restoration',
      { zh: '申请撤回销毁', en: 'Ask to take a destruction back' },
      destructionRequest,
      (record) => ({ operation: 'restore-key', parameters: keyOf(record) }),
    ),
    asks(
      'put',
      '/cryptoperiod',
      { zh: '申请变更有效期', en: 'Ask for another cryptoperiod' },
      cryptoperiodRequest,
      (record, { ends }) => ({ operation: 'change-cryptoperiod', parameters: { ...keyOf(record), ends } }),
    ),
    asks(
      'put',
      '/policy',
      { zh: '申请变更使用策略', en: 'Ask for another usage policy' },
      policyRequest,
      (record, { policy }) => ({
        operation: 'change-key-policy',
        parameters: { ...keyOf(record), policy: JSON.parse(JSON.stringify(policy)) },
      }),
    ),
  ];
}

/** A card's life after it was made, and the table that a counter draws its buttons from. */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import {
  historyQuery,
  historyResponse,
  lifeCycleResponse,
  moveRequest,
  moveResponse,
  replaceRequest,
} from '../contract/index.ts';
import { REASONS, REPLACEMENT_REASONS, replacementFeeFen } from '../domain/card-reasons.ts';
import { CARD_STATE_TEXTS, CARD_TRANSITIONS, replaceableStates } from '../domain/card-state.ts';
import { ANYBODY, CLERKS, OVERSIGHT } from './access.ts';
import { approvalView } from './endpoints-approvals.ts';
import { caller, pathPart } from './request-parts.ts';

const tag = '生命周期 Life cycle';

export function lifeCycleEndpoints({ service, approvals }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/life-cycle',
      access: ANYBODY,
      tag,
      summary: { zh: '状态、操作、原因与费用表', en: 'States, moves, reasons and fees' },
      response: lifeCycleResponse,
      handle: () => lifeCycleTable(service.policy),
    }),
    endpoint({
      method: 'post',
      path: '/v1/cards/:id/moves',
      access: CLERKS,
      tag,
      summary: {
        zh: '挂失、解挂、注销、收回、销毁等;须两人的操作返回 202 并等待审批',
        en: 'Suspend, lift, cancel, take back, destroy …; what needs two people answers 202 and waits for approval',
      },
      body: moveRequest,
      response: moveResponse,
      handle: async (call) => {
        const id = pathPart(call);
        const actor = caller(call).id;
        const { move, reason } = call.body;
        if (move === 'destroy') {
          await service.lifeCycle.requireMovable(id, move, reason);
          const request = { operation: 'card-destroy', subject: id, reason, request: {}, by: actor } as const;
          const approval = approvalView(await approvals.ask(request, call.idempotencyKey));
          call.ctx.status = 202;
          return { card: await service.card(id), receipt: null, approval };
        }
        const receipt = await service.lifeCycle.move(id, { move, reason, actor }, call.idempotencyKey);
        return { card: await service.card(id), receipt, approval: null };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/cards/:id/replacement',
      access: CLERKS,
      tag,
      summary: { zh: '补换卡', en: 'Replace a card' },
      body: replaceRequest,
      response: moveResponse,
      status: 201,
      handle: async (call) => {
        const request = { ...call.body, actor: caller(call).id };
        const made = await service.lifeCycle.replace(pathPart(call), request, call.idempotencyKey);
        return { card: await service.card(made.cardId), receipt: made.receipt, approval: null };
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/cards/:id/history',
      access: OVERSIGHT,
      tag,
      summary: { zh: '卡的经历与回执', en: "A card's moves and receipts" },
      query: historyQuery,
      response: historyResponse,
      handle: (call) => service.lifeCycle.history(pathPart(call), call.query),
    }),
  ];
}

function lifeCycleTable({ suspensionHours, replacementFeeFen: fee }: Issuer['service']['policy']) {
  return {
    states: CARD_STATE_TEXTS,
    moves: Object.entries(CARD_TRANSITIONS).map(([move, { from, to, text, asked }]) => ({
      move,
      text,
      from,
      to,
      reasons: asked?.reasons ?? [],
      twoPeople: asked?.twoPeople ?? false,
    })),
    reasons: REASONS,
    replacement: REPLACEMENT_REASONS.map(({ reason }) => ({ reason, feeFen: replacementFeeFen(reason, fee) })),
    replaceable: replaceableStates(),
    suspensionHours,
  };
}

/** Orders, personalization, hand-over and waste of cards. */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import {
  activateRequest,
  approvalResponse,
  cardResponse,
  cardsQuery,
  cardsResponse,
  orderRequest,
  personalizeRequest,
  spoilRequest,
} from '../contract/index.ts';
import { CLERKS, COUNTER, PEOPLE } from './access.ts';
import { approvalView } from './endpoints-approvals.ts';
import { caller, pathPart } from './request-parts.ts';

const tag = '卡 Cards';

export function cardEndpoints({ service, approvals }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/cards',
      access: COUNTER,
      tag,
      summary: { zh: '订制一张卡', en: 'Order a card' },
      body: orderRequest,
      response: cardResponse,
      status: 201,
      handle: (call) => service.orderCard(call.body.residentId, call.idempotencyKey, caller(call).id),
    }),
    endpoint({
      method: 'get',
      path: '/v1/cards',
      access: PEOPLE,
      tag,
      summary: { zh: '卡列表', en: 'List cards' },
      query: cardsQuery,
      response: cardsResponse,
      handle: async ({ query }) => {
        const { entries, next } = await service.cardsPage(query);
        return { cards: entries, next };
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/cards/:id',
      access: PEOPLE,
      tag,
      summary: { zh: '一张卡', en: 'One card' },
      response: cardResponse,
      handle: (call) => service.card(pathPart(call)),
    }),
    endpoint({
      method: 'post',
      path: '/v1/cards/:id/personalize',
      access: COUNTER,
      tag,
      summary: { zh: '开始(或继续)个人化', en: 'Start personalization, or take it up again' },
      body: personalizeRequest,
      response: cardResponse,
      status: 202,
      handle: (call) => service.personalize(pathPart(call), call.body, caller(call).id),
    }),
    endpoint({
      method: 'post',
      path: '/v1/cards/:id/activate',
      access: COUNTER,
      tag,
      summary: { zh: '交付并启用', en: 'Hand over and activate' },
      body: activateRequest,
      response: cardResponse,
      handle: (call) => service.activate(pathPart(call), call.idempotencyKey, caller(call).id),
    }),
    endpoint({
      method: 'post',
      path: '/v1/cards/:id/spoil',
      access: CLERKS,
      tag,
      summary: { zh: '提请将卡作废,由第二人审批', en: 'Ask that a card be spoiled; a second person approves' },
      body: spoilRequest,
      response: approvalResponse,
      status: 202,
      handle: async (call) => {
        const cardId = pathPart(call);
        // A card that does not exist, or cannot be waste any more, is told to the one who asks.
        await service.requireSpoilable(cardId);
        const request = { operation: 'card-spoil', subject: cardId, reason: call.body.reason, request: {} } as const;
        return approvalView(await approvals.ask({ ...request, by: caller(call).id }, call.idempotencyKey));
      },
    }),
  ];
}

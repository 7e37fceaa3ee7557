/** The store: places, deliveries, transfers, write-offs, shifts. Who signs is the caller. */
import { type Endpoint, endpoint, parseInput, readRawBody } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import {
  approvalResponse,
  closeShiftRequest,
  deliveryRequest,
  deliveryResponse,
  locationRequest,
  locationResponse,
  locationsQuery,
  locationsResponse,
  offerRequest,
  openShiftRequest,
  shiftResponse,
  takeRequest,
  transferResponse,
  transfersQuery,
  transfersResponse,
  writeOffRequest,
} from '../contract/index.ts';
import { CLERKS, MANAGER, REQUESTERS, STOCK, STOCK_READERS } from './access.ts';
import { approvalView } from './endpoints-approvals.ts';
import { caller, decoded, jsonOf, pathPart } from './request-parts.ts';

/** Lists of a whole delivery are larger than other bodies. */
export const DELIVERIES_PATH = '/v1/stock/deliveries';
const MAX_LIST_BYTES = 64 * 1024 * 1024;
const tag = '库存 Stock';

export function stockEndpoints(issuer: Issuer): Endpoint[] {
  return [...placeEndpoints(issuer), ...transferEndpoints(issuer), ...shiftEndpoints(issuer)];
}

function placeEndpoints({ stock, approvals }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/stock/locations',
      access: STOCK_READERS,
      tag,
      summary: { zh: '地点与账面', en: 'Places with their books, by name' },
      query: locationsQuery,
      response: locationsResponse,
      handle: async ({ query }) => {
        const { entries, next } = await stock.locationsPage(query);
        return { locations: entries, next };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/stock/locations',
      access: MANAGER,
      tag,
      summary: { zh: '新增地点', en: 'Add a place' },
      body: locationRequest,
      response: locationResponse,
      status: 201,
      handle: ({ body, idempotencyKey }) => stock.addLocation(body.name, idempotencyKey),
    }),
    endpoint({
      method: 'post',
      path: DELIVERIES_PATH,
      access: STOCK,
      tag,
      summary: { zh: '按卡商清单入库', en: "Receive blanks by the supplier's list" },
      response: deliveryResponse,
      status: 201,
      rawBody: true,
      handle: async (call) => {
        const { list, ...delivery } = parseInput(
          deliveryRequest,
          jsonOf(await readRawBody(call.ctx.req, MAX_LIST_BYTES)),
        );
        const signed = { ...delivery, actor: caller(call).id };
        return stock.receive(decoded(list), signed, call.idempotencyKey);
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/stock/write-offs',
      access: REQUESTERS,
      tag,
      summary: {
        zh: '提请空白卡报废或退货,由第二人审批',
        en: 'Ask that a blank be written off; a second person approves',
      },
      body: writeOffRequest,
      response: approvalResponse,
      status: 202,
      handle: async (call) => {
        const { cardFactor, movement, reason } = call.body;
        await stock.requireInStock(cardFactor);
        const request = { operation: 'blank-write-off', subject: cardFactor, reason, request: { movement } } as const;
        return approvalView(await approvals.ask({ ...request, by: caller(call).id }, call.idempotencyKey));
      },
    }),
  ];
}

function transferEndpoints({ stock }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/stock/transfers',
      access: STOCK_READERS,
      tag,
      summary: { zh: '移交列表', en: 'Transfers' },
      query: transfersQuery,
      response: transfersResponse,
      handle: async ({ query }) => {
        const { entries, next } = await stock.transfersPage(query);
        return { transfers: entries, next };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/stock/transfers',
      access: STOCK,
      tag,
      summary: { zh: '移交:交出人签字', en: "Offer boxes: the giver's signature" },
      body: offerRequest,
      response: transferResponse,
      status: 201,
      handle: (call) => stock.offer({ ...call.body, giver: caller(call).id }, call.idempotencyKey),
    }),
    endpoint({
      method: 'post',
      path: '/v1/stock/transfers/:id/take',
      access: REQUESTERS,
      tag,
      summary: { zh: '签收(不能是交出人)', en: "Take: the taker's signature (never the giver)" },
      body: takeRequest,
      response: transferResponse,
      handle: (call) => stock.take(pathPart(call), caller(call).id, call.idempotencyKey),
    }),
    endpoint({
      method: 'post',
      path: '/v1/stock/transfers/:id/withdraw',
      access: STOCK,
      tag,
      summary: { zh: '交出人撤回', en: 'Withdraw an offer' },
      body: takeRequest,
      response: transferResponse,
      handle: (call) => stock.withdraw(pathPart(call), call.idempotencyKey),
    }),
  ];
}

function shiftEndpoints({ stock }: Issuer): Endpoint[] {
  const shift = { access: CLERKS, tag, response: shiftResponse } as const;
  return [
    endpoint({
      ...shift,
      method: 'post',
      path: '/v1/stock/shifts',
      summary: { zh: '接班', en: 'Open a shift' },
      body: openShiftRequest,
      status: 201,
      handle: (call) => stock.openShift({ ...call.body, actor: caller(call).id }, call.idempotencyKey),
    }),
    endpoint({
      ...shift,
      method: 'post',
      path: '/v1/stock/shifts/:id/close',
      summary: { zh: '交班(差额须为 0)', en: 'Close a shift (difference 0)' },
      body: closeShiftRequest,
      handle: (call) => stock.closeShift(pathPart(call), { ...call.body, actor: caller(call).id }, call.idempotencyKey),
    }),
  ];
}

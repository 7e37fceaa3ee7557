/** Routes of the store: places, deliveries, transfers, write-offs, shifts. */
import type Router from '@koa/router';
import { parseInput, readRawBody } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import {
  closeShiftRequest,
  deliveryRequest,
  locationRequest,
  offerRequest,
  openShiftRequest,
  takeRequest,
  writeOffRequest,
} from '../contract/index.ts';
import { body, idempotencyKey, jsonOf, cardId as pathId } from './request-parts.ts';

/** Lists of a whole delivery are larger than other bodies. */
export const DELIVERIES_PATH = '/v1/stock/deliveries';
const MAX_LIST_BYTES = 64 * 1024 * 1024;

export function stockRoutes(router: Router, issuer: Issuer): void {
  const { stock } = issuer;
  router.get('/v1/stock/locations', async (ctx) => {
    ctx.body = { locations: await stock.locations() };
  });
  router.post('/v1/stock/locations', async (ctx) => {
    ctx.status = 201;
    ctx.body = await stock.addLocation(parseInput(locationRequest, body(ctx)).name, idempotencyKey(ctx));
  });
  router.post(DELIVERIES_PATH, async (ctx) => {
    const { list, ...delivery } = parseInput(deliveryRequest, jsonOf(await readRawBody(ctx.req, MAX_LIST_BYTES)));
    ctx.status = 201;
    ctx.body = await stock.receive(new Uint8Array(Buffer.from(list, 'base64')), delivery, idempotencyKey(ctx));
  });
  router.get('/v1/stock/transfers', async (ctx) => {
    ctx.body = { transfers: await stock.transfers() };
  });
  router.post('/v1/stock/transfers', async (ctx) => {
    ctx.status = 201;
    ctx.body = await stock.offer(parseInput(offerRequest, body(ctx)), idempotencyKey(ctx));
  });
  router.post('/v1/stock/transfers/:id/take', async (ctx) => {
    ctx.body = await stock.take(pathId(ctx), parseInput(takeRequest, body(ctx)).taker, idempotencyKey(ctx));
  });
  router.post('/v1/stock/transfers/:id/withdraw', async (ctx) => {
    ctx.body = await stock.withdraw(pathId(ctx), idempotencyKey(ctx));
  });
  router.post('/v1/stock/write-offs', async (ctx) => {
    const { cardFactor, movement, ...signed } = parseInput(writeOffRequest, body(ctx));
    ctx.body = await stock.writeOff(cardFactor, movement, signed, idempotencyKey(ctx));
  });
  router.post('/v1/stock/shifts', async (ctx) => {
    ctx.status = 201;
    ctx.body = await stock.openShift(parseInput(openShiftRequest, body(ctx)), idempotencyKey(ctx));
  });
  router.post('/v1/stock/shifts/:id/close', async (ctx) => {
    ctx.body = await stock.closeShift(pathId(ctx), parseInput(closeShiftRequest, body(ctx)), idempotencyKey(ctx));
  });
}

/** The HTTP interface: parse, call, answer. */
import Router from '@koa/router';
import { parseInput, readRawBody } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import {
  activateRequest,
  cardsQuery,
  enrolRequest,
  importQuery,
  importRequest,
  orderRequest,
  personalizeRequest,
  residentsQuery,
  spoilRequest,
} from '../contract/index.ts';
import { rosterReportFile } from '../domain/roster-report-file.ts';
import { body, cardId, idempotencyKey, jsonOf } from './request-parts.ts';
import { hotlistRoutes } from './routes-hotlist.ts';
import { lifeCycleRoutes } from './routes-life-cycle.ts';
import { stockRoutes } from './routes-stock.ts';
import { serveEvents } from './serve-events.ts';

export const IMPORT_PATH = '/v1/imports';
const MAX_IMPORT_BYTES = 256 * 1024 * 1024;
const VERSION = '0.1.0';

export function issuerRoutes(issuer: Issuer): Router {
  const { service } = issuer;
  const router = new Router();

  router.post('/v1/residents', async (ctx) => {
    const { photo, ...fields } = parseInput(enrolRequest, body(ctx));
    const input = photo === undefined ? fields : { ...fields, photo: decoded(photo) };
    const result = await service.enrol(input, idempotencyKey(ctx));
    ctx.status = result.known ? 200 : 201;
    ctx.body = result;
  });
  router.get('/v1/residents', async (ctx) => {
    ctx.body = await service.listResidents(parseInput(residentsQuery, { ...ctx.query }));
  });
  router.post(IMPORT_PATH, async (ctx) => {
    const bytes = await readRawBody(ctx.req, MAX_IMPORT_BYTES);
    const query = parseInput(importQuery, { ...ctx.query });
    if (ctx.is('application/json') === false) {
      const dryRun = query.dryRun === 'true';
      const result = await issuer.importRoster(bytes, { encoding: query.encoding, dryRun });
      if (query.report === 'csv') {
        ctx.attachment('roster-report.csv');
        ctx.type = 'text/csv; charset=utf-8';
      }
      ctx.body = query.report === 'csv' ? rosterReportFile(result.report) : result;
      return;
    }
    const request = parseInput(importRequest, jsonOf(bytes));
    ctx.body = await issuer.importRoster(decoded(request.roster), {
      encoding: request.encoding,
      dryRun: request.dryRun ?? false,
      photos: new Map(Object.entries(request.photos ?? {}).map(([name, photo]) => [name, decoded(photo)])),
    });
  });
  router.post('/v1/cards', async (ctx) => {
    const { residentId } = parseInput(orderRequest, body(ctx));
    ctx.status = 201;
    ctx.body = await service.orderCard(residentId, idempotencyKey(ctx));
  });
  router.get('/v1/cards', async (ctx) => {
    const { residentId, limit } = parseInput(cardsQuery, { ...ctx.query });
    ctx.body = { cards: await service.cards({ limit, ...(residentId === undefined ? {} : { residentId }) }) };
  });
  router.get('/v1/cards/:id', async (ctx) => {
    ctx.body = await service.card(cardId(ctx));
  });
  router.post('/v1/cards/:id/personalize', async (ctx) => {
    ctx.status = 202;
    ctx.body = await service.personalize(cardId(ctx), parseInput(personalizeRequest, body(ctx)));
  });
  router.post('/v1/cards/:id/activate', async (ctx) => {
    const { actor } = parseInput(activateRequest, body(ctx));
    ctx.body = await service.activate(cardId(ctx), idempotencyKey(ctx), actor);
  });
  router.post('/v1/cards/:id/spoil', async (ctx) => {
    ctx.body = await service.spoil(cardId(ctx), parseInput(spoilRequest, body(ctx)), idempotencyKey(ctx));
  });
  lifeCycleRoutes(router, issuer);
  stockRoutes(router, issuer);
  hotlistRoutes(router, issuer);
  router.get('/v1/agents', async (ctx) => {
    ctx.body = { agents: await service.agents() };
  });
  router.get('/v1/events', (ctx) => serveEvents(ctx, issuer.feed));
  router.get('/v1/status', async (ctx) => {
    ctx.body = { service: 'card-issuer', version: VERSION, ready: true, ...(await service.status()) };
  });
  return router;
}

function decoded(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

/**
 * The local API (FIELD.md, "The local API"): card-level verbs only, never raw APDUs. Host and Origin are checked by the
 * shell before anything here; card verbs are POST + JSON + `X-RHC-Request: 1`, which no plain form of a foreign page can send.
 */
import { PassThrough } from 'node:stream';
import Router from '@koa/router';
import { isRhcError } from '@rhc/card/errors';
import { parseInput } from '@rhc/service-shell';
import type { Context, Next } from 'koa';
import { z } from 'zod';
import type { CardReadResponse } from '../contract/index.ts';
import { legacyParameters } from '../contract/legacy.ts';
import { cardReadRequest } from '../contract/reads.ts';
import { dismissRequest, patchRequest, visitRequest } from '../contract/writes.ts';
import type { CardReader, CardWriter, OnStage } from '../core/index.ts';
import type { Desk } from '../desk/desk.ts';
import { agentErrors } from '../errors.ts';
import type { ChannelStatus } from '../issuer-channel/index.ts';
import type { LegacyFacade } from '../legacy/index.ts';
import type { PcscHealth } from '../pcsc/index.ts';
import type { Timers } from '../pcsc/supervisor.ts';
import { wireError } from '../wire-error.ts';

export interface RouteOptions {
  readonly version: string;
  readonly desk: Desk;
  readonly cardReader: CardReader;
  readonly cardWriter: CardWriter;
  readonly legacy: LegacyFacade;
  readonly journalState: () => { readonly open: number; readonly unreadable: number };
  readonly pcscHealth: () => PcscHealth;
  readonly channelStatus: () => ChannelStatus | null;
  readonly timers: Timers;
  readonly maxEventStreams: number;
}

const readRequest = z.strictObject({ reader: z.string().min(1).max(200).optional() });
const wholeRequest = readRequest.extend({ psychiatric: z.boolean().optional() });
const FHIR_TYPE = 'application/fhir+json; charset=utf-8';
const KEEP_ALIVE_MS = 15_000;

export function agentRoutes(options: RouteOptions): Router {
  const router = new Router();
  const { desk, cardReader, cardWriter } = options;
  let streams = 0;

  router.get('/v1/status', (ctx) => {
    ctx.body = status(options);
  });
  router.get('/v1/readers', (ctx) => {
    ctx.body = { readers: desk.readers() };
  });
  router.post('/v1/card/identity', requireRequestHeader, async (ctx) => {
    ctx.body = await cardReader.identity(readerOf(ctx));
  });
  router.post('/v1/card/summary', requireRequestHeader, async (ctx) => {
    ctx.body = await cardReader.summary(readerOf(ctx));
  });
  router.post('/v1/card/photo', requireRequestHeader, async (ctx) => {
    ctx.body = await cardReader.photo(readerOf(ctx));
  });
  router.post('/v1/card/read', requireRequestHeader, async (ctx) => {
    const asked = parseInput(cardReadRequest, bodyOf(ctx));
    if (ctx.accepts('application/json', 'application/x-ndjson') !== 'application/x-ndjson') {
      ctx.body = await cardReader.read(asked);
      return;
    }
    ctx.type = 'application/x-ndjson';
    ctx.body = stagesAsLines((onStage) => cardReader.read(asked, onStage));
  });
  router.post('/v1/card/health-summary', requireRequestHeader, async (ctx) => {
    const { reader, psychiatric } = parseInput(wholeRequest, bodyOf(ctx));
    ctx.body = await cardReader.healthSummary(reader, psychiatric);
  });
  router.post('/v1/card/fhir', requireRequestHeader, async (ctx) => {
    const { reader, psychiatric } = parseInput(wholeRequest, bodyOf(ctx));
    ctx.body = await cardReader.fhir(reader, psychiatric);
    ctx.type = FHIR_TYPE;
  });
  router.get('/v1/card/fhir', async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    // Without the request header only a caller with the token comes here; the psychiatric flag is never in it.
    ctx.body = await cardReader.fhir(parseInput(readRequest, { ...ctx.query }).reader);
    ctx.type = FHIR_TYPE;
  });
  router.post('/v1/card/patch', requireRequestHeader, async (ctx) => {
    ctx.body = await cardWriter.patch(parseInput(patchRequest, bodyOf(ctx)));
  });
  router.post('/v1/card/visits', requireRequestHeader, async (ctx) => {
    ctx.body = await cardWriter.visit(parseInput(visitRequest, bodyOf(ctx)));
  });
  router.get('/v1/writes', (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    ctx.body = { writes: cardWriter.writes() };
  });
  router.get('/v1/writes/:id', (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    ctx.body = cardWriter.find(ctx.params.id ?? '');
  });
  router.post('/v1/writes/dismiss', requireRequestHeader, (ctx) => {
    ctx.body = cardWriter.dismiss(parseInput(dismissRequest, bodyOf(ctx)).id);
  });
  router.get('/v1/legacy', (ctx) => {
    ctx.body = { functions: options.legacy.names() };
  });
  router.post('/v1/legacy/:name', requireRequestHeader, async (ctx) => {
    ctx.body = await options.legacy.call(ctx.params.name ?? '', parseInput(legacyParameters, bodyOf(ctx)));
  });
  router.get('/v1/events', (ctx) => {
    if (streams >= options.maxEventStreams) throw agentErrors.make('EVENT_STREAMS_FULL');
    streams += 1;
    const stream = new PassThrough();
    const write = (event: unknown) => stream.write(`data: ${JSON.stringify(event)}\n\n`);
    const unsubscribe = desk.subscribe(write);
    let cancelKeepAlive: () => void = () => undefined;
    const keepAlive = () => {
      cancelKeepAlive = options.timers.after(KEEP_ALIVE_MS, () => {
        stream.write(': still here\n\n');
        keepAlive();
      });
    };
    keepAlive();
    ctx.req.once('close', () => {
      streams -= 1;
      cancelKeepAlive();
      unsubscribe();
      stream.end();
    });
    ctx.type = 'text/event-stream';
    ctx.set('Cache-Control', 'no-store');
    ctx.body = stream;
    // A page that connects late learns at once what lies in the readers.
    for (const event of presentEvents(desk)) write(event);
  });
  return router;
}

/** One line a stage, then `end` with the timings, or `error` with the error's body. */
function stagesAsLines(read: (onStage: OnStage) => Promise<CardReadResponse>): PassThrough {
  const stream = new PassThrough();
  const line = (stage: string, part: object) => stream.write(`${JSON.stringify({ stage, ...part })}\n`);
  void read(line)
    .then(({ timings }) => line('end', { timings }))
    .catch((error: unknown) => {
      const known = isRhcError(error) ? error : agentErrors.make('READER_REPLUG', { cause: error });
      line('error', { error: wireError(known.toBody()) });
    })
    .finally(() => stream.end());
  return stream;
}

function readerOf(ctx: { request: object }): string | undefined {
  return parseInput(readRequest, bodyOf(ctx)).reader;
}

function bodyOf(ctx: { request: object }): unknown {
  return (ctx.request as { body?: unknown }).body ?? {};
}

/** What a listener that comes late has missed and still needs. */
export function presentEvents(desk: Desk) {
  return desk
    .readers()
    .flatMap(({ reader, card }) => [
      { event: 'reader-added', reader },
      ...(card === null ? [] : [{ event: 'card-inserted', reader, card }]),
    ]);
}

/** No person, no card number: anybody on this machine may ask. */
function status({ version, desk, pcscHealth, channelStatus, journalState }: RouteOptions) {
  const { state, restarts, error } = pcscHealth();
  const readers = desk.readers();
  return {
    service: 'reader-agent',
    version,
    ready: state === 'running',
    pcsc: { state, restarts, error },
    readers: readers.length,
    cards: readers.filter((reader) => reader.card !== null).length,
    issuerChannel: channelStatus()?.state ?? 'none',
    /** Writes without a known outcome, and journal files that this key does not open. */
    writes: journalState(),
  };
}

async function requireRequestHeader(ctx: Context, next: Next): Promise<void> {
  if (ctx.get('x-rhc-request') !== '1' || !ctx.is('application/json')) {
    throw agentErrors.make('REQUEST_HEADER_MISSING');
  }
  ctx.set('Cache-Control', 'no-store');
  await next();
}

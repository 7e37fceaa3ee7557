/** Reading a card: whole or in stages, as our own views, as one summary or as FHIR. */
import { PassThrough } from 'node:stream';
import { isRhcError } from '@rhc/card/errors';
import { endpoint, type Principal } from '@rhc/service-shell';
import {
  type CardReadRequest,
  type CardReadResponse,
  cardReadRequest,
  cardReadResponse,
  identityResponse,
  photoResponse,
  type ReadStage,
  summaryResponse,
} from '../../contract/index.ts';
import type { OnStage } from '../../core/index.ts';
import { agentErrors } from '../../errors.ts';
import { wireError } from '../../wire-error.ts';
import { type EndpointParts, readerAsk, wholeAsk } from '../endpoint-parts.ts';

const FHIR_TYPE = 'application/fhir+json; charset=utf-8';
const tag = '读卡 reading';
const OF_IDENTITY: readonly ReadStage[] = ['identity', 'photo'];
const ALL_STAGES: readonly ReadStage[] = ['identity', 'clinical', 'photo', 'contacts', 'visits'];

export function cardEndpoints({ cardReader }: EndpointParts) {
  return [
    endpoint({
      method: 'post',
      path: '/v1/card/identity',
      access: ['identity.read'],
      tag,
      summary: { zh: '读身份信息', en: 'Read the identity' },
      body: readerAsk,
      response: identityResponse,
      handle: ({ body }) => cardReader.identity(body.reader),
    }),
    endpoint({
      method: 'post',
      path: '/v1/card/summary',
      access: ['summary.read'],
      tag,
      summary: { zh: '读身份与急救信息', en: 'Read identity and emergency summary' },
      body: readerAsk,
      response: summaryResponse,
      handle: ({ body }) => cardReader.summary(body.reader),
    }),
    endpoint({
      method: 'post',
      path: '/v1/card/photo',
      access: ['identity.read'],
      tag,
      summary: { zh: '读照片', en: 'Read the photo' },
      body: readerAsk,
      response: photoResponse,
      handle: ({ body }) => cardReader.photo(body.reader),
    }),
    endpoint({
      method: 'post',
      path: '/v1/card/read',
      access: ['identity.read'],
      tag,
      summary: {
        zh: '分段读卡:先身份,其余按授权;Accept: application/x-ndjson 时每段一行',
        en: 'Read in stages, identity first, the rest as granted; a line a stage with Accept: application/x-ndjson',
      },
      body: cardReadRequest,
      response: cardReadResponse,
      async handle({ ctx, body, principal }) {
        const asked = withinScopes(body, principal);
        if (ctx.accepts('application/json', 'application/x-ndjson') !== 'application/x-ndjson') {
          return cardReader.read(asked);
        }
        ctx.type = 'application/x-ndjson';
        return stagesAsLines((onStage) => cardReader.read(asked, onStage));
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/card/health-summary',
      access: ['summary.read'],
      tag,
      summary: { zh: '卡上全部内容(HealthSummary)', en: 'All that the card holds (HealthSummary)' },
      body: wholeAsk,
      handle: ({ body }) => cardReader.healthSummary(body.reader, body.psychiatric),
    }),
    endpoint({
      method: 'post',
      path: '/v1/card/fhir',
      access: ['summary.read'],
      tag,
      summary: { zh: '国际患者摘要(FHIR R4)', en: 'International Patient Summary (FHIR R4)' },
      body: wholeAsk,
      answers: 'application/fhir+json',
      async handle({ ctx, body }) {
        ctx.body = await cardReader.fhir(body.reader, body.psychiatric);
        ctx.type = FHIR_TYPE;
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/card/fhir',
      access: ['summary.read'],
      tag,
      summary: { zh: '同上,不含精神类标识', en: 'The same, never with the psychiatric flag' },
      query: readerAsk,
      answers: 'application/fhir+json',
      async handle({ ctx, query }) {
        ctx.body = await cardReader.fhir(query.reader);
        ctx.type = FHIR_TYPE;
      },
    }),
  ];
}

/** Without a wish a page gets the stages it may read; a stage that it names and may not read is refused. */
function withinScopes(asked: CardReadRequest, principal: Principal | null): CardReadRequest {
  const mayReadSummary = principal?.roles.includes('summary.read') ?? false;
  const allowed = mayReadSummary ? ALL_STAGES : OF_IDENTITY;
  const strange = asked.stages?.find((stage) => !allowed.includes(stage));
  if (strange !== undefined || (asked.psychiatric === true && !mayReadSummary)) throw agentErrors.make('SCOPE_MISSING');
  return { ...asked, stages: asked.stages ?? [...allowed] };
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

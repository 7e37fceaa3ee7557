/** Pairing: what a page of another origin calls, and what the agent's own page shows and decides. */
import { endpoint } from '@rhc/service-shell';
import type { Context } from 'koa';
import {
  challengeAsk,
  challengeGiven,
  pairingAsk,
  pairingAsked,
  pairingConfirm,
  pairingGranted,
  pairingOverview,
  refuseAsk,
  revokeAsk,
  tokenAsk,
  tokenGiven,
} from '../../contract/index.ts';
import { agentErrors } from '../../errors.ts';
import { isPageOrigin } from '../../pairing/index.ts';
import { DESK } from '../callers.ts';
import type { EndpointParts } from '../endpoint-parts.ts';

const tag = '配对 pairing';

export function pairingEndpoints({ pairing }: EndpointParts) {
  return [
    endpoint({
      method: 'post',
      path: '/v1/pairing/requests',
      access: 'public',
      tag,
      summary: { zh: '网页请求配对', en: 'A page asks to be paired' },
      body: pairingAsk,
      response: pairingAsked,
      status: 201,
      handle: ({ ctx, body }) => pairing.ask(originOf(ctx), body),
    }),
    endpoint({
      method: 'post',
      path: '/v1/pairing/confirm',
      access: 'public',
      tag,
      summary: { zh: '交回六位配对码', en: 'Hand back the six-digit code' },
      body: pairingConfirm,
      response: pairingGranted,
      handle({ ctx, body: { request, code, signature } }) {
        const { grant, scopes } = pairing.confirm(originOf(ctx), request, code, signature);
        return { grant, scopes };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/pairing/challenge',
      access: 'public',
      tag,
      summary: { zh: '取一个挑战(一分钟内用一次)', en: 'A challenge, good once within a minute' },
      body: challengeAsk,
      response: challengeGiven,
      handle: ({ ctx, body }) => pairing.challenge(originOf(ctx), body.grant),
    }),
    endpoint({
      method: 'post',
      path: '/v1/pairing/token',
      access: 'public',
      tag,
      summary: { zh: '用签名换取五分钟的令牌', en: 'A token of five minutes for a signature' },
      body: tokenAsk,
      response: tokenGiven,
      handle: ({ ctx, body }) => pairing.token(originOf(ctx), body.grant, body.challenge, body.signature),
    }),
    endpoint({
      method: 'get',
      path: '/v1/pairing',
      access: [DESK],
      tag,
      summary: {
        zh: '等待配对的网页(含配对码)与已配对的网页',
        en: 'Pages that wait (with their codes) and pages that are paired',
      },
      response: pairingOverview,
      handle: () => pairing.overview(),
    }),
    endpoint({
      method: 'post',
      path: '/v1/pairing/refuse',
      access: [DESK],
      tag,
      summary: { zh: '拒绝配对请求', en: 'Refuse a request' },
      body: refuseAsk,
      response: pairingOverview,
      handle({ body }) {
        pairing.refuse(body.request);
        return pairing.overview();
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/pairing/revoke',
      access: [DESK],
      tag,
      summary: { zh: '撤销配对,立即生效', en: 'Revoke a grant, at once' },
      body: revokeAsk,
      response: pairingOverview,
      handle({ body }) {
        pairing.revoke(body.grant);
        return pairing.overview();
      },
    }),
  ];
}

/** The browser's word, not the page's. @throws PAIRING_ORIGIN_MISSING */
function originOf(ctx: Context): string {
  const origin = ctx.get('origin');
  if (!isPageOrigin(origin)) throw agentErrors.make('PAIRING_ORIGIN_MISSING');
  return origin;
}

/** Routes of a card's life after it was made, and the table that a counter draws its buttons from. */
import type Router from '@koa/router';
import { parseInput } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import { moveRequest, replaceRequest } from '../contract/index.ts';
import { REASONS, REPLACEMENT_REASONS, replacementFeeFen } from '../domain/card-reasons.ts';
import { CARD_STATE_TEXTS, CARD_TRANSITIONS } from '../domain/card-state.ts';
import { body, cardId, idempotencyKey } from './request-parts.ts';

export function lifeCycleRoutes(router: Router, issuer: Issuer): void {
  const { service } = issuer;
  router.get('/v1/life-cycle', (ctx) => {
    const { suspensionHours, replacementFeeFen: fee } = service.policy;
    ctx.body = {
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
      suspensionHours,
    };
  });
  router.post('/v1/cards/:id/moves', async (ctx) => {
    const id = cardId(ctx);
    const receipt = await service.lifeCycle.move(id, parseInput(moveRequest, body(ctx)), idempotencyKey(ctx));
    ctx.body = { card: await service.card(id), receipt };
  });
  router.post('/v1/cards/:id/replacement', async (ctx) => {
    const request = parseInput(replaceRequest, body(ctx));
    const made = await service.lifeCycle.replace(cardId(ctx), request, idempotencyKey(ctx));
    ctx.status = 201;
    ctx.body = { card: await service.card(made.cardId), receipt: made.receipt };
  });
  router.get('/v1/cards/:id/history', async (ctx) => {
    ctx.body = await service.lifeCycle.history(cardId(ctx));
  });
}

/** SAM issue over HTTP: orders, the dialogue with a reader, PIN mailers, delivery, the register. */
import { SecretBytes } from '@rhc/card/bytes';
import { type Endpoint, endpoint, type Principal } from '@rhc/service-shell';
import type { Context } from 'koa';
import type { ApprovalStep } from '../contract/approvals.ts';
import {
  approvalAsked,
  type Sam,
  samContactRequest,
  samContactResponse,
  samDeliveryRequest,
  samIssueRequest,
  samIssueResponse,
  samListRequest,
  samListResponse,
  samMailersRequest,
  samOrder,
  samOrderQuorumRequest,
  samOrderRequest,
  samOrdersResponse,
  samReasonRequest,
  samResponse,
} from '../contract/index.ts';
import type { Approvals } from '../domain/quorum/approvals.ts';
import { SAM_PIN_KEK, type SamIssueRoom, samIssueStep } from '../domain/sam-issue.ts';
import { findSam, issueSamStep, moveSam, placeOrder, requireNoQuorum, revokeSamStep } from '../domain/sam-orders.ts';
import { keyServiceErrors } from '../errors.ts';
import { type PinMailer, type PinMailerOptions, pinMailers } from '../pin-mailer.ts';
import { EVERYBODY_INSIDE, roles } from './access.ts';

export interface SamEndpointParts extends SamIssueRoom {
  readonly fontPath: string;
  readonly random: PinMailerOptions['random'];
  readonly approvals: Approvals;
}

const tag = 'SAM';
const ISSUERS = roles('officer', 'security-admin');
const APPROVAL_LIVES_MINUTES = 24 * 60;
const idOf = (principal: Principal | null) => principal?.id ?? 'nobody';

export function samEndpoints(parts: SamEndpointParts): Endpoint[] {
  const { store, audit, now } = parts;
  const find = (samSerial: string | undefined): Promise<Sam> => findSam(store, samSerial ?? '');
  const move = async (
    samSerial: string | undefined,
    what: 'delivered' | 'returned' | 'revoked',
    note: string,
    principal: Principal | null,
  ) => {
    const serial = samSerial ?? '';
    await moveSam(parts, serial, what, { actor: idOf(principal), note });
    return { sam: await find(serial), moves: await store.moves(serial) };
  };
  const ask = async (step: ApprovalStep, reason: string, principal: Principal | null) => {
    const order = { requester: idOf(principal), reason, steps: [step], expiresInMinutes: APPROVAL_LIVES_MINUTES };
    return { approval: (await parts.approvals.request(order)).id };
  };
  /** The page stands before a PIN is forgotten: what fails on the way costs no PIN. */
  const print = async (ctx: Context, sams: readonly Sam[], name: string, principal: Principal | null) => {
    const actor = idOf(principal);
    const pins: { samSerial: string; sealed: Uint8Array }[] = [];
    const mailers: PinMailer[] = [];
    try {
      for (const sam of sams) {
        const { samSerial } = sam;
        const sealed = await store.sealedPin(samSerial);
        const key = await parts.desk.openPin({ kek: SAM_PIN_KEK, purpose: `sam-pin/${samSerial}`, sealed });
        mailers.push({ sam, pin: new SecretBytes(key) });
        key.fill(0);
        pins.push({ samSerial, sealed });
      }
      const { fontPath, random } = parts;
      const pdf = await pinMailers({ mailers, printedAt: now(), fontPath, random });
      for (const { samSerial } of pins) await audit.record('sam-pin-mailer', { samSerial, actor });
      await store.forgetPins(pins, { actor, at: now() });
      ctx.set('Cache-Control', 'no-store');
      ctx.set('Content-Disposition', `attachment; filename="${name}.pdf"`);
      ctx.type = 'application/pdf';
      ctx.body = pdf;
    } finally {
      for (const { pin } of mailers) pin.zeroize();
    }
  };
  return [
    endpoint({
      method: 'get',
      path: '/v1/sams',
      access: EVERYBODY_INSIDE,
      tag,
      summary: {
        zh: 'SAM 清单:状态、密钥版本、最近联系',
        en: 'The register of SAMs: state, key versions, last contact',
      },
      query: samListRequest,
      response: samListResponse,
      handle: ({ query }) => store.list(query),
    }),
    endpoint({
      method: 'get',
      path: '/v1/sams/:samSerial',
      access: EVERYBODY_INSIDE,
      tag,
      summary: { zh: '一张 SAM 及其履历', en: 'One SAM with its history' },
      response: samResponse,
      handle: async ({ params }) => {
        const sam = await find(params.samSerial);
        return { sam, moves: await store.moves(sam.samSerial) };
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/sam-orders',
      access: EVERYBODY_INSIDE,
      tag,
      summary: { zh: 'SAM 订单及进度', en: 'Orders of SAMs with their progress' },
      response: samOrdersResponse,
      handle: async () => ({ orders: await store.orders() }),
    }),
    endpoint({
      method: 'post',
      path: '/v1/sam-orders',
      access: ISSUERS,
      tag,
      summary: {
        zh: '订购 SAM:每个读卡器一张,绑定终端号',
        en: 'Order SAMs, one for each reader, bound to its terminal number',
      },
      body: samOrderRequest,
      response: samOrder,
      status: 201,
      handle: async ({ body, principal }) => {
        await requireNoQuorum(parts.approvals, 'issue-sam');
        return placeOrder(parts, body, { orderId: parts.newId(), actor: idOf(principal) });
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/sam-orders/requests',
      access: ISSUERS,
      tag,
      summary: { zh: '申请订购 SAM(须经多人批准)', en: 'Ask for an order of SAMs, which a quorum approves' },
      body: samOrderQuorumRequest,
      response: approvalAsked,
      status: 202,
      handle: ({ body: { reason, ...order }, principal }) => ask(issueSamStep(order), reason, principal),
    }),
    endpoint({
      method: 'post',
      path: '/v1/sam-issue',
      access: ISSUERS,
      tag,
      summary: {
        zh: '发卡对话:送上 SAM 的应答,取得下一组指令',
        en: "The issue dialogue: send the SAM's answers, get the next commands",
      },
      body: samIssueRequest,
      response: samIssueResponse,
      handle: ({ body, principal }) => samIssueStep(parts, body, idOf(principal)),
    }),
    endpoint({
      method: 'post',
      path: '/v1/sams/:samSerial/pin-mailer',
      access: ISSUERS,
      tag,
      summary: { zh: '打印密码信封(只能打印一次)', en: 'The PIN mailer; it is printed once' },
      answers: 'application/pdf',
      handle: async ({ ctx, params, principal }) => {
        const sam = await find(params.samSerial);
        await print(ctx, [sam], `pin-mailer-${sam.terminalNumber}`, principal);
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/sam-orders/:orderId/pin-mailers',
      access: ISSUERS,
      tag,
      summary: {
        zh: '打印一个任务中等待的密码信封,每页一份(每份只能打印一次)',
        en: 'The mailers of an order that wait, one a page; each is printed once',
      },
      body: samMailersRequest,
      answers: 'application/pdf',
      handle: async ({ ctx, params, body, principal }) => {
        const orderId = params.orderId ?? '';
        const { sams } = await store.list({ orderId, pinMailer: 'sealed', limit: body.limit });
        if (sams.length === 0) throw keyServiceErrors.make('SAM_NO_MAILER', { detail: orderId });
        await print(ctx, sams, `pin-mailers-${sams[0]?.terminalNumber}-${sams.length}`, principal);
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/sams/:samSerial/delivery',
      access: ISSUERS,
      tag,
      summary: { zh: '登记交付(收件人、承运人)', en: 'Record the delivery: receiver and carrier' },
      body: samDeliveryRequest,
      response: samResponse,
      handle: ({ params, body, principal }) =>
        move(params.samSerial, 'delivered', `${body.receiver} · ${body.carrier}`, principal),
    }),
    endpoint({
      method: 'post',
      path: '/v1/sams/:samSerial/return',
      access: ISSUERS,
      tag,
      summary: { zh: '登记退回', en: 'Record the return' },
      body: samReasonRequest,
      response: samResponse,
      handle: ({ params, body, principal }) => move(params.samSerial, 'returned', body.reason, principal),
    }),
    endpoint({
      method: 'post',
      path: '/v1/sams/:samSerial/revocation',
      access: ISSUERS,
      tag,
      summary: { zh: '作废 SAM', en: 'Revoke the SAM' },
      body: samReasonRequest,
      response: samResponse,
      handle: async ({ params, body, principal }) => {
        await requireNoQuorum(parts.approvals, 'revoke-sam');
        return move(params.samSerial, 'revoked', body.reason, principal);
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/sams/:samSerial/revocation/requests',
      access: ISSUERS,
      tag,
      summary: { zh: '申请作废 SAM(须经多人批准)', en: 'Ask for a revocation, which a quorum approves' },
      body: samReasonRequest,
      response: approvalAsked,
      status: 202,
      handle: ({ params, body, principal }) => ask(revokeSamStep(params.samSerial ?? ''), body.reason, principal),
    }),
    endpoint({
      method: 'post',
      path: '/v1/sams/:samSerial/contact',
      access: roles('terminal', 'service'),
      tag,
      summary: { zh: '终端报告 SAM 持有的密钥版本', en: 'A terminal reports the key versions of its SAM' },
      body: samContactRequest,
      response: samContactResponse,
      handle: async ({ params, body }) => {
        const sam = await find(params.samSerial);
        await store.contact(sam.samSerial, body.versions, now());
        return { refused: sam.state === 'revoked' };
      },
    }),
  ];
}

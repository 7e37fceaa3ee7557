/** SAM issue over HTTP: orders, the dialogue with a reader, PIN mailers, delivery, the register. */
import { SecretBytes } from '@rhc/card/bytes';
import { type Endpoint, endpoint, type Principal } from '@rhc/service-shell';
import {
  type Sam,
  type SamOrder,
  type SamState,
  samContactRequest,
  samContactResponse,
  samDeliveryRequest,
  samIssueRequest,
  samIssueResponse,
  samListRequest,
  samListResponse,
  samOrder,
  samOrderRequest,
  samOrdersResponse,
  samReasonRequest,
  samResponse,
} from '../contract/index.ts';
import { SAM_PIN_KEK, type SamIssueRoom, samIssueStep } from '../domain/sam-issue.ts';
import { keyServiceErrors } from '../errors.ts';
import { type PinMailerOptions, pinMailer } from '../pin-mailer.ts';
import { EVERYBODY_INSIDE, roles } from './access.ts';

export interface SamEndpointParts extends SamIssueRoom {
  readonly fontPath: string;
  readonly random: PinMailerOptions['random'];
}

const tag = 'SAM';
const ISSUERS = roles('officer', 'security-admin');
const NO_PROGRESS: Record<SamState, number> = {
  ordered: 0,
  'first-issued': 0,
  issued: 0,
  delivered: 0,
  returned: 0,
  revoked: 0,
};
const idOf = (principal: Principal | null) => principal?.id ?? 'nobody';

export function samEndpoints(parts: SamEndpointParts): Endpoint[] {
  const { store, audit, now } = parts;
  const find = async (samSerial: string | undefined): Promise<Sam> => {
    const found = samSerial === undefined ? null : await store.find(samSerial);
    if (found === null) throw keyServiceErrors.make('SAM_UNKNOWN', { detail: samSerial ?? '' });
    return found;
  };
  /** Logged first: what cannot be logged does not happen. */
  const move = async (
    samSerial: string | undefined,
    what: 'delivered' | 'returned' | 'revoked',
    note: string,
    principal: Principal | null,
  ) => {
    const sam = await find(samSerial);
    await audit.record(`sam-${what}`, {
      samSerial: sam.samSerial,
      terminalNumber: sam.terminalNumber,
      actor: idOf(principal),
      note,
    });
    await store.move(sam.samSerial, what, { actor: idOf(principal), note, at: now() });
    return { sam: await find(sam.samSerial), moves: await store.moves(sam.samSerial) };
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
        const { hierarchy } = parts.book;
        if (hierarchy.suite === 'pboc-3des') throw keyServiceErrors.make('SAM_SUITE_UNSUPPORTED');
        const at = now().toISOString();
        const order: Omit<SamOrder, 'progress'> = {
          orderId: parts.newId(),
          institution: body.institution,
          provinceCode: body.provinceCode,
          orderedAt: at,
          orderedBy: idOf(principal),
          total: body.count,
        };
        const sams = await newSams(parts, order, body.firstTerminalNumber, hierarchy.suite);
        await audit.record('sam-order', {
          order: order.orderId,
          institution: order.institution,
          count: body.count,
          first: body.firstTerminalNumber,
          actor: order.orderedBy,
        });
        await store.addOrder(order, sams);
        const answer: SamOrder = { ...order, progress: { ...NO_PROGRESS, ordered: body.count } };
        return answer;
      },
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
        await audit.record('sam-pin-mailer', { samSerial: sam.samSerial, actor: idOf(principal) });
        const sealed = await store.takePin(sam.samSerial, { actor: idOf(principal), at: now() });
        const key = await parts.desk.openPin({
          kek: SAM_PIN_KEK,
          purpose: `sam-pin/${sam.samSerial}`,
          sealed,
        });
        const pin = new SecretBytes(key);
        try {
          const pdf = await pinMailer({ sam, pin, printedAt: now(), fontPath: parts.fontPath, random: parts.random });
          ctx.set('Cache-Control', 'no-store');
          ctx.set('Content-Disposition', `attachment; filename="pin-mailer-${sam.terminalNumber}.pdf"`);
          ctx.type = 'application/pdf';
          ctx.body = pdf;
        } finally {
          pin.zeroize();
          key.fill(0);
        }
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
      handle: ({ params, body, principal }) => move(params.samSerial, 'revoked', body.reason, principal),
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

/** Serials: issuer's province and city, then a running number; terminal numbers ascend from the first. */
async function newSams(
  parts: SamEndpointParts,
  order: Omit<SamOrder, 'progress'>,
  firstTerminal: string,
  suite: Sam['suite'],
): Promise<Sam[]> {
  const last = await parts.store.lastSerial();
  const first = last === null ? BigInt(`${firstTerminal.slice(0, 4)}0000000000000001`) : BigInt(last) + 1n;
  return Array.from({ length: order.total }, (_, index) => ({
    samSerial: String(first + BigInt(index)).padStart(20, '0'),
    terminalNumber: String(BigInt(firstTerminal) + BigInt(index)).padStart(12, '0'),
    orderId: order.orderId,
    provinceCode: order.provinceCode,
    institution: order.institution,
    state: 'ordered',
    suite,
    samFactor: null,
    versions: [],
    pinMailer: 'none',
    orderedAt: order.orderedAt,
    issuedAt: null,
    lastContact: null,
  }));
}

/** Card bureaus: register, orders, files out and in, boxes, write-offs, the check of a card at the counter. */
import { type Endpoint, endpoint, parseInput, readRawBody } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import {
  approvalResponse,
  bureauBoxesQuery,
  bureauBoxesResponse,
  bureauBoxRequest,
  bureauBoxResponse,
  bureauCheckRequest,
  bureauCheckResponse,
  bureauCountRequest,
  bureauEmptyRequest,
  bureauLinesQuery,
  bureauLinesResponse,
  bureauOrderRequest,
  bureauOrderResponse,
  bureauOrdersQuery,
  bureauOrdersResponse,
  bureauReportResponse,
  bureauRequest,
  bureauReturnRequest,
  bureausQuery,
  bureausResponse,
  bureauWriteOffRequest,
} from '../contract/index.ts';
import { CLERKS, MANAGER, REQUESTERS, STOCK, STOCK_READERS } from './access.ts';
import { approvalView } from './endpoints-approvals.ts';
import { caller, decoded, jsonOf, pathPart } from './request-parts.ts';

const FILE_TYPE = 'application/pkcs7-mime';
const MAX_RETURN_BYTES = 64 * 1024 * 1024;
const tag = '制卡中心 Card bureau';

export function bureauEndpoints(issuer: Issuer): Endpoint[] {
  return [
    ...registerEndpoints(issuer),
    ...orderEndpoints(issuer),
    ...returnEndpoints(issuer),
    ...boxEndpoints(issuer),
    ...checkEndpoints(issuer),
  ];
}

function registerEndpoints({ bureau, approvals }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/bureaus',
      access: STOCK_READERS,
      tag,
      summary: { zh: '制卡中心列表', en: 'Card bureaus, by name' },
      query: bureausQuery,
      response: bureausResponse,
      handle: async ({ query }) => {
        const { entries, next } = await bureau.page(query);
        return { bureaus: entries, next };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/bureaus',
      access: MANAGER,
      tag,
      summary: {
        zh: '提请登记制卡中心(证书、传输密钥),由第二人审批',
        en: 'Ask that a bureau be registered (certificates, transport key); a second person approves',
      },
      body: bureauRequest,
      response: approvalResponse,
      status: 202,
      handle: async (call) => {
        await bureau.requireEntry(call.body);
        const request = {
          operation: 'bureau-registration',
          subject: call.body.name,
          reason: null,
          request: { ...call.body },
          by: caller(call).id,
        } as const;
        return approvalView(await approvals.ask(request, call.idempotencyKey));
      },
    }),
  ];
}

function orderEndpoints({ bureau, approvals }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/bureau/orders',
      access: STOCK_READERS,
      tag,
      summary: { zh: '订单列表', en: 'Orders, newest first' },
      query: bureauOrdersQuery,
      response: bureauOrdersResponse,
      handle: async ({ query }) => {
        const { entries, next } = await bureau.ordersPage(query);
        return { orders: entries, next };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/bureau/orders',
      access: STOCK,
      tag,
      summary: {
        zh: '下订单:预留卡号与芯片,生成加密签名的订单文件',
        en: 'Order: reserves numbers and chips and makes the enciphered, signed file',
      },
      body: bureauOrderRequest,
      response: bureauOrderResponse,
      status: 201,
      handle: (call) => bureau.order(call.body, caller(call).id, call.idempotencyKey),
    }),
    endpoint({
      method: 'get',
      path: '/v1/bureau/orders/:id',
      access: STOCK_READERS,
      tag,
      summary: { zh: '订单及各状态的卡数', en: 'An order with its counts' },
      response: bureauOrderResponse,
      handle: (call) => bureau.view(pathPart(call)),
    }),
    endpoint({
      method: 'get',
      path: '/v1/bureau/orders/:id/lines',
      access: STOCK_READERS,
      tag,
      summary: { zh: '订单明细', en: 'The lines of an order' },
      query: bureauLinesQuery,
      response: bureauLinesResponse,
      handle: async (call) => {
        const { entries, next } = await bureau.linesPage(pathPart(call), call.query);
        return { lines: entries, next };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/bureau/orders/:id/seal',
      access: STOCK,
      tag,
      summary: {
        zh: '为已预留的订单生成文件(中断后再次调用)',
        en: 'Make the file of an order that is reserved (again after an interruption)',
      },
      body: bureauEmptyRequest,
      response: bureauOrderResponse,
      handle: (call) => bureau.seal(pathPart(call)),
    }),
    endpoint({
      method: 'get',
      path: '/v1/bureau/orders/:id/file',
      access: STOCK,
      tag,
      summary: { zh: '订单文件(CMS)', en: 'The order file (CMS)' },
      answers: FILE_TYPE,
      handle: async (call) => {
        const file = await bureau.file(pathPart(call));
        call.ctx.attachment(`${pathPart(call)}.p7m`);
        call.ctx.type = FILE_TYPE;
        call.ctx.body = Buffer.from(file);
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/bureau/orders/:id/write-offs',
      access: REQUESTERS,
      tag,
      summary: {
        zh: '提请核销缺失与未制成的卡,由第二人审批',
        en: 'Ask that missing and unmade cards be written off; a second person approves',
      },
      body: bureauWriteOffRequest,
      response: approvalResponse,
      status: 202,
      handle: async (call) => {
        const subject = pathPart(call);
        const lines = await bureau.requireWritableOff(subject);
        const { reason } = call.body;
        const request = { operation: 'bureau-write-off', subject, reason, request: { lines } } as const;
        return approvalView(await approvals.ask({ ...request, by: caller(call).id }, call.idempotencyKey));
      },
    }),
  ];
}

function returnEndpoints({ bureau }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/bureau/orders/:id/returns',
      access: STOCK,
      tag,
      summary: {
        zh: '导入回盘文件:验签、逐行对账;重复导入无副作用',
        en: 'Take a return file: its signature, then line by line; the same file again changes nothing',
      },
      response: bureauReportResponse,
      rawBody: true,
      handle: async (call) => {
        const { file } = parseInput(bureauReturnRequest, jsonOf(await readRawBody(call.ctx.req, MAX_RETURN_BYTES)));
        return bureau.takeReturn(pathPart(call), decoded(file), caller(call).id);
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/bureau/returns/:id',
      access: STOCK_READERS,
      tag,
      summary: { zh: '对账报告', en: 'The report of a return file' },
      response: bureauReportResponse,
      handle: (call) => bureau.report(pathPart(call)),
    }),
  ];
}

function boxEndpoints({ bureau }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/bureau/boxes',
      access: STOCK_READERS,
      tag,
      summary: { zh: '往来箱子与快递', en: 'Boxes on their way and counted, with couriers, newest first' },
      query: bureauBoxesQuery,
      response: bureauBoxesResponse,
      handle: async ({ query }) => {
        const { entries, next } = await bureau.boxesPage(query);
        return { boxes: entries, next };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/bureau/boxes',
      access: STOCK,
      tag,
      summary: { zh: '发往制卡中心的空白卡(移交单与快递)', en: 'Blanks sent to the bureau: transfer and courier' },
      body: bureauBoxRequest,
      response: bureauBoxResponse,
      status: 201,
      handle: (call) => bureau.announceBlanks(call.body, caller(call).id, call.idempotencyKey),
    }),
    endpoint({
      method: 'post',
      path: '/v1/bureau/boxes/:id/counts',
      access: REQUESTERS,
      tag,
      summary: { zh: '清点(两人各点一次,数须一致)', en: 'Count a box: two people, each for himself' },
      body: bureauCountRequest,
      response: bureauBoxResponse,
      handle: (call) =>
        bureau.count(pathPart(call), { counted: call.body.counted, person: caller(call).id }, call.idempotencyKey),
    }),
  ];
}

function checkEndpoints({ bureau }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/cards/:id/bureau-check',
      access: CLERKS,
      tag,
      summary: {
        zh: '交付检验:在读卡器中读制卡中心所制的卡,通过后才可启用',
        en: "Before hand-over: reads a bureau's card in a reader; only then may it be active",
      },
      body: bureauCheckRequest,
      response: bureauCheckResponse,
      handle: (call) => bureau.checkAtCounter(pathPart(call), { ...call.body, actor: caller(call).id }),
    }),
  ];
}

/** Mailboxes of cards: what the counter puts in and sees, changes for many cards, and what agents ask and tell. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { KeyVersionOfSlot, RekeyCommand } from '@rhc/card/rekey';
import { type Call, type Endpoint, endpoint } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import {
  agentEventsRequest,
  agentEventsResponse,
  contactRequest,
  contactResponse,
  mailboxChangeRequest,
  mailboxChangeResponse,
  mailboxChangesQuery,
  mailboxChangesResponse,
  mailboxPutRequest,
  mailboxQuery,
  mailboxResponse,
  mailboxResultsRequest,
  mailboxResultsResponse,
  mailboxUpdateResponse,
  mailboxWithdrawRequest,
  rekeyChannelRequest,
  rekeyChannelResponse,
} from '../contract/index.ts';
import { withoutContent } from '../mailbox.ts';
import { CLERKS, MANAGER, OVERSIGHT, REVIEWERS, TERMINALS } from './access.ts';
import { caller, pathPart } from './request-parts.ts';

const tag = '卡信箱 Mailbox';

/** Over mutual TLS a desk is who its certificate says; with the shared token it is who it says. */
function deskOf(call: Pick<Call<{ readonly agentId: string }, unknown>, 'principal' | 'body'>): string {
  const { via, id } = caller(call);
  return via === 'certificate' ? id.replace(/^terminal:/, '') : call.body.agentId;
}

export function mailboxEndpoints(issuer: Issuer): Endpoint[] {
  return [...counterEndpoints(issuer), ...changeEndpoints(issuer), ...deskEndpoints(issuer)];
}

function counterEndpoints({ mailbox }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/cards/:id/mailbox',
      access: OVERSIGHT,
      tag,
      summary: { zh: '一张卡的信箱(不含数据值)', en: "A card's mailbox, without values; newest update first" },
      query: mailboxQuery,
      response: mailboxResponse,
      handle: (call) => mailbox.view(pathPart(call), call.query),
    }),
    endpoint({
      method: 'post',
      path: '/v1/cards/:id/mailbox',
      access: CLERKS,
      tag,
      summary: {
        zh: '放入一项更新(改写数据、换密钥或提示),下次与任一终端接触时执行',
        en: 'Put an update in (patch, re-key or notice); it is carried out at the next contact with any desk',
      },
      body: mailboxPutRequest,
      response: mailboxUpdateResponse,
      status: 201,
      handle: async (call) => {
        const request = { ...call.body, cardId: pathPart(call), actor: caller(call).id };
        return withoutContent(await mailbox.put(request, call.idempotencyKey));
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/mailbox-updates/:id/withdraw',
      access: CLERKS,
      tag,
      summary: { zh: '撤回一项更新', en: 'Take an update out again' },
      body: mailboxWithdrawRequest,
      response: mailboxUpdateResponse,
      handle: async (call) => withoutContent(await mailbox.withdraw(pathPart(call))),
    }),
  ];
}

function changeEndpoints({ mailboxChanges }: Issuer): Endpoint[] {
  const path = '/v1/mailbox-changes';
  return [
    endpoint({
      method: 'get',
      path,
      access: OVERSIGHT,
      tag,
      summary: { zh: '批量变更及进度', en: 'Changes for many cards, with their progress, newest first' },
      query: mailboxChangesQuery,
      response: mailboxChangesResponse,
      handle: async ({ query }) => {
        const { entries, next } = await mailboxChanges.page(query);
        return { changes: entries, next };
      },
    }),
    endpoint({
      method: 'post',
      path,
      access: MANAGER,
      tag,
      summary: { zh: '新建批量变更,先试算', en: 'Begin a change for many cards with its dry run' },
      body: mailboxChangeRequest,
      response: mailboxChangeResponse,
      status: 201,
      handle: (call) => mailboxChanges.create({ ...call.body, actor: caller(call).id }, call.idempotencyKey),
    }),
    endpoint({
      method: 'get',
      path: `${path}/:id`,
      access: OVERSIGHT,
      tag,
      summary: { zh: '一项批量变更', en: 'One change' },
      response: mailboxChangeResponse,
      handle: (call) => mailboxChanges.view(pathPart(call)),
    }),
    endpoint({
      method: 'post',
      path: `${path}/:id/start`,
      access: REVIEWERS,
      tag,
      summary: { zh: '试算后由第二人启动', en: 'Start it after the dry run; a second person does' },
      body: mailboxWithdrawRequest,
      response: mailboxChangeResponse,
      handle: (call) => mailboxChanges.start(pathPart(call), caller(call).id),
    }),
    endpoint({
      method: 'post',
      path: `${path}/:id/cancel`,
      access: REVIEWERS,
      tag,
      summary: { zh: '取消,并从信箱取回尚未交出的更新', en: 'Cancel it and take back what still waits' },
      body: mailboxWithdrawRequest,
      response: mailboxChangeResponse,
      handle: (call) => mailboxChanges.cancel(pathPart(call)),
    }),
  ];
}

function deskEndpoints({ agentEvents, mailbox }: Issuer): Endpoint[] {
  const inHex = (commands: readonly RekeyCommand[]) =>
    commands.map(({ slot, version, command }) => ({ slot, version, command: bytesToHex(command) }));
  return [
    endpoint({
      method: 'post',
      path: '/v1/contacts',
      access: TERMINALS,
      tag,
      summary: { zh: '终端报告一张卡到来,领取待办更新', en: 'A desk tells of a card and is given what waits for it' },
      body: contactRequest,
      response: contactResponse,
      handle: (call) => mailbox.contact({ ...call.body, agentId: deskOf(call) }),
    }),
    endpoint({
      method: 'post',
      path: '/v1/mailbox-results',
      access: TERMINALS,
      tag,
      summary: {
        zh: '终端报告更新的结果,重复报告无副作用',
        en: 'A desk tells what became of updates; told again it changes nothing',
      },
      body: mailboxResultsRequest,
      response: mailboxResultsResponse,
      handle: async (call) => ({ taken: await mailbox.results(deskOf(call), call.body.results) }),
    }),
    endpoint({
      method: 'post',
      path: '/v1/agent-events',
      access: TERMINALS,
      tag,
      summary: {
        zh: '终端按顺序补报事件,每个事件只计一次',
        en: 'A desk tells, in order, what happened; each event counts once',
      },
      body: agentEventsRequest,
      response: agentEventsResponse,
      handle: (call) => agentEvents.take(deskOf(call), call.body.events),
    }),
    endpoint({
      method: 'post',
      path: '/v1/mailbox-updates/:id/rekey-channel',
      access: TERMINALS,
      tag,
      summary: {
        zh: '领取一项换密钥更新的指令,仅限已交给该终端的更新',
        en: 'The commands of a re-key that this desk has in hand, and of no other',
      },
      body: rekeyChannelRequest,
      response: rekeyChannelResponse,
      handle: async (call) => {
        const { lease, cardFactor, challenge, masterKeyVersion, writes, retirements } = call.body;
        const channel = await mailbox.rekeyChannel(
          pathPart(call),
          { agentId: deskOf(call), lease },
          {
            factorHex: cardFactor,
            cardFactor: hexToBytes(cardFactor),
            challenge: hexToBytes(challenge),
            masterKeyVersion,
            writes: writes as KeyVersionOfSlot[],
            retirements: retirements as KeyVersionOfSlot[],
          },
        );
        return {
          externalAuthenticate: bytesToHex(channel.externalAuthenticate),
          writes: inHex(channel.writes),
          retirements: inHex(channel.retirements),
        };
      },
    }),
  ];
}

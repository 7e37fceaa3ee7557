/** The ceremony room over HTTP: who calls is who acts. In a rehearsal one caller may play several people by `as`. */
import { isRhcError, type Text } from '@rhc/card/errors';
import { type Endpoint, endpoint, type Principal } from '@rhc/service-shell';
import {
  askCeremonyApprovalRequest,
  type CeremoniesResponse,
  type CeremonyScriptsResponse,
  ceremoniesResponse,
  ceremonyExceptionRequest,
  ceremonyReasonRequest,
  ceremonyResponse,
  ceremonyScriptsResponse,
  discardComponentRequest,
  type EnterComponentResponse,
  enterComponentQuery,
  enterComponentResponse,
  openCeremonyRequest,
  performStepRequest,
  takeRoleRequest,
} from '../contract/ceremony.ts';
import { rolesOpenTo } from '../domain/ceremony/eligible.ts';
import type { CeremonyHall } from '../domain/ceremony/hall.ts';
import type { OpenedCeremony } from '../domain/ceremony/ledger.ts';
import type { Actor } from '../domain/ceremony/rules.ts';
import { ceremonySummary, ceremonyView, scriptView } from '../domain/ceremony/view.ts';
import { spoken } from '../domain/ceremony/words.ts';
import { keyServiceErrors } from '../errors.ts';
import { readPart } from './part-body.ts';

export interface CeremonyEndpointParts {
  readonly hall: CeremonyHall;
  /** Renderings of stored minutes. */
  readonly pdf: (minutesText: string, which: 'minutes' | 'hand-over') => Promise<Uint8Array>;
  readonly sha256Hex: (text: string) => string;
}

const PEOPLE = ['security-admin', 'officer', 'custodian', 'audit-admin', 'system-admin'];
const tag = '密钥仪式 Ceremonies';
const text = (zh: string, en: string): Text => ({ zh, en });

export function ceremonyEndpoints({ hall, pdf, sha256Hex }: CeremonyEndpointParts): Endpoint[] {
  const answer = async (ceremony: OpenedCeremony, principal: Principal | null) => {
    const minutes = await hall.minutes(ceremony.record.id);
    return ceremonyView(ceremony, ceremony.config.words, {
      principal: principal?.id ?? '',
      approval: await hall.approval(ceremony),
      token: await hall.token(ceremony),
      minutes: minutes === null ? null : { ...minutes, sha256: sha256Hex(minutes.text) },
    });
  };
  const actorOf = async (id: string, principal: Principal | null, as: string | undefined): Promise<Actor> => {
    const { id: name = '', roles = [] } = principal ?? {};
    if (as === undefined || as === name) return { person: name, principal: name, mayTake: rolesOpenTo(roles) };
    if ((await hall.load(id)).record.mode === 'real')
      throw keyServiceErrors.make('CEREMONY_AS_REFUSED', { detail: as });
    return { person: as, principal: name, mayTake: null };
  };
  const of = (params: Readonly<Record<string, string>>, name: string) => params[name] as string;

  return [
    endpoint({
      method: 'get',
      path: '/v1/ceremony-scripts',
      access: PEOPLE,
      tag,
      summary: text('仪式脚本', 'Ceremony scripts'),
      response: ceremonyScriptsResponse,
      handle: (): CeremonyScriptsResponse => ({
        scripts: hall.scripts.map((config) => {
          const why = hall.whyNotReal(config);
          return scriptView(config, hall.scriptHash(config.ceremony), why === null ? null : sentence(why));
        }),
      }),
    }),
    endpoint({
      method: 'get',
      path: '/v1/ceremonies',
      access: PEOPLE,
      tag,
      summary: text('全部仪式', 'All ceremonies'),
      response: ceremoniesResponse,
      handle: async (): Promise<CeremoniesResponse> => ({
        ceremonies: (await hall.list()).map((each) => ceremonySummary(each)).reverse(),
      }),
    }),
    endpoint({
      method: 'post',
      path: '/v1/ceremonies',
      access: ['security-admin'],
      tag,
      summary: text('开始一场仪式(排演或正式)', 'Open a ceremony, rehearsal or real'),
      body: openCeremonyRequest,
      response: ceremonyResponse,
      status: 201,
      handle: async ({ body, principal }) =>
        answer(await hall.open({ ...body, person: principal?.id ?? '' }), principal),
    }),
    endpoint({
      method: 'get',
      path: '/v1/ceremonies/:id',
      access: PEOPLE,
      tag,
      summary: text('仪式的当前状态', 'State of a ceremony'),
      response: ceremonyResponse,
      handle: async ({ params, principal }) => answer(await hall.load(of(params, 'id')), principal),
    }),
    endpoint({
      method: 'post',
      path: '/v1/ceremonies/:id/roles',
      access: PEOPLE,
      tag,
      summary: text('担任角色', 'Take a role'),
      body: takeRoleRequest,
      response: ceremonyResponse,
      handle: async ({ params, body, principal }) => {
        const id = of(params, 'id');
        return answer(await hall.takeRole(id, body.role, await actorOf(id, principal, body.as)), principal);
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/ceremonies/:id/steps/:step',
      access: PEOPLE,
      tag,
      summary: text('执行、确认或驳回当前步骤', 'Act on the current step: carry out, confirm or reject'),
      body: performStepRequest,
      response: ceremonyResponse,
      handle: async ({ params, body, principal }) => {
        const [id, step] = [of(params, 'id'), of(params, 'step')];
        return answer(await hall.act(id, { ...body, step }, await actorOf(id, principal, body.as)), principal);
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/ceremonies/:id/approval',
      access: ['security-admin', 'officer'],
      tag,
      summary: text('申请批准当前步骤或驳回', 'Ask for approval of the current step, or of a rejection'),
      body: askCeremonyApprovalRequest,
      response: ceremonyResponse,
      handle: async ({ params, body, principal }) =>
        answer(await hall.ask(of(params, 'id'), { ...body, requester: principal?.id ?? '' }), principal),
    }),
    endpoint({
      method: 'post',
      path: '/v1/ceremonies/:id/components',
      access: PEOPLE,
      tag,
      summary: text('保管人输入本人的分量(八位组正文)', "A custodian's own part, as octets"),
      query: enterComponentQuery,
      response: enterComponentResponse,
      rawBody: true,
      handle: async ({ ctx, params, query, principal }): Promise<EnterComponentResponse> => {
        const id = of(params, 'id');
        const part = await readPart(ctx);
        try {
          const ceremony = await hall.load(id);
          const actor = await actorOf(id, principal, query.as);
          const { step, key, index, checkValue } = query;
          const entered = await hall.enterPart(id, { step, key, index, checkValue, part }, actor);
          return { key, ...entered, words: spoken(ceremony.config.words, entered.kcv) };
        } finally {
          part.fill(0);
        }
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/ceremonies/:id/components/discard',
      access: PEOPLE,
      tag,
      summary: text('作废本人输错的分量', "Discard one's own part that was entered wrongly"),
      body: discardComponentRequest,
      response: ceremonyResponse,
      handle: async ({ params, body, principal }) => {
        const id = of(params, 'id');
        return answer(await hall.discardPart(id, body, await actorOf(id, principal, body.as)), principal);
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/ceremonies/:id/exceptions',
      access: PEOPLE,
      tag,
      summary: text('登记例外', 'Enter an exception'),
      body: ceremonyExceptionRequest,
      response: ceremonyResponse,
      handle: async ({ params, body, principal }) => {
        const id = of(params, 'id');
        const { as, ...entry } = body;
        return answer(await hall.exception(id, entry, await actorOf(id, principal, as)), principal);
      },
    }),
    ...(['interrupt', 'resume', 'abandon'] as const).map((act) =>
      endpoint({
        method: 'post',
        path: `/v1/ceremonies/:id/${act}`,
        access: ['security-admin'],
        tag,
        summary: ACTS[act],
        body: ceremonyReasonRequest,
        response: ceremonyResponse,
        handle: async ({ params, body, principal }) => {
          const id = of(params, 'id');
          return answer(await hall[act](id, body.reason, await actorOf(id, principal, body.as)), principal);
        },
      }),
    ),
    endpoint({
      method: 'get',
      path: '/v1/ceremonies/:id/minutes.json',
      access: PEOPLE,
      tag,
      summary: text('仪式记录(JSON,与日志中的散列一致)', 'Minutes as JSON, the bytes that the log has the hash of'),
      handle: async ({ ctx, params }) => {
        ctx.type = 'application/json';
        ctx.body = Buffer.from(await minutesText(hall, of(params, 'id')));
      },
    }),
    ...(['minutes', 'hand-over'] as const).map((which) =>
      endpoint({
        method: 'get',
        path: `/v1/ceremonies/:id/${which}.pdf`,
        access: PEOPLE,
        tag,
        summary:
          which === 'minutes'
            ? text('仪式记录 PDF', 'Minutes as PDF')
            : text('交接备忘录 PDF', 'Hand-over record as PDF'),
        answers: 'application/pdf',
        handle: async ({ ctx, params }) => {
          const made = await pdf(await minutesText(hall, of(params, 'id')), which);
          ctx.type = 'application/pdf';
          ctx.body = Buffer.from(made);
        },
      }),
    ),
  ];
}

const ACTS = {
  interrupt: text('中断,改日继续', 'Interrupt, to be resumed another day'),
  resume: text('恢复中断的仪式', 'Resume an interrupted ceremony'),
  abandon: text('放弃', 'Abandon'),
} as const;

async function minutesText(hall: CeremonyHall, id: string): Promise<string> {
  const { record } = await hall.load(id);
  const minutes = await hall.minutes(record.id);
  if (minutes === null) throw keyServiceErrors.make('MINUTES_MISSING', { detail: id });
  return minutes.text;
}

const sentence = (error: unknown): Text =>
  isRhcError(error) ? error.text : { zh: '现在不能正式执行。', en: 'It cannot be run for real now.' };

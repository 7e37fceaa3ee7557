/** Signing in and out, and who is signed in. */
import {
  bearerToken,
  type Call,
  clientCertificate,
  type Endpoint,
  endpoint,
  principalIn,
  type SessionEnds,
  shellErrors,
} from '@rhc/service-shell';
import type { AccessRoom } from '../access-room.ts';
import {
  passkeyEnrolledResponse,
  passkeyEnrolmentOptionsRequest,
  passkeyEnrolmentRequest,
  passkeyOptionsResponse,
  passkeySignInOptionsRequest,
  passkeySignInRequest,
  type SessionResponse,
  type SignedInResponse,
  sessionResponse,
  signedInResponse,
} from '../contract/index.ts';
import { operatorOf } from '../domain/access/operators.ts';
import { enrolledOperator } from './access.ts';

const tag = '登录 Sign-in';

const endsText = ({ startedAt, idleEndsAt, endsAt }: SessionEnds) => ({
  startedAt: startedAt.toISOString(),
  idleEndsAt: idleEndsAt.toISOString(),
  endsAt: endsAt.toISOString(),
});

export interface SessionParts {
  readonly room: AccessRoom;
  /** A revoked certificate signs nobody in. */
  readonly certificateValid: (serial: string) => Promise<boolean>;
}

const retryAfter =
  ({ ctx }: Call<unknown, unknown>) =>
  (seconds: number): void =>
    ctx.set('Retry-After', String(seconds));

export const sessionEndpoints = (parts: SessionParts): Endpoint[] => [
  ...sessionRows(parts),
  ...signInRows(parts),
  ...passkeyEnrolmentRows(parts),
];

async function begin({ room }: SessionParts, operator: string, by: string): Promise<SignedInResponse> {
  const principal = await room.operators.principal(operator);
  if (principal === null) throw shellErrors.make('SIGN_IN_REFUSED', { detail: `${operator} is disabled` });
  await room.audit.record('operator-signed-in', { operator: principal.id, by });
  const { token, ends } = await room.sessions.begin(principal.id);
  const { id, name, roles } = principal;
  return { token, principal: { id, name, roles: [...roles], via: 'session' }, session: endsText(ends) };
}

function sessionRows({ room }: SessionParts): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/session',
      access: 'public',
      tag,
      summary: { zh: '谁已登录、有何角色', en: 'Who is signed in, with which roles' },
      response: sessionResponse,
      async handle({ principal, ctx }) {
        const token = bearerToken(ctx.get('authorization'));
        const found = principal?.via === 'session' && token !== undefined ? await room.sessions.find(token) : null;
        const certificate = clientCertificate(ctx.req);
        const answer: SessionResponse = {
          principal: principal === null ? null : { ...principal, roles: [...principal.roles] },
          session: found === null ? null : endsText(found.ends),
          signIn: {
            passkey: true,
            certificate: certificate !== null && principalIn(certificate)?.kind === 'operator',
          },
          demonstration: room.demonstration,
        };
        return answer;
      },
    }),
    endpoint({
      method: 'delete',
      path: '/v1/session',
      access: 'any',
      tag,
      summary: { zh: '退出登录', en: 'Sign out' },
      status: 204,
      async handle({ principal, ctx }) {
        const token = bearerToken(ctx.get('authorization'));
        if (principal?.via === 'session' && token !== undefined) {
          await room.audit.record('operator-signed-out', { operator: principal.id });
          await room.sessions.end(token);
        }
        ctx.status = 204;
      },
    }),
  ];
}

function signInRows(parts: SessionParts): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/sign-in/passkey/options',
      access: 'public',
      tag,
      summary: { zh: '用通行密钥登录:取得质询', en: 'Sign in by passkey: the challenge' },
      body: passkeySignInOptionsRequest,
      response: passkeyOptionsResponse,
      handle: () => parts.room.passkeys.signInOptions(),
    }),
    endpoint({
      method: 'post',
      path: '/v1/sign-in/passkey',
      access: 'public',
      tag,
      summary: { zh: '用通行密钥登录', en: 'Sign in by passkey' },
      body: passkeySignInRequest,
      response: signedInResponse,
      async handle(call) {
        const { challengeId, response } = call.body;
        const operator = await parts.room.passkeys.signIn(challengeId, response, retryAfter(call));
        return begin(parts, operator, 'passkey');
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/sign-in/certificate',
      access: 'public',
      tag,
      summary: { zh: '用操作员证书登录(双向 TLS)', en: "Sign in by an operator's certificate (mutual TLS)" },
      response: signedInResponse,
      async handle({ ctx }) {
        const certificate = clientCertificate(ctx.req);
        const found = certificate === null ? null : principalIn(certificate);
        if (found?.kind !== 'operator' || !(await parts.certificateValid(found.serial))) {
          throw shellErrors.make('CERTIFICATE_REFUSED', { detail: found?.id ?? 'none' });
        }
        return begin(parts, operatorOf(found.id), `certificate ${found.serial}`);
      },
    }),
  ];
}

function passkeyEnrolmentRows({ room }: SessionParts): Endpoint[] {
  const operatorFor = async (code: string) => {
    const enrolment = await room.codes.check(code);
    if (enrolment.kind !== 'operator') throw shellErrors.make('FORBIDDEN', { detail: enrolment.kind });
    return { enrolment, operator: await enrolledOperator(room, enrolment) };
  };
  return [
    endpoint({
      method: 'post',
      path: '/v1/enrolment/passkey/options',
      access: 'public',
      tag,
      summary: { zh: '凭登记码登记通行密钥:取得质询', en: 'Register a passkey by enrolment code: the challenge' },
      body: passkeyEnrolmentOptionsRequest,
      response: passkeyOptionsResponse,
      async handle({ body }) {
        return room.passkeys.registrationOptions((await operatorFor(body.code)).operator);
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/enrolment/passkey',
      access: 'public',
      tag,
      summary: { zh: '凭登记码登记通行密钥', en: 'Register a passkey by enrolment code' },
      status: 201,
      body: passkeyEnrolmentRequest,
      response: passkeyEnrolledResponse,
      async handle({ body }) {
        const { enrolment, operator } = await operatorFor(body.code);
        const passkey = await room.passkeys.register(operator, body, () => room.codes.spend(enrolment));
        return { credentialId: passkey.id, operator: operator.id };
      },
    }),
  ];
}

/** The certificate authority over HTTP: register, codes, enrolment, renewal, revocation, the published list. */
import { clientCertificate, type Endpoint, endpoint, principalIn, shellErrors } from '@rhc/service-shell';
import type { AccessRoom } from '../access-room.ts';
import type { Authority, CertificateRecord, Issued, RevocationList } from '../authority/authority.ts';
import { fromPem } from '../authority/structures.ts';
import {
  type CertificateView,
  certificateEnrolmentRequest,
  certificatesResponse,
  certificateView,
  enrolCertificateRequest,
  enrolmentCodeResponse,
  enrolPkcs12Request,
  type IssuedCertificateResponse,
  issuedCertificateResponse,
  renewCertificateRequest,
  revocationRequest,
  revocationsResponse,
} from '../contract/index.ts';
import { enrolledOperator, OPERATORS, roles } from './access.ts';

const tag = '证书 Certificates';

export interface CertificateParts {
  readonly authority: Authority;
  readonly room: AccessRoom;
  readonly now: () => Date;
}

function viewOf(record: CertificateRecord, now: Date): CertificateView {
  const { serial, kind, name, notBefore, notAfter, revokedAt } = record;
  return {
    ...{ serial, kind, principal: `${kind}:${name}`, roles: [...record.roles] as CertificateView['roles'] },
    state: revokedAt !== null ? 'revoked' : notAfter <= now ? 'expired' : 'valid',
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    issuedBy: record.issuedBy,
    revokedAt: revokedAt?.toISOString() ?? null,
    revocationReason: record.revocationReason,
    replaces: record.replaces,
  };
}
const issuedText = ({ record, authority }: Issued): IssuedCertificateResponse => ({
  ...{ serial: record.serial, certificate: record.pem, authority },
  notAfter: record.notAfter.toISOString(),
});
const listTimes = ({ number, thisUpdate, nextUpdate }: RevocationList) => ({
  ...{ number, thisUpdate: thisUpdate.toISOString(), nextUpdate: nextUpdate.toISOString() },
});

export const certificateEndpoints = (parts: CertificateParts): Endpoint[] => [
  ...registerRows(parts),
  ...enrolmentRows(parts),
  ...publishedRows(parts),
];

function registerRows(parts: CertificateParts): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/certificates',
      access: OPERATORS,
      tag,
      summary: { zh: '已签发的证书', en: 'Certificates that were issued' },
      response: certificatesResponse,
      async handle() {
        const { certificate } = parts.authority;
        const records = await parts.authority.all();
        return {
          certificates: records.map((record) => viewOf(record, parts.now())),
          authority: {
            subject: certificate.subject,
            fingerprint: certificate.fingerprint256,
            notAfter: new Date(certificate.validTo).toISOString(),
          },
          revocationList: listTimes(await parts.authority.list()),
        };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/certificates/enrolments',
      access: roles('system-admin'),
      tag,
      summary: { zh: '为服务或终端发放一次性登记码', en: 'A one-time code for a service or a terminal' },
      status: 201,
      body: certificateEnrolmentRequest,
      response: enrolmentCodeResponse,
      async handle({ body, principal }) {
        const { code, expiresAt } = await parts.room.codes.issue(principal?.id ?? '', body);
        return { code, expiresAt: expiresAt.toISOString() };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/certificates/renewals',
      access: roles('service', 'terminal'),
      tag,
      summary: { zh: '凭旧证书更新(双向 TLS)', en: 'Renewal with the old certificate (mutual TLS)' },
      status: 201,
      body: renewCertificateRequest,
      response: issuedCertificateResponse,
      async handle({ body, ctx }) {
        const certificate = clientCertificate(ctx.req);
        const holder = certificate === null ? null : principalIn(certificate);
        if (holder === null) throw shellErrors.make('CERTIFICATE_REFUSED', { detail: 'renewal without a certificate' });
        return issuedText(await parts.authority.renew(holder, body.csr));
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/certificates/:serial/revocation',
      access: roles('security-admin'),
      tag,
      summary: { zh: '吊销证书', en: 'Revoke a certificate' },
      body: revocationRequest,
      response: certificateView,
      async handle({ body, params, principal }) {
        const serial = params.serial ?? '';
        await parts.authority.revoke(principal?.id ?? '', serial, body.reason, body.note);
        const revoked = (await parts.authority.all()).find((record) => record.serial === serial);
        if (revoked === undefined) throw shellErrors.make('INTERNAL');
        if (revoked.kind === 'operator') await parts.room.sessions.endAllOf(`operator:${revoked.name}`);
        return viewOf(revoked, parts.now());
      },
    }),
  ];
}

function enrolmentRows(parts: CertificateParts): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/enrolment/certificate',
      access: 'public',
      tag,
      summary: { zh: '凭登记码与 CSR 领取证书', en: 'A certificate for an enrolment code and a CSR' },
      status: 201,
      body: enrolCertificateRequest,
      response: issuedCertificateResponse,
      async handle({ body }) {
        const enrolment = await parts.room.codes.check(body.code);
        if (enrolment.kind === 'operator') await enrolledOperator(parts.room, enrolment);
        // A CSR that is no good must not cost the code.
        parts.authority.checkRequest(body.csr);
        await parts.room.codes.spend(enrolment);
        return issuedText(await parts.authority.issue(`enrolment ${enrolment.id}`, enrolment, body.csr));
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/enrolment/pkcs12',
      access: 'public',
      tag,
      summary: {
        zh: '凭登记码领取浏览器证书(PKCS#12)',
        en: "An operator's certificate for the browser (PKCS#12), for an enrolment code",
      },
      status: 201,
      body: enrolPkcs12Request,
      answers: 'application/x-pkcs12',
      async handle({ body, ctx }) {
        const enrolment = await parts.room.codes.check(body.code);
        if (enrolment.kind !== 'operator') throw shellErrors.make('FORBIDDEN', { detail: enrolment.kind });
        const operator = await enrolledOperator(parts.room, enrolment);
        await parts.room.codes.spend(enrolment);
        const by = `enrolment ${enrolment.id}`;
        const { file } = await parts.authority.issuePkcs12(by, enrolment, operator.name, body.password);
        ctx.type = 'application/x-pkcs12';
        ctx.attachment(`${operator.id}.p12`);
        return Buffer.from(file);
      },
    }),
  ];
}

/** Open to all: certificates and lists are made to be read. */
function publishedRows({ authority }: CertificateParts): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/authority/certificate',
      access: 'public',
      tag,
      summary: { zh: '证书机构的证书(PEM)', en: "The CA's certificate (PEM)" },
      answers: 'application/x-pem-file',
      handle({ ctx }) {
        ctx.type = 'application/x-pem-file';
        return authority.pem;
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/authority/crl',
      access: 'public',
      tag,
      summary: { zh: '吊销列表(DER)', en: 'The revocation list (DER)' },
      answers: 'application/pkix-crl',
      async handle({ ctx }) {
        ctx.type = 'application/pkix-crl';
        return Buffer.from(fromPem((await authority.list()).pem));
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/authority/revocations',
      access: 'public',
      tag,
      summary: { zh: '吊销列表与序列号', en: 'The revocation list and its serial numbers' },
      response: revocationsResponse,
      async handle() {
        const list = await authority.list();
        const revoked = (await authority.all()).filter(({ revokedAt }) => revokedAt !== null);
        return { ...listTimes(list), list: list.pem, serials: revoked.map(({ serial }) => serial) };
      },
    }),
  ];
}

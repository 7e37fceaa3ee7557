/**
 * The system's own certificate authority (for TLS, not for cards). Roles and name stand in the certificate itself, as
 * URIs of its subject alternative name: `urn:rhc:service:card-issuer`, `urn:rhc:role:service`.
 *
 * Enrolment of an agent: the administrator asks for a one-time code (`POST /v1/certificates/enrolments`), the agent makes
 * its key and a CSR, posts both with the code to `/v1/enrolment/certificate` and gets certificate and CA; later it renews
 * with the old certificate at `/v1/certificates/renewals`.
 */
import { z } from 'zod';
import { roleName } from './access.ts';

const moment = z.iso.datetime();
const pem = z.string().max(16_384);
const longPem = z.string().max(16_777_216);
const csr = pem.regex(/^-----BEGIN (NEW )?CERTIFICATE REQUEST-----/, 'a certificate request in PEM');

export const certificateKind = z.enum(['service', 'terminal', 'operator']);
export const principalName = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,38}[a-z0-9])?$/);
/** Names under which a server is reached: DNS names and IPv4 addresses. */
const serverNames = z.array(z.string().regex(/^[A-Za-z0-9.-]{1,253}$/)).max(10);

export const certificateView = z.object({
  /** Upper-case hex. */
  serial: z.string(),
  kind: certificateKind,
  /** Principal, for example `terminal:desk-1`. */
  principal: z.string(),
  roles: z.array(roleName),
  state: z.enum(['valid', 'expired', 'revoked']),
  notBefore: moment,
  notAfter: moment,
  issuedBy: z.string(),
  revokedAt: moment.nullable(),
  revocationReason: z.string().nullable(),
  /** Serial of the certificate that it renewed. */
  replaces: z.string().nullable(),
});
/** GET /v1/certificates */
export const certificatesResponse = z.object({
  certificates: z.array(certificateView),
  authority: z.object({ subject: z.string(), fingerprint: z.string(), notAfter: moment }),
  revocationList: z.object({ number: z.int(), thisUpdate: moment, nextUpdate: moment }),
});
/** POST /v1/certificates/enrolments (system administrator): a one-time code for a service or a terminal. */
export const certificateEnrolmentRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('service'), name: principalName, serverNames: serverNames.default([]) }),
  z.strictObject({ kind: z.literal('terminal'), name: principalName, serverNames: serverNames.default([]) }),
]);
/** POST /v1/enrolment/certificate: the code is the right to it; an operator's code gives an operator's certificate. */
export const enrolCertificateRequest = z.strictObject({ code: z.string().min(8).max(64), csr });
/** POST /v1/certificates/renewals: over mutual TLS, with the certificate that is to be renewed. */
export const renewCertificateRequest = z.strictObject({ csr });
export const issuedCertificateResponse = z.object({
  serial: z.string(),
  certificate: pem,
  /** Certificate of the CA. */
  authority: pem,
  notAfter: moment,
});
/**
 * POST /v1/enrolment/pkcs12: for browsers. The service makes the key, hands it over once in PKCS#12 under `password`,
 * and keeps nothing of it.
 */
export const enrolPkcs12Request = z.strictObject({
  code: z.string().min(8).max(64),
  password: z.string().min(8).max(128),
});
/** POST /v1/certificates/:serial/revocation (security administrator) */
export const revocationRequest = z.strictObject({
  reason: z.enum(['unspecified', 'keyCompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation']),
  note: z.string().trim().min(1).max(200),
});

/** GET /v1/authority/revocations */
export const revocationsResponse = z.object({
  number: z.int(),
  thisUpdate: moment,
  nextUpdate: moment,
  /** The signed list, PEM. */
  list: longPem,
  serials: z.array(z.string()),
});
export type RevocationsResponse = z.infer<typeof revocationsResponse>;
export type CertificateView = z.infer<typeof certificateView>;
export type CertificatesResponse = z.infer<typeof certificatesResponse>;
export type CertificateEnrolmentRequest = z.infer<typeof certificateEnrolmentRequest>;
export type IssuedCertificateResponse = z.infer<typeof issuedCertificateResponse>;

/**
 * Who calls, by the client certificate of the TLS connection. TLS has checked the chain, the dates and the revocation
 * list of the connection's start; name and roles stand in the certificate as URIs of its subject alternative name:
 * `urn:rhc:service:card-issuer`, `urn:rhc:role:service`.
 */
import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { shellErrors } from './errors.ts';
import type { Authenticator, Principal } from './principal.ts';

export const CERTIFICATE_KINDS = ['service', 'terminal', 'operator'] as const;
export type CertificateKind = (typeof CERTIFICATE_KINDS)[number];

export interface CertificatePrincipal extends Omit<Principal, 'via' | 'name'> {
  readonly kind: CertificateKind;
  /** Serial number, upper-case hex. */
  readonly serial: string;
}

const SUBJECT = /^URI:urn:rhc:(service|terminal|operator):([a-z0-9.-]+)$/;
const ROLE = /^URI:urn:rhc:role:([a-z-]+)$/;

/** Null for a certificate that names no principal of ours, or more than one. */
export function principalIn(certificate: X509Certificate): CertificatePrincipal | null {
  const names = (certificate.subjectAltName ?? '').split(', ');
  const subjects = names.flatMap((name) => SUBJECT.exec(name) ?? []);
  const [, kind, name] = subjects;
  if (subjects.length !== 3 || kind === undefined || name === undefined) return null;
  const roles = names.flatMap((each) => ROLE.exec(each)?.[1] ?? []);
  return { id: `${kind}:${name}`, kind: kind as CertificateKind, roles, serial: serialOf(certificate) };
}

/** As the register writes it: upper-case hex without leading zero bytes. */
export const serialOf = (certificate: X509Certificate): string =>
  certificate.serialNumber.toUpperCase().replace(/^(00)+/, '');

/** True when the peer showed a certificate that TLS did not accept: foreign, expired, revoked. */
export function certificateRefused(request: Pick<IncomingMessage, 'socket'>): boolean {
  const socket = request.socket as Partial<TLSSocket>;
  if (socket.encrypted !== true || socket.authorized === true) return false;
  return socket.getPeerX509Certificate?.() !== undefined;
}

/** The client certificate of a request's connection; null on plain HTTP, without one, or with one that TLS did not accept. */
export function clientCertificate(request: Pick<IncomingMessage, 'socket'>): X509Certificate | null {
  const socket = request.socket as Partial<TLSSocket>;
  if (socket.encrypted !== true || socket.authorized !== true) return null;
  return socket.getPeerX509Certificate?.() ?? null;
}

export interface CertificateCheck {
  /** Kinds that are a caller by their certificate alone. An operator's opens a session and is no caller itself. */
  readonly kinds: readonly CertificateKind[];
  /** Asked for every request: a certificate revoked in mid-connection ends here. Absent: TLS's list decides. */
  readonly stillValid?: (principal: CertificatePrincipal) => Promise<boolean>;
}

/** @throws CERTIFICATE_REFUSED for a certificate that is shown and no good: never silently somebody else */
export function certificateAuthenticator({ kinds, stillValid }: CertificateCheck): Authenticator {
  return async (request) => {
    if (certificateRefused(request)) {
      const { authorizationError } = request.socket as Partial<TLSSocket>;
      throw shellErrors.make('CERTIFICATE_REFUSED', { detail: String(authorizationError) });
    }
    const certificate = clientCertificate(request);
    const found = certificate === null ? null : principalIn(certificate);
    if (found === null || !kinds.includes(found.kind)) return null;
    if (stillValid !== undefined && !(await stillValid(found))) {
      throw shellErrors.make('CERTIFICATE_REFUSED', { detail: found.serial });
    }
    return { id: found.id, name: found.id, roles: found.roles, via: 'certificate' };
  };
}

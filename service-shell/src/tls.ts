/**
 * Mutual TLS: what a server needs to speak it, and the revocation list that it follows without a restart. A peer without
 * a certificate is let in (browsers that sign in by passkey, machines that enrol); one whose certificate is foreign,
 * expired or revoked is told so at its first request (`client-certificate.ts`) and its connection ends.
 */
import { X509Certificate } from 'node:crypto';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { serialOf } from './client-certificate.ts';
import { shellErrors } from './errors.ts';

/** All PEM. */
export interface TlsIdentity {
  readonly key: string;
  readonly certificate: string;
  /** The CA whose certificates are believed. */
  readonly authority: string;
}

export interface Revocations {
  /** The signed list, PEM. */
  readonly list: string;
  /** Upper-case hex. */
  readonly serials: readonly string[];
}

export interface ServerTls extends TlsIdentity {
  /** Null until the first list has come: then only the caller's own check of the register speaks. */
  readonly revocations: Revocations | null;
}

const secure = ({ key, certificate, authority, revocations }: ServerTls) => ({
  ...{ key, cert: certificate, ca: authority, minVersion: 'TLSv1.2' as const },
  ...(revocations === null ? {} : { crl: revocations.list }),
});

export interface TlsServerParts {
  readonly server: Server;
  /** From now on; connections of certificates that are revoked now end. */
  update(tls: ServerTls): void;
}

/** @throws TLS_FILES_INVALID */
export function tlsServer(tls: ServerTls, answer: RequestListener): TlsServerParts {
  let server: TlsServer;
  try {
    server = createTlsServer({ ...secure(tls), requestCert: true, rejectUnauthorized: false }, answer);
  } catch (cause) {
    throw shellErrors.make('TLS_FILES_INVALID', { cause });
  }
  const open = new Set<TLSSocket>();
  server.on('secureConnection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return {
    server: server as unknown as Server,
    update: (next) => {
      server.setSecureContext(secure(next));
      for (const socket of open) {
        const certificate = socket.getPeerX509Certificate();
        if (certificate !== undefined && next.revocations?.serials.includes(serialOf(certificate))) socket.destroy();
      }
    },
  };
}

/** True from two thirds of a certificate's life on. */
export function dueForRenewal(certificate: string, now: Date): boolean {
  const { validFrom, validTo } = new X509Certificate(certificate);
  const from = Date.parse(validFrom);
  return now.getTime() >= from + ((Date.parse(validTo) - from) * 2) / 3;
}

export interface TransportPolicy {
  readonly production: boolean;
  readonly tls: boolean;
  /** `loopback`: production without TLS all the same, on a loopback address. */
  readonly allowPlainHttp: string | undefined;
  readonly host: string;
}

/**
 * @param names.tls environment variable of the setting that turns mutual TLS on, to name it to whoever must set it
 * @throws TLS_REQUIRED
 */
export function requireTlsInProduction(
  { production, tls, allowPlainHttp, host }: TransportPolicy,
  names: { readonly tls: string; readonly allowPlainHttp: string },
): void {
  if (!production || tls) return;
  const loopback = ['127.0.0.1', '::1', 'localhost'].includes(host);
  if (allowPlainHttp === 'loopback' && loopback) return;
  const rule = { zh: '生产环境必须设置', en: 'must be set in production' };
  const local = {
    zh: '写 loopback 且只监听回环地址时例外',
    en: '`loopback` is the exception, on a loopback address only',
  };
  throw shellErrors.make('TLS_REQUIRED', {
    detail: host,
    fields: [
      { field: names.tls, rule },
      { field: names.allowPlainHttp, rule: local },
    ],
  });
}

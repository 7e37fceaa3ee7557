/**
 * key-service's own TLS certificate, from its own authority: taken from its folder, or issued when missing, due, of
 * another authority, or not for the names it is reached by. The CA's certificate lies beside it for whoever enrols.
 */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { dueForRenewal, readTlsFolder, type ServerTls, type TlsIdentity, writeTlsFolder } from '@rhc/service-shell';
import type { Authority } from './authority/authority.ts';
import { certificateRequest } from './authority/request.ts';

export interface OwnIdentityOptions {
  readonly authority: Authority;
  readonly folder: string;
  /** Host names and addresses beside loopback. */
  readonly names: readonly string[];
  readonly now: () => Date;
}

const LOOPBACK = ['localhost', '127.0.0.1'];
const NAME = 'key-service';

export async function ownIdentity(options: OwnIdentityOptions): Promise<TlsIdentity> {
  const { authority, folder, now } = options;
  const names = [...LOOPBACK, ...options.names];
  const present = readTlsFolder(folder);
  if (present !== null && present.authority === authority.pem && !dueForRenewal(present.certificate, now())) {
    const own = new X509Certificate(present.certificate);
    const reached = (name: string) => own.checkHost(name) ?? own.checkIP(name);
    if (names.every(reached)) return present;
  }
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = { kind: 'service', name: NAME, serverNames: names } as const;
  const { record } = await authority.issue(`service:${NAME}`, subject, certificateRequest(keys, NAME));
  const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const identity = { key, certificate: record.pem, authority: authority.pem };
  writeTlsFolder(folder, identity);
  return identity;
}

/** With the revocation list of this moment. */
export async function serverTls(options: OwnIdentityOptions): Promise<ServerTls> {
  const identity = await ownIdentity(options);
  const list = await options.authority.list();
  const revoked = (await options.authority.all()).filter(({ revokedAt }) => revokedAt !== null);
  return { ...identity, revocations: { list: list.pem, serials: revoked.map(({ serial }) => serial) } };
}

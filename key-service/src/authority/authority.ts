/**
 * The system's own certificate authority, for TLS between services, terminals and browsers (not for cards). Its key lives
 * in the HSM, which signs certificates and revocation lists; register and log keep every certificate ever issued.
 */
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { CertificateKind, CertificatePrincipal } from '@rhc/service-shell';
import type { AuditPort } from '../domain/ports.ts';
import { keyServiceErrors } from '../errors.ts';
import type { HsmPort } from '../hsm/port.ts';
import {
  authorityBody,
  certificateBody,
  type RevocationReason,
  revocationListBody,
  type Subject,
} from './certificate.ts';
import { pkcs12 } from './pkcs12.ts';
import { publicKeyOfRequest } from './request.ts';
import { type DistinguishedName, pem, pointInfo, signed } from './structures.ts';

export const AUTHORITY_KEY_PAIR = 'TLS.CA#1';
const ISSUER: DistinguishedName = {
  organization: '居民健康卡 RHC',
  unit: '密钥服务 key-service',
  common: '居民健康卡系统 TLS 证书机构 RHC TLS CA',
};
const DAY_MS = 24 * 3_600_000;
const AUTHORITY_DAYS = 3_650;
/** Services and terminals renew by themselves at two thirds; people come once a year. */
const LIFE_DAYS: Readonly<Record<CertificateKind, number>> = { service: 90, terminal: 90, operator: 365 };
/** Clocks of clinics run behind. */
const EARLIER_MS = 10 * 60_000;
const LIST_LIFE_MS = DAY_MS;
const SERIAL_BYTES = 16;
const ROLES: Readonly<Record<CertificateKind, readonly string[]>> = {
  service: ['service'],
  terminal: ['terminal'],
  // What an operator may do stands in the register and can change any day.
  operator: [],
};

export interface CertificateRecord {
  readonly serial: string;
  readonly kind: CertificateKind;
  readonly name: string;
  readonly roles: readonly string[];
  readonly serverNames: readonly string[];
  readonly pem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly issuedBy: string;
  readonly replaces: string | null;
  readonly revokedAt: Date | null;
  readonly revocationReason: RevocationReason | null;
}

export interface RevocationList {
  readonly number: number;
  readonly pem: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

export interface AuthorityStore {
  authority(): Promise<string | null>;
  /**
   * The CA's certificate. `make` runs in one process only, while the others wait: two key pairs of one name in the token
   * would sign with either.
   */
  makeAuthority(make: () => Promise<string>, at: Date): Promise<string>;
  add(record: CertificateRecord): Promise<void>;
  all(): Promise<CertificateRecord[]>;
  find(serial: string): Promise<CertificateRecord | null>;
  /** False when it was revoked before. */
  revoke(serial: string, at: Date, reason: RevocationReason): Promise<boolean>;
  latestList(): Promise<RevocationList | null>;
  /** False when another node has made this number. */
  addList(list: RevocationList): Promise<boolean>;
}

export interface AuthorityRoom {
  readonly hsm: Pick<HsmPort, 'run'>;
  readonly store: AuthorityStore;
  readonly audit: AuditPort;
  readonly now: () => Date;
  readonly random: (length: number) => Uint8Array;
  /** Where the revocation list is published, for the certificates' own pointer to it. */
  readonly listAddress: string | null;
}

export interface Issued {
  readonly record: CertificateRecord;
  readonly authority: string;
}

export class Authority {
  readonly #room: AuthorityRoom;
  readonly certificate: X509Certificate;
  readonly #publicKey: Uint8Array;

  private constructor(room: AuthorityRoom, certificate: string) {
    this.#room = room;
    this.certificate = new X509Certificate(certificate);
    this.#publicKey = Uint8Array.from(this.certificate.publicKey.export({ type: 'spki', format: 'der' }));
  }

  /** Makes key pair and CA certificate on the first start; of several nodes that start at once, one makes them. */
  static async open(room: AuthorityRoom): Promise<Authority> {
    const { store, audit, now } = room;
    const known = await store.authority();
    if (known !== null) return new Authority(room, known);
    await audit.record('authority-created', { pair: AUTHORITY_KEY_PAIR });
    return new Authority(room, await store.makeAuthority(() => ownCertificate(room), now()));
  }

  get pem(): string {
    return this.certificate.toString();
  }

  /** @throws CERTIFICATE_REQUEST_REFUSED, AUDIT_UNAVAILABLE */
  async issue(
    by: string,
    subject: Omit<Subject, 'roles'>,
    csr: string,
    replaces: string | null = null,
  ): Promise<Issued> {
    return this.#issue(by, subject, publicKeyOfRequest(csr), replaces);
  }

  /** @throws CERTIFICATE_REQUEST_REFUSED */
  checkRequest(csr: string): void {
    publicKeyOfRequest(csr);
  }

  /** A key made here and handed over once, for people's browsers. */
  async issuePkcs12(by: string, subject: Omit<Subject, 'roles'>, label: string, password: string) {
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const info = Uint8Array.from(keys.publicKey.export({ type: 'spki', format: 'der' }));
    const { record, authority } = await this.#issue(by, subject, info, null);
    const { privateKey } = keys;
    const { random } = this.#room;
    return { record, file: pkcs12({ privateKey, certificate: record.pem, authority, label, password, random }) };
  }

  /**
   * A new certificate for whoever holds a valid one, over the connection that it authenticated. Names and roles are the
   * old one's.
   * @throws CERTIFICATE_UNKNOWN for one that is not in the register or revoked
   */
  async renew(holder: CertificatePrincipal, csr: string): Promise<Issued> {
    const old = await this.#room.store.find(holder.serial);
    if (old === null || old.revokedAt !== null) {
      throw keyServiceErrors.make('CERTIFICATE_UNKNOWN', { detail: holder.serial });
    }
    return this.issue(holder.id, old, csr, old.serial);
  }

  async isValid(serial: string): Promise<boolean> {
    const found = await this.#room.store.find(serial);
    return found !== null && found.revokedAt === null && found.notAfter > this.#room.now();
  }

  all(): Promise<CertificateRecord[]> {
    return this.#room.store.all();
  }

  /** @throws CERTIFICATE_UNKNOWN */
  async revoke(by: string, serial: string, reason: RevocationReason, note: string): Promise<void> {
    const { store, audit, now } = this.#room;
    const found = await store.find(serial);
    if (found === null) throw keyServiceErrors.make('CERTIFICATE_UNKNOWN', { detail: serial });
    if (found.revokedAt !== null) return;
    await audit.record('certificate-revoked', { serial, for: `${found.kind}:${found.name}`, reason, note, by });
    if (await store.revoke(serial, now(), reason)) await this.#makeList();
  }

  /** The present list; made anew when half of its life is over. */
  async list(): Promise<RevocationList> {
    const latest = await this.#room.store.latestList();
    const half = this.#room.now().getTime() + LIST_LIFE_MS / 2;
    return latest !== null && latest.nextUpdate.getTime() > half ? latest : this.#makeList();
  }

  async #makeList(): Promise<RevocationList> {
    const { store, hsm, now } = this.#room;
    for (;;) {
      const revoked = (await store.all()).filter(({ revokedAt }) => revokedAt !== null);
      const number = ((await store.latestList())?.number ?? 0) + 1;
      const thisUpdate = now();
      const nextUpdate = new Date(thisUpdate.getTime() + LIST_LIFE_MS);
      const body = revocationListBody(
        { issuer: ISSUER, number, thisUpdate, nextUpdate, authorityKey: this.#publicKey },
        revoked.map(({ serial, revokedAt, revocationReason }) => ({
          serial: hexToBytes(serial),
          at: revokedAt ?? thisUpdate,
          reason: revocationReason ?? 'unspecified',
        })),
      );
      const list = { number, thisUpdate, nextUpdate, pem: pem('X509 CRL', await signBody(hsm, body)) };
      if (await store.addList(list)) return list;
    }
  }

  async #issue(
    by: string,
    { kind, name, serverNames }: Omit<Subject, 'roles'>,
    publicKey: Uint8Array,
    replaces: string | null,
  ): Promise<Issued> {
    const { hsm, store, audit, now, listAddress } = this.#room;
    const serial = serialNumber(this.#room);
    const roles = ROLES[kind];
    const notBefore = new Date(Math.floor((now().getTime() - EARLIER_MS) / 1000) * 1000);
    const notAfter = new Date(notBefore.getTime() + EARLIER_MS + LIFE_DAYS[kind] * DAY_MS);
    const body = certificateBody(
      { serial, issuer: ISSUER, notBefore, notAfter, publicKey },
      { kind, name, roles, serverNames },
      { publicKey: this.#publicKey, listAddress },
    );
    const text = bytesToHex(serial);
    const keyHash = createHash('sha256').update(publicKey).digest('hex');
    await audit.record('certificate-issued', { serial: text, for: `${kind}:${name}`, by, keyHash, replaces });
    const record: CertificateRecord = {
      ...{ serial: text, kind, name, roles, serverNames, notBefore, notAfter, replaces },
      pem: pem('CERTIFICATE', await signBody(hsm, body)),
      issuedBy: by,
      revokedAt: null,
      revocationReason: null,
    };
    await store.add(record);
    return { record, authority: this.pem };
  }
}

async function ownCertificate(room: AuthorityRoom): Promise<string> {
  const { publicKey } = await room.hsm.run('ensure-key-pair', { pair: AUTHORITY_KEY_PAIR });
  const notBefore = new Date(room.now().getTime() - EARLIER_MS);
  const notAfter = new Date(notBefore.getTime() + AUTHORITY_DAYS * DAY_MS);
  const frame = { serial: serialNumber(room), issuer: ISSUER, notBefore, notAfter, publicKey: pointInfo(publicKey) };
  return pem('CERTIFICATE', await signBody(room.hsm, authorityBody(frame)));
}

async function signBody(hsm: Pick<HsmPort, 'run'>, body: Uint8Array): Promise<Uint8Array> {
  const digest = Uint8Array.from(createHash('sha256').update(body).digest());
  return signed(body, (await hsm.run('sign', { pair: AUTHORITY_KEY_PAIR, digest })).signature);
}

/** Positive, never shortened: the register and TLS write the same digits. */
function serialNumber({ random }: Pick<AuthorityRoom, 'random'>): Uint8Array {
  const serial = random(SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

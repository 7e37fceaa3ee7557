/**
 * A machine's way to its TLS identity: it makes its key, asks for a certificate with a one-time code, keeps both in a
 * folder, and renews with the old certificate at two thirds of its life. The private key never leaves the machine.
 */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { type ErrorBody, errorFromBody } from '@rhc/card/errors';
import { dueForRenewal, readTlsFolder, type TlsIdentity, tlsFetch, writeTlsFolder } from '@rhc/service-shell';
import { certificateRequest } from '../authority/request.ts';
import { issuedCertificateResponse } from '../contract/index.ts';
import { keyServiceErrors } from '../errors.ts';

export interface EnrolmentOptions {
  readonly folder: string;
  /** For example `https://keys.example:8101`. */
  readonly baseUrl: string;
  /** What the machine calls itself in its request; whose certificate it is says the code. */
  readonly name: string;
}

const TIMEOUT_MS = 20_000;

/**
 * @param authority the CA's certificate (PEM), handed over with the code
 * @throws ENROLMENT_CODE_REFUSED, KEY_SERVICE_UNREACHABLE
 */
export async function enrolByCode(options: EnrolmentOptions, code: string, authority: string): Promise<TlsIdentity> {
  const send = tlsFetch(() => ({ authority }));
  return take(options, send, '/v1/enrolment/certificate', { code }, authority);
}

/** A new certificate when the present one is due; null when it is not. */
export async function renewIfDue(options: EnrolmentOptions, now: Date): Promise<TlsIdentity | null> {
  const present = readTlsFolder(options.folder);
  if (present === null || !dueForRenewal(present.certificate, now)) return null;
  return take(
    options,
    tlsFetch(() => present),
    '/v1/certificates/renewals',
    {},
    present.authority,
  );
}

async function take(
  { folder, baseUrl, name }: EnrolmentOptions,
  send: typeof fetch,
  path: string,
  words: Readonly<Record<string, string>>,
  authority: string,
): Promise<TlsIdentity> {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = JSON.stringify({ ...words, csr: certificateRequest(keys, name) });
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await send(new URL(path, baseUrl), { method: 'POST', headers, body, signal }).catch((cause) => {
    throw keyServiceErrors.make('KEY_SERVICE_UNREACHABLE', { cause, detail: path });
  });
  const text = (await answer.json().catch(() => null)) as { error?: ErrorBody } | null;
  if (!answer.ok) {
    if (text?.error?.message !== undefined) throw errorFromBody(text.error, answer.status);
    throw keyServiceErrors.make('KEY_SERVICE_ANSWER_INVALID', { detail: `${path}: status ${answer.status}` });
  }
  const checked = issuedCertificateResponse.safeParse(text);
  if (
    !checked.success ||
    !new X509Certificate(checked.data.certificate).verify(new X509Certificate(authority).publicKey)
  ) {
    throw keyServiceErrors.make('KEY_SERVICE_ANSWER_INVALID', { detail: path });
  }
  const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const identity = { key, certificate: checked.data.certificate, authority };
  writeTlsFolder(folder, identity);
  return identity;
}

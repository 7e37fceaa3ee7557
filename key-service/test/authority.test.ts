/**
 * The certificate authority on SoftHSM2, judged by openssl and node:crypto; enrolment, renewal, revocation; and mutual TLS
 * end to end: who is let in, who is refused, and in which words.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readTlsFolder, type TlsIdentity, tlsFetch, writeTlsFolder } from '@rhc/service-shell';
import { certificateRequest } from '../src/authority/request.ts';
import { enrolByCode, KeyServiceClient, renewIfDue } from '../src/client/index.ts';
import { certificatesResponse } from '../src/contract/index.ts';
import { projectRoot } from './pilot-room.ts';
import { RunningKeyService } from './running-service.ts';

jest.setTimeout(60_000);

const house = new RunningKeyService({ tls: true });
const file = (name: string) => join(house.state, name);
const openssl = (...words: string[]) =>
  execFileSync('openssl', words, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
const requestOf = (name = 'test', curve = 'P-256') =>
  certificateRequest(generateKeyPairSync('ec', { namedCurve: curve }), name);
const BY = 'operator:test';

/** As administrators would: over the same interface, with the test's role header. */
async function ask(method: string, path: string, role: string | null, body?: unknown, identity?: TlsIdentity) {
  const send = tlsFetch(() => identity ?? { authority: house.authority.pem });
  const answer = await send(`${house.url}${path}`, {
    method,
    headers: { ...(role === null ? {} : { 'x-test-role': role }), 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const json = /^application\/json\b/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, bytes, body: json ? JSON.parse(bytes.toString()) : null };
}

async function enrolled(kind: 'service' | 'terminal', name: string): Promise<TlsIdentity> {
  const { body } = await ask('POST', '/v1/certificates/enrolments', 'system-admin', { kind, name });
  return enrolByCode({ folder: file(`tls-${name}`), baseUrl: house.url, name }, body.code, house.authority.pem);
}
/** A folder as an operator keeps it, made from the browser certificate that an enrolment code gives. */
async function operatorIdentity(id: string, roles: readonly string[]): Promise<string> {
  await ask('POST', '/v1/operators', 'system-admin', { id, name: '演示' });
  const { body } = await ask('POST', `/v1/operators/${id}/enrolment-code`, 'system-admin');
  const password = '口令 correct horse';
  const made = await ask('POST', '/v1/enrolment/pkcs12', null, { code: body.code, password });
  await ask('PUT', `/v1/operators/${id}/roles`, 'security-admin', { roles, reason: '任命' });
  writeFileSync(file('identity.p12'), made.bytes);
  writeFileSync(file('identity.password'), password);
  const words = ['pkcs12', '-in', file('identity.p12'), '-passin', `file:${file('identity.password')}`, '-nodes'];
  const pem = openssl(...words);
  const folder = file(`identity-${id}`);
  const part = (name: string) =>
    new RegExp(`-----BEGIN ${name}-----[^-]+-----END ${name}-----\\n`).exec(pem)?.[0] ?? '';
  writeTlsFolder(folder, {
    key: part('PRIVATE KEY'),
    certificate: part('CERTIFICATE'),
    authority: house.authority.pem,
  });
  return folder;
}
const auditProgram = (name: string) => join(projectRoot, 'key-service/dist/audit', name);
/** Not in one go: the service that answers runs in this process. */
const exportWith = (...words: string[]) =>
  new Promise<{ status: number | null; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, [auditProgram('export-main.js'), '--url', house.url, ...words]);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += String(chunk);
    });
    child.once('close', (status) => resolve({ status, stderr }));
  });
const clientOf = (identity: TlsIdentity) =>
  new KeyServiceClient({ baseUrl: house.url, fetch: tlsFetch(() => identity) });
const serialOf = ({ certificate }: TlsIdentity) => new X509Certificate(certificate).serialNumber;
const prepare = {
  ...{ cardFactor: '0102030405060708', provinceCode: '13', challenge: 'A1A2A3A4A5A6A7A8', masterKeyVersion: 0 },
  ...{ securityCodeBlock: '000102030405060708090A0B0C0D0E0F', issuer: '1301000000000000000001' },
};

beforeAll(async () => {
  await house.start();
  writeFileSync(file('ca.pem'), house.authority.pem);
}, 180_000);
afterAll(() => house.stop(), 20_000);

describe('what the authority signs, judged by others', () => {
  test('its own certificate: a self-signed CA', () => {
    expect(house.authority.certificate.verify(house.authority.certificate.publicKey)).toBe(true);
    expect(house.authority.certificate.ca).toBe(true);
    expect(openssl('verify', '-CAfile', file('ca.pem'), '-x509_strict', file('ca.pem'))).toContain('OK');
  });

  test.each([
    ['service', ['keys.example', '10.1.2.3'], 'sslserver'],
    ['terminal', [], 'sslclient'],
    ['operator', [], 'sslclient'],
  ] as const)('a certificate for a %s', async (kind, serverNames, purpose) => {
    const { record } = await house.authority.issue(BY, { kind, name: `a.${kind}`, serverNames }, requestOf());
    writeFileSync(file('one.pem'), record.pem);
    const words = ['verify', '-CAfile', file('ca.pem'), '-x509_strict', '-purpose', purpose, file('one.pem')];
    expect(openssl(...words)).toContain('OK');
    const certificate = new X509Certificate(record.pem);
    expect(certificate.verify(house.authority.certificate.publicKey)).toBe(true);
    expect(certificate.checkIssued(house.authority.certificate)).toBe(true);
    expect(certificate.subjectAltName).toContain(`URI:urn:rhc:${kind}:a.${kind}`);
    for (const name of serverNames) expect(certificate.checkHost(name) ?? certificate.checkIP(name)).toBe(name);
    expect(certificate.ca).toBe(false);
    // A terminal's certificate does not serve.
    const serves = spawnSync('openssl', [
      'verify',
      '-CAfile',
      file('ca.pem'),
      '-purpose',
      'sslserver',
      file('one.pem'),
    ]);
    expect(serves.status === 0).toBe(kind === 'service');
  });

  test('a revocation list that openssl checks and that names what was revoked', async () => {
    const { record } = await house.authority.issue(
      BY,
      { kind: 'terminal', name: 'lost', serverNames: [] },
      requestOf(),
    );
    writeFileSync(file('lost.pem'), record.pem);
    const before = await house.authority.list();
    await house.authority.revoke(BY, record.serial, 'keyCompromise', '遗失');
    const list = await house.authority.list();
    expect(list.number).toBe(before.number + 1);
    writeFileSync(file('list.pem'), list.pem);
    const text = openssl('crl', '-in', file('list.pem'), '-noout', '-text', '-CAfile', file('ca.pem'));
    expect(text).toContain(record.serial);
    expect(text).toContain('Key Compromise');
    const words = ['verify', '-crl_check', '-CRLfile', file('list.pem'), '-CAfile', file('ca.pem')];
    const refused = spawnSync('openssl', [...words, file('lost.pem')]);
    expect([refused.status === 0, refused.stderr.toString()]).toEqual([false, expect.stringContaining('revoked')]);
    expect(openssl(...words, file('one.pem'))).toContain('OK');
    const { bytes } = await ask('GET', '/v1/authority/crl', null);
    writeFileSync(file('list.der'), bytes);
    expect(openssl('crl', '-inform', 'DER', '-in', file('list.der'), '-noout', '-crlnumber')).toMatch(/crlNumber/);
  });

  test('a browser certificate (PKCS#12) that openssl opens with its password only', async () => {
    const made = await ask('POST', '/v1/operators', 'system-admin', { id: 'lin.browser', name: '林浏览' });
    expect(made.status).toBe(201);
    const { body } = await ask('POST', '/v1/operators/lin.browser/enrolment-code', 'system-admin');
    const password = '口令 correct horse';
    const answer = await ask('POST', '/v1/enrolment/pkcs12', null, { code: body.code, password });
    expect(answer.status).toBe(201);
    writeFileSync(file('lin.p12'), answer.bytes);
    writeFileSync(file('password'), password);
    const pem = openssl('pkcs12', '-in', file('lin.p12'), '-passin', `file:${file('password')}`, '-nodes');
    expect(pem).toContain('BEGIN PRIVATE KEY');
    expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(spawnSync('openssl', ['pkcs12', '-in', file('lin.p12'), '-passin', 'pass:wrong', '-nodes']).status).not.toBe(
      0,
    );
    // And it signs in: a session, while the certificate itself is no caller.
    const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/.exec(pem)?.[0] ?? '';
    const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n/.exec(pem)?.[0] ?? '';
    const identity = { key, certificate, authority: house.authority.pem };
    await ask('PUT', '/v1/operators/lin.browser/roles', 'security-admin', { roles: ['officer'], reason: '任命' });
    expect((await ask('GET', '/v1/slots', null, undefined, identity)).status).toBe(401);
    expect((await ask('GET', '/v1/session', null, undefined, identity)).body.signIn.certificate).toBe(true);
    const signedIn = await ask('POST', '/v1/sign-in/certificate', null, {}, identity);
    expect([signedIn.status, signedIn.body.principal.roles]).toEqual([200, ['officer']]);
  });

  test('an auditor exports the log by certificate over mutual TLS and proves it offline; others are told why not', async () => {
    const identity = await operatorIdentity('qian.audit', ['audit-admin']);
    const out = file('export');
    const done = await exportWith('--identity', identity, '--out', out);
    expect(done).toMatchObject({ status: 0, stderr: '' });
    const files = ['audit-key.pem', 'leaves.jsonl', 'checkpoints.txt'].map((name) => join(out, name));
    const proof = spawnSync(process.execPath, [auditProgram('verify-main.js'), ...files], { encoding: 'utf8' });
    expect([proof.status, proof.stdout]).toEqual([0, expect.stringContaining('not yet signed: 0')]);
    // The session that it began stands in what it exported; it ended it itself.
    expect(readFileSync(join(out, 'leaves.jsonl'), 'utf8')).toMatch(/"operator-signed-in".*qian\.audit/);
    const sessions = await house.database('operator_sessions').pluck<string[]>('principal');
    expect(sessions).not.toContainEqual(expect.stringContaining('qian.audit'));

    const officer = await operatorIdentity('sun.officer', ['officer']);
    const refused = await exportWith('--identity', officer, '--out', file('none'));
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('AUDIT_EXPORT_REFUSED')]);
    const both = await exportWith('--identity', identity, '--token-file', file('password'), '--out', file('none'));
    expect([both.status, both.stderr]).toEqual([1, expect.stringContaining('AUDIT_EXPORT_USAGE')]);
    // The service's own authority is not one that the system trusts.
    writeFileSync(file('bearer'), 'x'.repeat(43), { mode: 0o600 });
    const untrusted = await exportWith('--token-file', file('bearer'), '--out', file('none'));
    expect(untrusted.stderr).toContain('KEY_SERVICE_UNREACHABLE');
    const unknown = await exportWith(
      '--token-file',
      file('bearer'),
      '--authority',
      file('ca.pem'),
      '--out',
      file('none'),
    );
    expect(unknown.stderr).toContain('AUDIT_EXPORT_REFUSED');
  }, 240_000);
});

describe('requests', () => {
  test.each([
    ['another curve', requestOf('x', 'P-384')],
    ['nonsense', '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n'],
    ['a changed signature', requestOf().replace(/.{8}\n-----END/, (text) => `AAAAAAA=${text.slice(8)}`)],
  ])('%s is refused and costs no code', async (_what, csr) => {
    const grant = { kind: 'terminal', name: 'desk-9' };
    const { body } = await ask('POST', '/v1/certificates/enrolments', 'system-admin', grant);
    const answer = await ask('POST', '/v1/enrolment/certificate', null, { code: body.code, csr });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'CERTIFICATE_REQUEST_REFUSED']);
    expect((await ask('POST', '/v1/enrolment/certificate', null, { code: body.code, csr: requestOf() })).status).toBe(
      201,
    );
    const again = await ask('POST', '/v1/enrolment/certificate', null, { code: body.code, csr: requestOf() });
    expect(again.body.error.code).toBe('ENROLMENT_CODE_REFUSED');
  });

  test("a request of openssl's is taken; the name in it counts for nothing", async () => {
    openssl(
      'req',
      '-new',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      '/CN=admin',
      '-keyout',
      file('o.key'),
      '-out',
      file('o.csr'),
    );
    const grant = { kind: 'terminal', name: 'desk-8' };
    const { body } = await ask('POST', '/v1/certificates/enrolments', 'system-admin', grant);
    const csr = readFileSync(file('o.csr'), 'utf8');
    const answer = await ask('POST', '/v1/enrolment/certificate', null, { code: body.code, csr });
    expect(new X509Certificate(answer.body.certificate).subject).toContain('CN=desk-8');
  });
});

describe('mutual TLS', () => {
  test('an enrolled service keys cards; a terminal only authenticates; nobody without a certificate', async () => {
    const issuer = await enrolled('service', 'card-issuer');
    expect(statSync(file('tls-card-issuer/key.pem')).mode & 0o777).toBe(0o600);
    expect(readTlsFolder(file('tls-card-issuer'))).toEqual({ ...issuer, key: issuer.key.trim() });
    expect((await clientOf(issuer).prepare(prepare)).keys.length).toBeGreaterThan(40);
    const desk = clientOf(await enrolled('terminal', 'desk-1'));
    const operations = [{ kind: 'external-authentication', slot: 'RK1.DDF1', challenge: 'A1A2A3A4A5A6A7A8' }] as const;
    const { cardFactor, provinceCode } = prepare;
    expect((await desk.terminal({ cardFactor, provinceCode, operations: [...operations] })).results).toHaveLength(1);
    await expect(desk.prepare(prepare)).rejects.toMatchObject({ code: 'FORBIDDEN', httpStatus: 403 });
    const nobody = new KeyServiceClient({
      baseUrl: house.url,
      fetch: tlsFetch(() => ({ authority: house.authority.pem })),
    });
    await expect(nobody.slots()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect((await nobody.status()).service).toBe('key-service');
  });

  test('a client that does not know the authority does not talk to us', async () => {
    const stranger = new KeyServiceClient({
      baseUrl: house.url,
      fetch: tlsFetch(() => ({ authority: ownAuthority().ca })),
    });
    await expect(stranger.status()).rejects.toMatchObject({ code: 'KEY_SERVICE_UNREACHABLE' });
  });

  test('a foreign certificate that names a service of ours is refused', async () => {
    const { key, certificate } = ownAuthority();
    const foreign = { key, certificate, authority: house.authority.pem };
    await expect(clientOf(foreign).slots()).rejects.toMatchObject({ code: 'CERTIFICATE_REFUSED', httpStatus: 401 });
  });

  test('an expired certificate is refused', async () => {
    house.aheadMs = -200 * 24 * 3_600_000;
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const subject = { kind: 'service', name: 'old', serverNames: [] } as const;
    const { record } = await house.authority.issue(BY, subject, certificateRequest(keys, 'old'));
    house.aheadMs = 0;
    const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const old = { key, certificate: record.pem, authority: house.authority.pem };
    await expect(clientOf(old).slots()).rejects.toMatchObject({ code: 'CERTIFICATE_REFUSED' });
  });

  test('a revoked one is refused at its next request, on an open connection too; then the connection is cut', async () => {
    const identity = await enrolled('service', 'short-lived');
    const agent = new Agent({
      key: identity.key,
      cert: identity.certificate,
      ca: identity.authority,
      keepAlive: true,
      maxSockets: 1,
    });
    const get = () =>
      new Promise<{ status: number; reused: boolean }>((resolve, reject) => {
        const sent = request(`${house.url}/v1/slots`, { agent }, (answer) => {
          answer.resume().once('end', () => resolve({ status: answer.statusCode ?? 0, reused: sent.reusedSocket }));
        });
        sent.once('error', reject).end();
      });
    expect(await get()).toEqual({ status: 200, reused: false });
    expect(await get()).toEqual({ status: 200, reused: true });
    const path = `/v1/certificates/${serialOf(identity)}/revocation`;
    const words = { reason: 'keyCompromise', note: '演练' };
    expect((await ask('POST', path, 'system-admin', words)).status).toBe(403);
    expect((await ask('POST', path, 'security-admin', words)).body.state).toBe('revoked');
    expect(await get()).toEqual({ status: 401, reused: true });
    house.service.updateTls(await house.tls());
    await expect(clientOf(identity).slots()).rejects.toMatchObject({ code: 'CERTIFICATE_REFUSED' });
    // The list reached TLS without a restart; others go on.
    expect((await get().catch(() => ({ status: 0, reused: false }))).reused).toBe(false);
    const other = readTlsFolder(file('tls-card-issuer'));
    if (other === null) throw new Error('not enrolled');
    expect((await clientOf(other).slots()).slots.length).toBeGreaterThan(20);
    agent.destroy();
  });

  test('renewal with the old certificate at two thirds of its life, with a fresh key; not earlier', async () => {
    const options = { folder: file('tls-card-issuer'), baseUrl: house.url, name: 'card-issuer' };
    const present = readTlsFolder(options.folder);
    expect(await renewIfDue(options, new Date())).toBeNull();
    const renewed = await renewIfDue(options, new Date(Date.now() + 61 * 24 * 3_600_000));
    if (present === null || renewed === null) throw new Error('nothing to renew');
    expect(renewed.key).not.toBe(present.key);
    expect((await clientOf(renewed).slots()).slots.length).toBeGreaterThan(20);
    const list = certificatesResponse.parse((await ask('GET', '/v1/certificates', 'audit-admin')).body);
    const row = list.certificates.find(({ serial }) => serial === serialOf(renewed));
    expect(row).toMatchObject({ principal: 'service:card-issuer', replaces: serialOf(present), state: 'valid' });
    const actions = (await house.audit.store.leaves(0, 1e6)).map((line) => JSON.parse(line).action);
    for (const action of ['authority-created', 'certificate-issued', 'certificate-revoked', 'enrolment-code-issued']) {
      expect(actions).toContain(action);
    }
    expect(existsSync(file('tls-card-issuer/key.pem.new'))).toBe(false);
  });
});

let foreign: { ca: string; key: string; certificate: string } | undefined;
/** Another authority, by openssl, that calls its client what ours calls card-issuer. */
function ownAuthority() {
  if (foreign !== undefined) return foreign;
  const at = (name: string) => join(file('foreign'), name);
  mkdirSync(file('foreign'), { recursive: true });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...ec, '-subj', '/CN=foreign', '-days', '9', '-keyout', at('ca.key'), '-out', at('ca.pem'));
  openssl('req', '-new', ...ec, '-subj', '/CN=card-issuer', '-keyout', at('c.key'), '-out', at('c.csr'));
  writeFileSync(at('ext'), 'subjectAltName=URI:urn:rhc:service:card-issuer,URI:urn:rhc:role:service\n');
  openssl(
    'x509',
    '-req',
    '-in',
    at('c.csr'),
    '-CA',
    at('ca.pem'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    '9',
    '-extfile',
    at('ext'),
    '-out',
    at('c.pem'),
  );
  const read = (name: string) => readFileSync(at(name), 'utf8');
  foreign = { ca: read('ca.pem'), key: read('c.key'), certificate: read('c.pem') };
  return foreign;
}

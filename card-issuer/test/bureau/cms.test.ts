/** The files as OpenSSL sees them, in both directions: a second implementation of CMS. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openEnvelope, sealEnvelope, signFile, verifyFile } from '../../src/bureau/cms/index.ts';
import { type Identity, identity } from './bureau-simulator.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));
const CONTENT = random(100_000);
let folder: string;
const at = (name: string) => join(folder, name);
const openssl = (...arguments_: string[]) => execFileSync('openssl', ['cms', ...arguments_], { stdio: 'pipe' });
const bytes = (name: string) => new Uint8Array(readFileSync(at(name)));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rhc-cms-'));
  writeFileSync(at('content'), CONTENT);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(who: Identity): void {
  writeFileSync(at('key.pem'), who.privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  writeFileSync(at('certificate.pem'), who.pem);
}

describe.each(['rsa:3072', 'P-256'] as const)('signed by %s', (kind) => {
  test('OpenSSL verifies what we sign, and we verify what OpenSSL signs', () => {
    const signer = identity('signer', kind);
    written(signer);
    writeFileSync(at('signed'), signFile(CONTENT, signer, new Date()));
    openssl(
      ...['-verify', '-binary', '-inform', 'DER', '-in', at('signed'), '-out', at('verified')],
      ...['-certfile', at('certificate.pem'), '-CAfile', at('certificate.pem')],
    );
    expect(Buffer.from(bytes('verified')).equals(Buffer.from(CONTENT))).toBe(true);
    openssl(
      ...[
        '-sign',
        '-binary',
        '-nodetach',
        '-outform',
        'DER',
        '-md',
        'sha256',
        '-in',
        at('content'),
        '-out',
        at('theirs'),
      ],
      ...['-signer', at('certificate.pem'), '-inkey', at('key.pem')],
    );
    const verified = verifyFile(bytes('theirs'), [signer.certificate], new Date());
    expect(Buffer.from(verified.content).equals(Buffer.from(CONTENT))).toBe(true);
    expect(() => verifyFile(bytes('theirs'), [identity('other', 'P-256').certificate], new Date())).toThrow(
      expect.objectContaining({ code: 'BUREAU_FILE_SIGNATURE' }),
    );
    const later = new Date(Date.now() + 40 * 24 * 3_600_000);
    expect(() => verifyFile(bytes('theirs'), [signer.certificate], later)).toThrow(
      expect.objectContaining({ code: 'BUREAU_CERTIFICATE_EXPIRED' }),
    );
  });
});

test('OpenSSL opens what we seal, and we open what OpenSSL seals; every altered byte of the key or the end is refused', () => {
  const receiver = identity('receiver');
  written(receiver);
  const sealed = sealEnvelope(CONTENT, receiver.certificate, random);
  writeFileSync(at('sealed'), sealed);
  openssl(
    ...['-decrypt', '-binary', '-inform', 'DER', '-in', at('sealed'), '-out', at('opened')],
    ...['-recip', at('certificate.pem'), '-inkey', at('key.pem')],
  );
  expect(Buffer.from(bytes('opened')).equals(Buffer.from(CONTENT))).toBe(true);
  openssl(
    ...['-encrypt', '-binary', '-outform', 'DER', '-aes-256-cbc', '-in', at('content'), '-out', at('theirs')],
    ...['-recip', at('certificate.pem'), '-keyopt', 'rsa_padding_mode:oaep', '-keyopt', 'rsa_oaep_md:sha256'],
  );
  expect(Buffer.from(openEnvelope(bytes('theirs'), receiver)).equals(Buffer.from(CONTENT))).toBe(true);
  const altered = Uint8Array.from(sealed);
  // Within the wrapped key, which stands before the 100 kB of content.
  const inKey = sealed.length - CONTENT.length - 120;
  altered[inKey] = (altered[inKey] ?? 0) ^ 1;
  expect(() => openEnvelope(altered, receiver)).toThrow(expect.objectContaining({ code: 'BUREAU_FILE_NOT_FOR_US' }));
  expect(() => openEnvelope(sealed.slice(0, -1), receiver)).toThrow(
    expect.objectContaining({ code: 'BUREAU_FILE_MALFORMED' }),
  );
});

/** The SAM against the dialogues that test-vectors/tools/make_sam_vectors.py computed: issue, every key, signature. */
import { execFileSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { blankVectorSam, samDialogue, samVectors } from '../../test/support/operational-sam.ts';
import { bytesOf, hexOf } from '../../test/support/test-terminal.ts';

describe.each(['intl-128', 'sm-128'] as const)('%s', (suite) => {
  const sam = blankVectorSam(suite);

  test.each(['issue', 'use', 'signature'])('%s', (name) => {
    sam.powerOn();
    const { steps } = samDialogue(`${name}/${suite}`);
    expect(steps.map(({ command }) => ({ command, answer: hexOf(sam.transmit(bytesOf(command))) }))).toEqual(steps);
  });
});

test('the file holds what it says', () => {
  expect(samVectors.dialogues).toHaveLength(samVectors.count);
  expect(samVectors.count).toBe(6);
});

test('OpenSSL verifies the signature of the vectors over the whole message', () => {
  const { message, publicKey, steps } = samDialogue('signature/intl-128');
  const point = bytesOf(publicKey ?? '');
  const [x, y] = [point.subarray(0, 32).toString('base64url'), point.subarray(32).toString('base64url')];
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  const signature = bytesOf((steps.at(-1)?.answer ?? '').slice(0, 128));
  expect(verify('sha256', bytesOf(message ?? ''), { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
});

test('OpenSSL verifies the SM2 signature, with the standard user id', () => {
  const { message, publicKey, steps } = samDialogue('signature/sm-128');
  // SubjectPublicKeyInfo of an SM2 point: id-ecPublicKey, curve 1.2.156.10197.1.301.
  const head = bytesOf('3059301306072A8648CE3D020106082A811CCF5501822D03420004');
  const spki = Buffer.concat([head, bytesOf(publicKey ?? '')]);
  const signature = bytesOf((steps.at(-1)?.answer ?? '').slice(0, 128));
  expect(opensslVerifiesSm2(spki, bytesOf(message ?? ''), signature)).toBe(true);
  expect(opensslVerifiesSm2(spki, bytesOf(`${message}00`), signature)).toBe(false);
});

/** DER signature and PEM key in files: the command line takes them no other way. */
function opensslVerifiesSm2(spki: Buffer, message: Buffer, signature: Buffer): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'sam-sm2-'));
  const integer = (bytes: Buffer) => {
    const value = Buffer.from([0, ...bytes.subarray(bytes.findIndex((byte) => byte !== 0))]);
    const short = (value[1] ?? 0) < 0x80 ? value.subarray(1) : value;
    return Buffer.concat([Buffer.of(0x02, short.length), short]);
  };
  const body = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))]);
  try {
    const file = (name: string, content: Buffer | string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const pem = `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----\n`;
    const files = ['-inkey', file('key.pem', pem), '-in', file('message', message)];
    const sigfile = ['-sigfile', file('signature', Buffer.concat([Buffer.of(0x30, body.length), body]))];
    const options = ['-rawin', '-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678'];
    execFileSync('openssl', ['pkeyutl', '-verify', '-pubin', ...options, ...files, ...sigfile], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

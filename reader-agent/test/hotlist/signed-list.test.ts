/** The hotlist is proved under the suite declared beside its key: ECDSA P-256 (`intl-128`) or SM2 with SM3 (`sm-128`). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { bytesToHex } from '@rhc/card/bytes';
import { type SigningSuite, softSigningKey } from '@rhc/card/crypto-node';
import { encodeBody, parseFile, withSignature } from '@rhc/card/hotlist';
import { HotlistDesk } from '../../src/hotlist/index.ts';
import { isSignedBy, type SigningKey, signingKeyIn } from '../../src/signing-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'rhc-signed-list-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MADE_AT = Date.UTC(2026, 10, 25) / 1000;
const SCALAR = new Uint8Array(32).fill(0x2a);
const SUITES: SigningSuite[] = ['intl-128', 'sm-128'];
const other = (suite: SigningSuite): SigningSuite => (suite === 'sm-128' ? 'intl-128' : 'sm-128');
const body = encodeBody({ kind: 'full', provinceCode: '13', version: 3, baseVersion: 0, madeAt: MADE_AT }, [5, 9]);
const listBy = (suite: SigningSuite) =>
  withSignature(body, { keyId: 'HOTLIST#1', signature: softSigningKey(suite, SCALAR).sign(body) });
const keyText = (suite: SigningSuite) => bytesToHex(softSigningKey(suite, SCALAR).publicKey);

function keyFile(text: string): string {
  const path = join(folder, 'hotlist-key.hex');
  writeFileSync(path, text);
  return path;
}

function deskWithKey(text: string): HotlistDesk {
  const key = signingKeyIn(keyFile(text)) as SigningKey;
  return new HotlistDesk({
    place: { read: () => null, write: () => undefined },
    verify: (_keyId, signed, signature) => isSignedBy(key, signed, signature),
    source: null,
    now: () => new Date(MADE_AT * 1000),
    stopHours: 24,
  });
}
const wrong = expect.objectContaining({ code: 'HOTLIST_SIGNATURE_WRONG' });

test.each(SUITES)('%s: a list signed under it is taken; changed anywhere, it is refused', (suite) => {
  const declared = `${suite}:${keyText(suite)}\n`;
  const list = listBy(suite);
  const desk = deskWithKey(declared);
  desk.take(list);
  expect(desk.state()).toMatchObject({ version: 3, entries: 2, error: null });
  const nameFrom = parseFile(list).body.length;
  for (let at = 0; at < list.length; at += 1) {
    // The key's name is not signed: a desk has one key, whatever the list calls it.
    if (at > nameFrom && at <= nameFrom + 'HOTLIST#1'.length) continue;
    const bent = list.slice();
    bent[at] = (bent[at] as number) ^ 1;
    const fresh = deskWithKey(declared);
    expect(() => fresh.take(bent)).toThrow(/HOTLIST_(SIGNATURE_WRONG|MALFORMED)/);
    expect(fresh.state().version).toBeNull();
  }
});

test.each(SUITES)('%s: a list signed under the other suite or by another key is refused', (suite) => {
  const desk = deskWithKey(`${suite}:${keyText(suite)}`);
  expect(() => desk.take(listBy(other(suite)))).toThrow(wrong);
  const stranger = softSigningKey(suite, new Uint8Array(32).fill(0x2b));
  expect(() => desk.take(withSignature(body, { keyId: 'HOTLIST#1', signature: stranger.sign(body) }))).toThrow(wrong);
  // The same point declared under the other suite is no point of that curve.
  expect(() => deskWithKey(`${other(suite)}:${keyText(suite)}`).take(listBy(suite))).toThrow(wrong);
});

test('a signature of another length is a wrong signature', () => {
  const signature = softSigningKey('sm-128', SCALAR).sign(body);
  for (const given of [signature.slice(0, 63), Uint8Array.of(...signature, 0)]) {
    const list = withSignature(body, { keyId: 'HOTLIST#1', signature: given });
    expect(() => deskWithKey(`sm-128:${keyText('sm-128')}`).take(list)).toThrow(wrong);
  }
});

test('a key without a suite is of intl-128; a suite without signatures and a short key are named with their file', () => {
  const desk = deskWithKey(keyText('intl-128').toLowerCase());
  desk.take(listBy('intl-128'));
  expect(desk.state().version).toBe(3);
  expect(signingKeyIn(undefined)).toBeNull();
  const path = join(folder, 'hotlist-key.hex');
  for (const [text, reason] of [
    [`pboc-3des:${keyText('intl-128')}`, '"pboc-3des" is not one of intl-128, sm-128'],
    [`sm-128:sm-128:${keyText('sm-128')}`, 'one suite and one key expected'],
    [`sm-128:${keyText('sm-128').slice(2)}`, '63 bytes, a public key has 64'],
  ] as const) {
    expect(() => signingKeyIn(keyFile(text))).toThrow(`${path}: ${reason}`);
  }
});

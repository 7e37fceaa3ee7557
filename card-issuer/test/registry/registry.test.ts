/** Report with cursor and checksum, lists of another province under their signature, the event log; on both engines. */
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeBody, withSignature } from '@rhc/card/hotlist';
import type { Issuer } from '../../src/app.ts';
import { issueSerial } from '../../src/domain/issue-serial.ts';
import { checksum, reportCsv } from '../../src/registry.ts';
import type { Database } from '../../src/store/index.ts';
import { inUse, issuerWith, TurnedClock } from '../life-cycle/in-use.ts';
import { ENGINES, openOn, refusal } from '../store/both-engines.ts';

const LONG_MS = 120_000;
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const verifyForeign = (keyId: string, body: Uint8Array, signature: Uint8Array) =>
  keyId === 'shanxi-1' && verify('sha256', body, publicKey, signature);

function foreignList(
  version: number,
  counters: readonly number[],
  keyId = 'shanxi-1',
  provinceCode = '14',
): Uint8Array {
  const body = encodeBody({ kind: 'full', provinceCode, version, baseVersion: 0, madeAt: 1_795_000_000 }, counters);
  return withSignature(body, { keyId, signature: new Uint8Array(sign('sha256', body, privateKey)) });
}

describe.each(ENGINES)('registry on %s', (engine) => {
  const clock = new TurnedClock();
  let database: Database;
  let close: () => Promise<void>;
  let issuer: Issuer;
  beforeAll(async () => {
    ({ database, close } = await openOn(engine));
    issuer = await issuerWith(database, clock, { verifyForeignHotlist: verifyForeign });
  }, LONG_MS);
  afterAll(async () => {
    await issuer?.stop();
    await close?.();
  }, LONG_MS);

  test('pages of a report join without gap or overlap; the same cursor gives the same page; checksums hold', async () => {
    const id = await inUse(issuer, database, clock, 1);
    await inUse(issuer, database, clock, 2);
    await issuer.service.lifeCycle.move(id, { move: 'report-lost', reason: 'lost', actor: 'x' }, null);
    const whole = await issuer.registry.report({ cursor: 0, limit: 100 });
    expect(whole.records.map(({ move }) => move)).toEqual([
      ...['bind-chip', 'verified', 'hand-over', 'bind-chip', 'verified', 'hand-over'],
      'report-lost',
    ]);
    expect(whole).toMatchObject({ schema: 'rhc-registry-report/1', more: false, sha256: checksum(whole.records) });
    expect(whole.records[0]).toMatchObject({ cardNumber: expect.stringMatching(/^130101/), areaCode: '130102' });
    const pieces = [];
    for (let cursor = 0; ; ) {
      const page = await issuer.registry.report({ cursor, limit: 3 });
      expect(await issuer.registry.report({ cursor, limit: 3 })).toEqual(page);
      pieces.push(...page.records);
      cursor = page.next;
      if (!page.more) break;
    }
    expect(pieces).toEqual(whole.records);
    const csv = reportCsv(whole);
    const [text = '', sum] = csv.split('#sha256=');
    expect(createHash('sha256').update(text).digest('hex')).toBe(sum?.trim());
  });

  test("another province's list: only under a trusted key, only forwards, and it answers look-ups", async () => {
    const listed = issueSerial('14', 77);
    expect(await issuer.registry.lookUp(listed)).toMatchObject({ answer: 'not-covered' });
    for (const bad of [
      foreignList(1, [77], 'stranger'),
      foreignList(1, [77]).map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
    ]) {
      expect(await refusal(issuer.registry.takeForeign(bad, 'm'))).toMatchObject({
        code: expect.stringMatching(/^HOTLIST_/),
      });
    }
    expect(await issuer.registry.takeForeign(foreignList(3, [5, 77, 900]), 'm')).toMatchObject({
      provinceCode: '14',
      version: 3,
      entries: 3,
    });
    expect(await issuer.registry.lookUp(listed)).toEqual({ answer: 'listed', source: 'foreign', version: 3 });
    expect(await issuer.registry.lookUp(issueSerial('14', 78))).toMatchObject({ answer: 'not-listed' });
    expect(await refusal(issuer.registry.takeForeign(foreignList(2, [5]), 'm'))).toMatchObject({
      code: 'FOREIGN_HOTLIST_OLD',
    });
    await issuer.registry.takeForeign(foreignList(4, [5]), 'm');
    expect(await issuer.registry.lookUp(listed)).toEqual({ answer: 'not-listed', source: 'foreign', version: 4 });
    expect(await refusal(issuer.registry.takeForeign(foreignList(9, [1], 'shanxi-1', '13'), 'm'))).toMatchObject({
      code: 'FOREIGN_HOTLIST_REFUSED',
    });
    expect(await issuer.registry.foreignLists()).toMatchObject([{ provinceCode: '14', version: 4 }]);
  });

  test('our own cards answer by their state now', async () => {
    const id = await inUse(issuer, database, clock, 3);
    const { issueSerial: serial } = await issuer.service.card(id);
    expect(await issuer.registry.lookUp(serial)).toMatchObject({ answer: 'not-listed', source: 'own' });
    await issuer.service.lifeCycle.move(id, { move: 'suspend', reason: 'loss-by-phone', actor: 'x' }, null);
    expect(await issuer.registry.lookUp(serial)).toMatchObject({ answer: 'listed', source: 'own' });
  });

  test('the event log goes on where a reader stopped, and names nobody', async () => {
    const all = await issuer.feed.placedAfter(0, 1000);
    const rest = await issuer.feed.placedAfter(all[4]?.position ?? 0, 1000);
    expect(rest).toEqual(all.slice(5));
    expect(all.map(({ position }) => position)).toEqual(all.map((_, index) => index + 1));
    expect(JSON.stringify(all)).not.toMatch(/张三丰|130101/);
  });
});

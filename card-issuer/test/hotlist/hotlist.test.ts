/** Lists out of real card states on both engines, signed through the port, followed by an agent over full and delta. */
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applyDelta, openCountyHotlist, openHotlist } from '@rhc/card/hotlist';
import type { Issuer } from '../../src/app.ts';
import { HotlistPublisher } from '../../src/hotlist-publisher.ts';
import type { Database } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { inUse, issuerWith, TurnedClock } from '../life-cycle/in-use.ts';
import { ENGINES, openOn } from '../store/both-engines.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const hotlistSigner = {
  keyId: 'test-1',
  sign: (body: Uint8Array) => Promise.resolve(new Uint8Array(sign('sha256', body, privateKey))),
};
const verifyOurs = (keyId: string, body: Uint8Array, signature: Uint8Array) =>
  keyId === 'test-1' && verify('sha256', body, publicKey, signature);

describe.each(ENGINES)('hotlist on %s', (engine) => {
  let database: Database;
  let close: () => Promise<void>;
  let issuer: Issuer;
  const clock = new TurnedClock();
  const move = (id: string, name: string, reason: string) =>
    issuer.service.lifeCycle.move(id, { move: name, reason, actor: '李' } as never, null);
  const serial = async (id: string) => (await issuer.service.card(id)).issueSerial;
  beforeAll(async () => {
    ({ database, close } = await openOn(engine));
    await database.migrate.down({ name: '004-hotlist', migrationSource: MIGRATIONS, tableName: 'schema_migrations' });
    expect(await database.schema.hasTable('hotlists')).toBe(false);
    issuer = await issuerWith(database, clock, { hotlistSigner });
  }, 60_000);
  afterAll(async () => {
    await issuer.stop();
    await close();
  });

  test('suspended, lost and cancelled are listed; lifted and taken back are not; deltas follow', async () => {
    await expect(issuer.hotlist.newest()).rejects.toMatchObject({ code: 'HOTLIST_NONE' });
    const cards: string[] = [];
    for (let n = 1; n <= 5; n++) cards.push(await inUse(issuer, database, clock, n));
    const [phone = '', lost = '', gone = '', good = '', late = ''] = cards;
    await move(phone, 'suspend', 'loss-by-phone');
    await move(lost, 'report-lost', 'stolen');
    await move(late, 'report-lost', 'lost');
    expect(await issuer.hotlist.publish()).toMatchObject({ version: 1, entries: 3, deltaBytes: null });
    const first = openHotlist((await issuer.hotlist.newest()).file, verifyOurs);
    expect(first.lookUp(await serial(phone))).toBe('listed');
    expect(first.lookUp(await serial(good))).toBe('not-listed');
    clock.turnHours(47);
    await move(phone, 'lift', 'found-by-holder');
    await move(gone, 'cancel', 'moved-away');
    // Out of date: every reader refuses it anyway.
    await database('cards').where({ id: late }).update({ expiry_date: '2026-11-24' });
    await issuer.hotlist.publish();
    const second = openHotlist(applyDelta(first, await issuer.hotlist.delta(2)), verifyOurs);
    expect(Buffer.from((await issuer.hotlist.newest()).file)).toEqual(
      Buffer.from(applyDelta(first, await issuer.hotlist.delta(2))),
    );
    const answers = await Promise.all(cards.map(async (id) => second.lookUp(await serial(id))));
    expect(answers).toEqual(['not-listed', 'listed', 'listed', 'not-listed', 'not-listed']);
    await move(gone, 'take-back', 'handed-in');
    clock.turnHours(1);
    expect(await issuer.hotlist.publish()).toMatchObject({ version: 3, entries: 1 });
    const { entries: versions } = await issuer.hotlist.versions({ limit: 10 });
    expect(versions.map(({ version, fullBytes }) => [version, fullBytes !== null])).toEqual([
      [3, true],
      [2, false],
      [1, false],
    ]);
    expect(versions.map(({ deltaBytes }) => deltaBytes !== null)).toEqual([true, true, false]);
    await expect(issuer.hotlist.delta(1)).rejects.toMatchObject({ code: 'HOTLIST_NONE' });
  });

  test("a county's file holds the listed cards of its residents, under the same version and key", async () => {
    const newest = await issuer.hotlist.newest();
    const whole = openHotlist(newest.file, verifyOurs);
    // All who were enrolled so far live in 130102; one moves away.
    const lostOnes = await issuer.service.cards({ state: 'lost', limit: 10 });
    // Another lost one is out of date and on no list.
    const card = lostOnes.find(({ issueSerial }) => whole.lookUp(issueSerial) === 'listed');
    await database('residents').where({ id: card?.residentId }).update({ area_code: '130123' });
    const here = openCountyHotlist((await issuer.hotlist.county('130102')).file, verifyOurs);
    const there = openCountyHotlist((await issuer.hotlist.county('130123')).file, verifyOurs);
    expect([here.version, here.madeAt, here.countyCode]).toEqual([newest.version, whole.madeAt, '130102']);
    expect([...here.counters(), ...there.counters()].toSorted()).toEqual([...whole.counters()].toSorted());
    expect(there.entries).toBe(1);
    expect(there.lookUp(card?.issueSerial ?? '')).toBe('listed');
    expect(here.lookUp(card?.issueSerial ?? '')).toBe('not-covered');
    expect(openCountyHotlist((await issuer.hotlist.county('130104')).file, verifyOurs).entries).toBe(0);
    // One file of one version, whoever asks and wherever the holder lives by now.
    await database('residents').where({ id: card?.residentId }).update({ area_code: '130102' });
    const [again, beside] = await Promise.all([issuer.hotlist.county('130123'), issuer.hotlist.county('130123')]);
    expect([again.file, beside.file].map((file) => openCountyHotlist(file, verifyOurs).entries)).toEqual([1, 1]);
    expect(Buffer.from(again.file)).toEqual(Buffer.from(beside.file));
    await expect(issuer.hotlist.county('130100')).rejects.toMatchObject({ code: 'HOTLIST_COUNTY_UNKNOWN' });
    await expect(issuer.hotlist.county("13'102")).rejects.toMatchObject({ code: 'HOTLIST_COUNTY_UNKNOWN' });
  });

  test("a county's file that the signer did not sign is made when it is asked for again", async () => {
    const { version } = await issuer.hotlist.newest();
    let ready = false;
    const signer = {
      ...hotlistSigner,
      sign: async (body: Uint8Array) => {
        if (ready) return hotlistSigner.sign(body);
        throw new Error('away');
      },
    };
    const publisher = new HotlistPublisher({ database, clock, provinceCode: '13', signer, everyHours: 0 });
    await expect(publisher.county('130102')).rejects.toThrow('away');
    ready = true;
    expect(openCountyHotlist((await publisher.county('130102')).file, verifyOurs).version).toBe(version);
    // Another version, other files.
    const next = await issuer.hotlist.publish();
    expect(openCountyHotlist((await publisher.county('130102')).file, verifyOurs).version).toBe(next.version);
  });

  test('a list signed by another key is refused, a version is published once', async () => {
    const { file, version: before } = await issuer.hotlist.newest();
    expect(() => openHotlist(file, () => false)).toThrow(/HOTLIST_SIGNATURE_WRONG/);
    const both = await Promise.allSettled([issuer.hotlist.publish(), issuer.hotlist.publish()]);
    const versions = both.map((one) => (one.status === 'fulfilled' ? one.value.version : one.reason.code)).sort();
    expect([
      [before + 1, before + 2],
      [before + 1, 'HOTLIST_PUBLISHED_MEANWHILE'],
    ]).toContainEqual(versions);
    const unsigned = await issuerWith(database, clock);
    await expect(unsigned.hotlist.publish()).rejects.toMatchObject({ code: 'HOTLIST_NO_SIGNER' });
    await unsigned.stop();
  });

  test('a list that grew old is published anew by itself, once, whichever node is first', async () => {
    const [newest] = (await issuer.hotlist.versions({ limit: 1 })).entries;
    const version = newest?.version ?? 0;
    const parts = { database, clock, provinceCode: '13', signer: hotlistSigner, everyHours: 24 };
    const nodes = [new HotlistPublisher(parts), new HotlistPublisher(parts)] as const;
    clock.turnHours(1);
    await nodes[0].tick();
    expect((await issuer.hotlist.versions({ limit: 1 })).entries[0]?.version).toBe(version);
    clock.turnHours(23);
    await Promise.all(nodes.map((node) => node.tick()));
    await nodes[1].tick();
    expect((await issuer.hotlist.versions({ limit: 1 })).entries[0]?.version).toBe(version + 1);
    clock.turnHours(48);
    await new HotlistPublisher({ ...parts, everyHours: 0 }).tick();
    await new HotlistPublisher({ ...parts, signer: null }).tick();
    expect((await issuer.hotlist.versions({ limit: 1 })).entries[0]?.version).toBe(version + 1);
  });
});

/**
 * A whole rotation over HTTP on a real token, with cards in traffic from the first step to the last: cards that hold the
 * old version, the new one, and both. Not one authentication fails. On SQLite and PostgreSQL.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type PostgresCluster, startPostgresCluster } from '../../scripts/postgres-cluster/postgres-cluster.mjs';
import { dryRunResponse, rotationEvidenceResponse, rotationResponse } from '../src/contract/index.ts';
import { p256Officer, rosterOf } from './officers.ts';
import { cardKey, disperse, ecb, hex, temporaryFolder } from './pilot-room.ts';
import { pilotState } from './pilot-state.ts';
import { openServiceRoom, type ServiceRoom } from './service-room.ts';

jest.setTimeout(120_000);

let postgres: PostgresCluster;
beforeAll(async () => {
  postgres = await startPostgresCluster({ parentDir: '/tmp' });
}, 60_000);
afterAll(async () => {
  await postgres?.stop();
}, 60_000);

const a = p256Officer('operator:a', ['officer']);
const b = p256Officer('operator:b', ['officer']);
const c = p256Officer('operator:c', ['officer']);
const auditor = p256Officer('operator:auditor', ['audit-admin']);
const security = 'operator:security';
const issuer = 'service:issuer';
const callers = { [security]: ['security-admin'], [a.id]: ['officer'], [b.id]: ['officer'], [issuer]: ['service'] };
const SLOT = 'RK1.DDF1';
// Expiry is judged by the worker's own clock, so the drill starts now.
const start = Date.now();
const day = (days: number) => new Date(start + days * 86_400_000);

/** Halves-XOR of E(SK, R_T ‖ 0⁸), as a card computes it. */
function expected(version: number, factor: Buffer, challenge: string, random: string): string {
  const block = ecb(
    disperse(cardKey(SLOT, version, factor), hex(challenge)),
    Buffer.concat([hex(random), Buffer.alloc(8)]),
  );
  return Buffer.from(block.subarray(0, 8).map((byte, i) => byte ^ (block[8 + i] ?? 0)))
    .toString('hex')
    .toUpperCase();
}

describe.each(['sqlite', 'postgresql'] as const)('on %s', (engine) => {
  const state = temporaryFolder();
  let room: ServiceRoom;
  let clock = day(0);
  const traffic = { running: true, done: 0, failed: [] as unknown[], answered: new Set<number>() };

  /** One authentication of a card: it names the version that it holds, or takes the one the service prefers if it holds both. */
  async function authenticate(holds: readonly number[]): Promise<void> {
    const factor = randomBytes(8);
    const challenge = randomBytes(8).toString('hex').toUpperCase();
    const named = holds.length === 1 ? { version: holds[0] } : {};
    const { body } = await room.call(issuer, 'POST', '/v1/terminal', {
      cardFactor: factor.toString('hex').toUpperCase(),
      provinceCode: '13',
      operations: [{ kind: 'external-authentication', slot: SLOT, challenge, ...named }],
    });
    const result = body.results?.[0];
    traffic.done++;
    if (result === undefined || !holds.includes(result.version)) traffic.failed.push(body);
    else if (result.cryptogram !== expected(result.version, factor, challenge, result.terminalRandom)) {
      traffic.failed.push(result);
    } else traffic.answered.add(result.version);
  }
  async function cardsInTraffic(): Promise<void> {
    while (traffic.running) for (const holds of [[1], [2], [1, 2]]) await authenticate(holds);
  }
  const some = async () => {
    const until = traffic.done + 6;
    while (traffic.done < until) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  beforeAll(async () => {
    await pilotState(state);
    const location = engine === 'sqlite' ? join(state, 'key-service.sqlite') : postgres.url;
    if (engine === 'postgresql') await copyVersions(join(state, 'key-service.sqlite'), location);
    room = await openServiceRoom({ state, location, callers, now: () => clock, workers: 2 });
    const people = [a, b, c, auditor].map(({ person }) => person);
    await room.foundRoster((tokenSerial) => rosterOf(people, { tokenSerial }));
  }, 180_000);
  afterAll(async () => {
    await room?.close();
    rmSync(state, { recursive: true, force: true });
  }, 20_000);

  const order = (more: object = {}) => ({
    slots: [SLOT],
    suite: 'intl-128',
    source: 'present',
    reason: 'the yearly change',
    activateAt: day(2).toISOString(),
    regions: [{ province: '13', activateAt: day(1).toISOString() }],
    ...more,
  });
  const step = async (id: string, name: string) =>
    rotationResponse.parse((await room.call(security, 'POST', `/v1/rotations/${id}/${name}`, {})).body).rotation;
  const view = async (id: string) =>
    rotationResponse.parse((await room.call(security, 'GET', `/v1/rotations/${id}`)).body).rotation;
  async function approveAndExecute(approval: string) {
    const { body } = await room.call(security, 'GET', `/v1/approvals/${approval}`);
    for (const officer of [a, b]) {
      const { kind, credential, signature } = officer.approve(body.approval.canonical) as unknown as Record<
        string,
        string
      >;
      const given = await room.call(officer.id, 'POST', `/v1/approvals/${approval}/approve`, {
        kind,
        credential,
        signature,
      });
      expect(given.status).toBe(200);
    }
    return room.call(security, 'POST', `/v1/approvals/${approval}/execute`);
  }
  const approvalOf = (rotation: { approvals: { step: string; approval: string }[] }, name: string) =>
    rotation.approvals.find((each) => each.step === name)?.approval ?? '';
  const report = (seen: number, total: number) =>
    room.call(issuer, 'POST', '/v1/sightings', {
      reportedAt: clock.toISOString(),
      populations: [{ kind: 'card', region: '1301', total }],
      seen: [{ kind: 'card', region: '1301', slot: SLOT, version: 2, count: seen }],
    });

  test('the dry run says what would happen, and what stands against it', async () => {
    const good = dryRunResponse.parse((await room.call(security, 'POST', '/v1/rotations/dry-run', order())).body);
    expect(good).toMatchObject({
      possible: true,
      faults: [],
      numbers: { keys: 1, keysOnCard: 44, keysOnCardAtMost: 66 },
    });
    expect(good.numbers.monthsToOnePercent).toBeCloseTo(20.6, 1);
    expect(good.sentences.map(({ en }) => en).join(' ')).toContain('RK1.DDF1 1→2');
    const bad = order({
      slots: ['NOPE'],
      activateAt: day(-1).toISOString(),
      regions: [{ province: '99', activateAt: day(1).toISOString() }],
    });
    const { possible, faults } = dryRunResponse.parse(
      (await room.call(security, 'POST', '/v1/rotations/dry-run', bad)).body,
    );
    expect(possible).toBe(false);
    expect(faults.map(({ en }) => en)).toEqual([
      'NOPE has no active version',
      'the activation must lie ahead',
      'the hierarchy has no province 99',
      'province 99 would come after the whole',
    ]);
  });

  test('from plan to retirement, with cards in traffic all the way', async () => {
    const running = [cardsInTraffic(), cardsInTraffic()];
    try {
      const planned = rotationResponse.parse(
        (await room.call(security, 'POST', '/v1/rotations', order())).body,
      ).rotation;
      const { id } = planned;
      expect((await room.call(security, 'POST', '/v1/rotations', order())).body.error.code).toBe('ROTATION_REFUSED');
      await some();
      const asked = await step(id, 'prepare');
      expect(asked.state).toBe('planned');
      expect((await step(id, 'prepare')).approvals).toEqual(asked.approvals);
      expect((await approveAndExecute(approvalOf(asked, 'prepare'))).body.approval.state).toBe('executed');
      expect(await view(id)).toMatchObject({ state: 'prepared', next: ['activate', 'roll-back'] });
      traffic.answered.clear();
      await some();
      clock = day(1);
      await room.keyService.tick();
      expect(await view(id)).toMatchObject({
        state: 'activating',
        regions: [{ province: '13', activatedAt: day(1).toISOString() }],
      });
      await some();
      clock = day(2);
      await Promise.all([room.keyService.tick(), room.keyService.rotations.tick()]);
      expect(await view(id)).toMatchObject({
        state: 'watching',
        slots: [{ fromState: 'deactivated', toState: 'active' }],
      });
      await some();
      await report(60, 100);
      expect(await view(id)).toMatchObject({ blocked: [{ en: '40 cards or SAMs still need the old versions' }] });
      const { evidence } = rotationEvidenceResponse.parse(
        (await room.call(security, 'GET', `/v1/rotations/${id}/evidence`)).body,
      );
      expect(evidence).toMatchObject([{ waiting: 40, regions: [{ region: '1301', seen: 60, waiting: 40 }] }]);
      expect(evidence[0]?.projection[1]).toEqual({ month: 1, waiting: 32 });
      // An older report that comes late changes nothing.
      const late = { ...order(), reportedAt: day(0).toISOString() };
      await room.call(issuer, 'POST', '/v1/sightings', {
        reportedAt: late.reportedAt,
        populations: [{ kind: 'card', region: '1301', total: 1 }],
        seen: [],
      });
      await report(100, 100);
      const retiring = await step(id, 'retire');
      // More cards turn up than the approvers were told: it does not happen.
      await report(99, 100);
      expect((await approveAndExecute(approvalOf(retiring, 'retire'))).body.error.code).toBe('KEY_IN_FIELD');
      await report(100, 100);
      const again = await step(id, 'retire');
      traffic.running = false;
      await Promise.all(running);
      expect((await approveAndExecute(approvalOf(again, 'retire'))).body.approval.state).toBe('executed');
      expect(await view(id)).toMatchObject({ state: 'retired', next: [] });
      const detail = await room.call(security, 'GET', `/v1/key-versions/${SLOT}/1`);
      expect(detail.body).toMatchObject({ state: 'deactivated', destroyAt: day(32).toISOString() });
    } finally {
      traffic.running = false;
      await Promise.allSettled(running);
    }
    expect(traffic.failed).toEqual([]);
    expect(traffic.done).toBeGreaterThan(20);
    expect([...traffic.answered].sort()).toEqual([1, 2]);
  });

  test('the destruction asks for a quorum of its own when it is due', async () => {
    clock = day(40);
    await room.keyService.tick();
    await room.keyService.tick();
    const { body } = await room.call(security, 'GET', '/v1/approvals?state=open');
    expect(body.approvals).toHaveLength(1);
    expect(body.approvals[0].steps).toEqual([{ operation: 'destroy-root', parameters: { root: `${SLOT}#1` } }]);
    expect((await room.call(security, 'GET', `/v1/key-versions/${SLOT}/1`)).body.state).toBe('deactivated');
  });

  test('a rotation of keys that the token makes, rolled back after its activation', async () => {
    const made = order({ slots: ['RK1.DF02'], source: 'generate', activateAt: day(50).toISOString(), regions: [] });
    const planned = rotationResponse.parse((await room.call(security, 'POST', '/v1/rotations', made)).body).rotation;
    expect(planned.slots).toMatchObject([{ from: 1, to: 3, kcv: null }]);
    // Approvals are judged by the real clock in the worker; the service's clock stands still meanwhile.
    clock = new Date();
    const asked = await step(planned.id, 'prepare');
    await approveAndExecute(approvalOf(asked, 'prepare'));
    const prepared = await view(planned.id);
    expect(prepared.slots[0]?.kcv).toMatch(/^[0-9A-F]{6}$/);
    clock = day(51);
    await room.keyService.tick();
    expect((await view(planned.id)).state).toBe('watching');
    clock = new Date();
    const back = await step(planned.id, 'roll-back');
    await approveAndExecute(approvalOf(back, 'roll-back'));
    expect(await view(planned.id)).toMatchObject({
      state: 'rolled-back',
      slots: [{ fromState: 'active', toState: 'deactivated' }],
    });
  });

  test('policy, cryptoperiod and suspension of a version; how far its compromise would reach', async () => {
    clock = new Date();
    const path = '/v1/key-versions/RK1.DF01/1';
    const asked = await room.call(security, 'PUT', `${path}/policy`, {
      policy: { dailyCeiling: 1, provinces: ['13'] },
      reason: 'a limit',
    });
    expect(asked.status).toBe(202);
    expect((await approveAndExecute(asked.body.approval)).body.approval.state).toBe('executed');
    const use = () =>
      room.call(issuer, 'POST', '/v1/terminal', {
        cardFactor: '0102030405060708',
        provinceCode: '13',
        operations: [{ kind: 'external-authentication', slot: 'RK1.DF01', challenge: '0102030405060708' }],
      });
    expect((await use()).status).toBe(200);
    expect((await use()).body.error.code).toBe('KEY_CEILING_REACHED');
    const ends = await room.call(security, 'PUT', `${path}/cryptoperiod`, {
      ends: day(30).toISOString(),
      reason: 'a year',
    });
    await approveAndExecute(ends.body.approval);
    expect((await room.call(a.id, 'POST', `${path}/suspend`, { reason: 'a doubt' })).body).toMatchObject({
      state: 'suspended',
    });
    await room.keyService.tick();
    const detail = await room.call(security, 'GET', path);
    expect(detail.body).toMatchObject({
      state: 'suspended',
      policy: { dailyCeiling: 1 },
      usesByDay: [{ operation: 'terminal', uses: 1 }],
    });
    expect(detail.body.history.map(({ to }: { to: string }) => to)).toEqual([
      'active',
      'active',
      'active',
      'suspended',
    ]);
    const radius = await room.call(security, 'GET', '/v1/key-versions/MK.MF/1/blast-radius');
    expect(radius.body.alsoAffected.length).toBeGreaterThan(20);
    expect(radius.body.provinces).toHaveLength(1);
  });
});

/** The pilot's ceremony writes SQLite; its versions are carried over as they are. */
async function copyVersions(from: string, to: string): Promise<void> {
  const { openDatabase } = await import('../src/store/database.ts');
  const [source, target] = [await openDatabase(from), await openDatabase(to)];
  for (const table of ['key_versions', 'key_version_moves']) {
    const rows = await source(table).select();
    await target(table).insert(rows.map(({ id: _, ...row }) => row));
  }
  await source.destroy();
  await target.destroy();
}

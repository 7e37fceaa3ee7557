/**
 * The audit log on SQLite and PostgreSQL, signed in SoftHSM2: what an auditor detects, what an outage does, and that
 * nothing is lost or doubled. Attacks are SQL statements of somebody who may do everything in the database.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { Knex } from 'knex';
import { type PostgresCluster, startPostgresCluster } from '../../scripts/postgres-cluster/postgres-cluster.mjs';
import { attachHsm } from '../src/attach.ts';
import { AUDIT_ORIGIN, type AuditRoom, openAuditRoom } from '../src/audit/audit-room.ts';
import { noteDigest, openNote, publicKeyOf, signedNote } from '../src/audit/checkpoint.ts';
import { canonicalJson, parseLeaf } from '../src/audit/leaf.ts';
import { Frontier, textLeafHash, verifyConsistency, verifyInclusion } from '../src/audit/merkle-tree.ts';
import type { AuditStore } from '../src/audit/ports.ts';
import { consistencyProof, inclusionProof } from '../src/audit/proofs.ts';
import { verifyExport } from '../src/audit/verify-export.ts';
import { stateFolder } from '../src/ceremony-room.ts';
import type { HsmWorkerPool } from '../src/hsm/worker-pool.ts';
import { auditStore } from '../src/store/audit-store.ts';
import { openDatabase } from '../src/store/database.ts';
import { config, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';
import { pilotState } from './pilot-state.ts';

const state = temporaryFolder();
const folder = stateFolder(state);
const now = () => new Date('2026-11-22T00:00:00Z');
let hsm: HsmWorkerPool;
let postgres: PostgresCluster;

beforeAll(async () => {
  await pilotState(state);
  hsm = await attachHsm({ ...folder, config, workerPath, tokenLabel: TOKEN_LABEL, workers: 1 });
  postgres = await startPostgresCluster({ parentDir: '/tmp' });
}, 180_000);

afterAll(async () => {
  await hsm?.close();
  await postgres?.stop();
  rmSync(state, { recursive: true, force: true });
}, 60_000);

let rooms = 0;
const roomFolder = () => join(state, `room-${rooms++}`);
const tuning = { checkpointAfterMs: 3_600_000, retryAfterMs: 10 };
const openRoom = (
  store: AuditStore,
  at = roomFolder(),
  more: { spoolCapacity?: number; tuning?: typeof tuning } = {},
) => openAuditRoom({ store, hsm, folder: at, now, tuning, ...more });

/** Everything that an auditor takes home. */
async function exported(room: AuditRoom) {
  return { lines: await room.store.leaves(0, 1e9), notes: await room.store.checkpoints(0, 1_000) };
}
const check = ({ lines, notes }: { lines: string[]; notes: string[] }, key: AuditRoom['log']['publicKey']) =>
  verifyExport(lines, notes, key);
const kinds = async (...given: Parameters<typeof check>) => (await check(...given)).faults.map(({ kind }) => kind);

test('the ceremony wrote its leaves, signed by the token', async () => {
  const database = await openDatabase(folder.database);
  const room = await openRoom(auditStore(database));
  const { lines, notes } = await exported(room);
  const actions = lines.map((line) => parseLeaf(line)?.action);
  expect(actions.slice(0, 2)).toEqual(['token-initialised', 'ceremony-begun']);
  const count = (name: string) => actions.filter((action) => action === `ceremony-${name}`).length;
  expect([count('key-made'), count('key-confirmed'), count('key-activated')]).toEqual([52, 52, 26]);
  expect(actions.slice(-2)).toEqual(['ceremony-completed', 'ceremony-minutes']);
  const report = await check({ lines, notes }, room.log.publicKey);
  expect(report).toMatchObject({ leaves: 160, covered: 160, origin: AUDIT_ORIGIN, faults: [] });
  await room.close();
  await database.destroy();
});

describe.each(['sqlite', 'postgresql'] as const)('on %s', (engine) => {
  let database: Knex;
  let store: AuditStore;
  let anchorFolder: string;
  let room: AuditRoom;

  beforeAll(async () => {
    database = await openDatabase(engine === 'sqlite' ? join(state, 'audit.sqlite') : postgres.url);
    store = auditStore(database);
    anchorFolder = roomFolder();
    room = await openRoom(store, anchorFolder);
    for (let i = 0; i < 20; i++) await room.log.record('test', { number: i });
    await room.log.checkpoint();
    await Promise.all(Array.from({ length: 30 }, (_, i) => room.log.record('test', { number: 20 + i, 名: '值' })));
    await room.log.checkpoint();
  }, 60_000);
  afterAll(async () => {
    await room?.close();
    await database?.destroy();
  });

  test('an untouched export verifies; entries written together are there once and in order', async () => {
    const whole = await exported(room);
    expect(await check(whole, room.log.publicKey)).toMatchObject({ leaves: 50, confirmed: 2, covered: 50, faults: [] });
    expect(whole.lines.map((line) => parseLeaf(line)?.details.number)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  test('proofs from the store hold against the signed checkpoints', async () => {
    const [first, second] = (await store.checkpoints(0, 10)).map((note) => openNote(note, room.log.publicKey));
    if (first === undefined || second === undefined || typeof first === 'string' || typeof second === 'string') {
      throw new Error('no checkpoints');
    }
    for (let index = 0; index < 50; index++) {
      const proof = await inclusionProof(store, index, 50);
      expect(verifyInclusion(textLeafHash(proof.leaf), { ...proof, root: second.root })).toBe(true);
    }
    expect(verifyConsistency(first, second, await consistencyProof(store, 20, 50))).toBe(true);
    await expect(inclusionProof(store, 50, 50)).rejects.toMatchObject({ code: 'AUDIT_RANGE' });
    await expect(consistencyProof(store, 20, 51)).rejects.toMatchObject({ code: 'AUDIT_RANGE' });
  });

  test('deletion, reordering, truncation and every flipped bit of a leaf are seen in an export', async () => {
    const { lines, notes } = await exported(room);
    const key = room.log.publicKey;
    const without = lines.filter((_, index) => index !== 7);
    expect(await kinds({ lines: without, notes }, key)).toContain('leaf-order');
    const swapped = lines.with(3, lines[4] as string).with(4, lines[3] as string);
    expect(await kinds({ lines: swapped, notes }, key)).toContain('root');
    expect(await kinds({ lines: lines.slice(0, 30), notes }, key)).toEqual(['truncated']);
    // Both cut: only a checkpoint that the auditor kept shows it.
    expect(await kinds({ lines: lines.slice(0, 20), notes: notes.slice(0, 1) }, key)).toEqual([]);
    expect(await kinds({ lines: lines.slice(0, 20), notes }, key)).toEqual(['truncated']);
    const target = Buffer.from(lines[11] as string);
    for (let bit = 0; bit < target.length * 8; bit++) {
      const flipped = Buffer.from(target);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const report = await check({ lines: lines.with(11, flipped.toString('latin1')), notes }, key);
      expect(report.faults).toContainEqual({ kind: 'root', size: 20, after: 0 });
    }
  });

  test('every flipped bit of a checkpoint is seen', async () => {
    const { lines, notes } = await exported(room);
    const text = Buffer.from(notes[1] as string);
    let seen = 0;
    for (let bit = 0; bit < text.length * 8; bit++) {
      const flipped = Buffer.from(text);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const report = await check({ lines, notes: [notes[0] as string, flipped.toString('utf8')] }, room.log.publicKey);
      // Spare bits of base64 padding and the line's end are not under the signature; what they say stays the same.
      if (report.faults.length > 0) seen++;
      else expect(report).toMatchObject({ confirmed: 2, covered: 50 });
    }
    expect(seen).toBeGreaterThan(text.length * 7);
  });

  test('a database administrator who rewrites a leaf and all hashes gets no signature over it', async () => {
    const original = await exported(room);
    const rewritten = original.lines.map((line, index) => {
      const leaf = parseLeaf(line);
      return index === 5 ? canonicalJson({ ...leaf, details: { number: 666 } }) : line;
    });
    const nodes = new Map<string, string>();
    const forged = new Frontier();
    for (const line of rewritten) {
      for (const node of forged.append(textLeafHash(line)))
        nodes.set(`${node.level}/${node.position}`, bytesToHex(node.hash));
    }
    const before = await database('audit_nodes').select('level', 'position', 'hash');
    const place = async (lines: readonly string[], hashes: (level: number, position: number) => string) => {
      await database('audit_leaves').where({ position: 5 }).update({ leaf: lines[5] });
      for (const { level, position } of before) {
        await database('audit_nodes')
          .where({ level, position })
          .update({ hash: hashes(level, Number(position)) });
      }
    };
    await place(rewritten, (level, position) => nodes.get(`${level}/${position}`) ?? '');

    // The export shows it, with all checkpoints or with a forged one.
    expect(await kinds(await exported(room), room.log.publicKey)).toEqual(['root', 'root']);
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const checkpoint = { origin: AUDIT_ORIGIN, size: 50, root: forged.root };
    const raw = sign('sha256', Buffer.from(noteDigest(checkpoint)), { key: own.privateKey, dsaEncoding: 'ieee-p1363' });
    const note = signedNote(checkpoint, Uint8Array.from(raw), own.publicKey);
    expect(await kinds({ lines: rewritten, notes: [note] }, room.log.publicKey)).toContain('checkpoint-unknown-key');
    const disguised = signedNote(checkpoint, Uint8Array.from(raw), room.log.publicKey);
    expect(await kinds({ lines: rewritten, notes: [disguised] }, room.log.publicKey)).toContain('checkpoint-signature');
    // A service that starts on it refuses to work, and the running one signs the true history only.
    await expect(openRoom(store)).rejects.toMatchObject({ code: 'AUDIT_LOG_DAMAGED' });
    await room.log.record('test', { number: 50 });
    const signed = openNote((await room.log.checkpoint()) ?? '', room.log.publicKey);
    const truth = new Frontier();
    for (const line of [...original.lines, (await store.leaves(50, 51))[0] as string]) truth.append(textLeafHash(line));
    expect(signed).toMatchObject({ size: 51, root: truth.root });

    await place(
      original.lines,
      (level, position) => before.find((row) => row.level === level && Number(row.position) === position)?.hash,
    );
    // Nodes that were made on top of the forged ones are put right as well.
    const right = new Frontier();
    for (const line of await store.leaves(0, 51)) {
      for (const node of right.append(textLeafHash(line))) {
        await database('audit_nodes')
          .where({ level: node.level, position: node.position })
          .update({ hash: bytesToHex(node.hash) });
      }
    }
    expect((await check(await exported(room), room.log.publicKey)).faults).toEqual([]);
  }, 60_000);

  test('a database cut back to an earlier state is seen by the running service and by the next one', async () => {
    const size = await store.size();
    await database('audit_head').update({ size: 20 });
    await expect(room.log.record('test', { number: 99 })).rejects.toMatchObject({ code: 'AUDIT_LOG_DAMAGED' });
    await expect(room.log.record('test', { number: 99 })).rejects.toMatchObject({ code: 'AUDIT_LOG_DAMAGED' });
    // With its checkpoints cut as well, the anchor beside the service still knows.
    const notes = await database('audit_checkpoints').select();
    const leaves = await database('audit_leaves').where('position', '>=', 20).select();
    const nodes = await database('audit_nodes').select();
    await database('audit_checkpoints').where('size', '>', 20).delete();
    await database('audit_leaves').where('position', '>=', 20).delete();
    for (const { level, position } of nodes) {
      if ((Number(position) + 1) * 2 ** level > 20) await database('audit_nodes').where({ level, position }).delete();
    }
    await expect(openRoom(store, anchorFolder)).rejects.toMatchObject({ code: 'AUDIT_LOG_DAMAGED' });
    await database('audit_leaves').insert(leaves);
    await database('audit_nodes').insert(nodes).onConflict(['level', 'position']).ignore();
    await database('audit_checkpoints').insert(notes).onConflict('size').ignore();
    await database('audit_head').update({ size });
    room = await openRoom(store, anchorFolder);
    await room.log.record('test', { number: 51 });
    expect((await check(await exported(room), room.log.publicKey)).faults).toEqual([]);
  });

  test('two processes on one database write one log', async () => {
    const other = await openRoom(store);
    const size = await store.size();
    await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? room : other).log.record('both', { i })));
    await other.log.checkpoint();
    await room.log.record('both', { i: 40 });
    await room.log.checkpoint();
    const whole = await exported(room);
    expect(await check(whole, room.log.publicKey)).toMatchObject({ leaves: size + 41, covered: size + 41, faults: [] });
    await other.close();
  });

  test('an outage: the spool takes what comes, says how long it lasts, and then operations are refused', async () => {
    let down = true;
    let clock = now().getTime();
    const flaky: AuditStore = {
      ...store,
      append: (work) => (down ? Promise.reject(new Error('connection refused')) : store.append(work)),
    };
    down = false;
    const at = roomFolder();
    const size = await store.size();
    const own = await openAuditRoom({
      store: flaky,
      hsm,
      folder: at,
      now: () => new Date(clock),
      tuning,
      spoolCapacity: 10,
    });
    down = true;
    for (let i = 0; i < 8; i++) {
      expect(await own.log.record('outage', { i })).toMatchObject({ index: null });
      clock += 100;
    }
    expect(own.log.status).toMatchObject({ spooled: 8, spoolCapacity: 10, spoolLastsMs: 200 });
    await own.log.record('outage', { i: 8 });
    await own.log.record('outage', { i: 9 });
    await expect(own.log.record('outage', { i: 10 })).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    await expect(own.terminal.add(['x'], {}).then(() => own.terminal.flush())).rejects.toMatchObject({
      code: 'AUDIT_UNAVAILABLE',
    });
    await expect(own.terminal.add(['x'], {})).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    down = false;
    for (let tries = 0; own.log.status.spooled > 0 && tries < 200; tries++) await new Promise((r) => setTimeout(r, 10));
    await own.terminal.add(['x'], {});
    await own.close();
    const leaves = (await store.leaves(size, size + 20)).map((line) => parseLeaf(line));
    expect(leaves.filter((leaf) => leaf?.action === 'outage').map((leaf) => leaf?.details.i)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    expect(leaves.filter((leaf) => leaf?.action === 'terminal-batch').map((leaf) => leaf?.details.entries)).toEqual([
      1, 1,
    ]);
  });

  test('one entry asked for twice, at once or while the store is away, is one leaf, and the log goes on', async () => {
    let down = false;
    const flaky: AuditStore = {
      ...store,
      append: (work) => (down ? Promise.reject(new Error('connection refused')) : store.append(work)),
    };
    const own = await openRoom(flaky);
    const size = await store.size();
    const first = own.log.record('first', {});
    const twice = [1, 2].map(() => own.log.record('twice', {}, `twice-${engine}`));
    await first;
    const [one, other] = await Promise.all(twice);
    expect([one?.index, other?.index]).toEqual([size + 1, size + 1]);
    down = true;
    for (let i = 0; i < 2; i++) await own.log.record('again', {}, `again-${engine}`);
    expect(own.log.status.spooled).toBe(2);
    down = false;
    for (let tries = 0; own.log.status.spooled > 0 && tries < 200; tries++) await new Promise((r) => setTimeout(r, 10));
    expect(own.log.status.spooled).toBe(0);
    expect(await own.log.record('after', {})).toMatchObject({ index: size + 3 });
    await own.close();
  });

  test('a spool left by a killed process is written once, though part of it was in the log already', async () => {
    const at = roomFolder();
    const first = await openRoom(store, at);
    const { id } = await first.log.record('killed', { i: 0 });
    await first.close();
    const size = await store.size();
    const entry = (i: number, own = `killed-${engine}-${i}`) =>
      canonicalJson({ id: own, at: '2026-11-22T00:00:00.000Z', action: 'killed', details: { i } });
    writeFileSync(join(at, 'spool.jsonl'), `${entry(0, id)}\n${entry(1)}\n${entry(2)}\n{"torn`);
    const second = await openRoom(store, at);
    expect(second.log.status.spooled).toBe(0);
    expect(await store.size()).toBe(size + 2);
    await second.close();
  });

  test('an open batch survives a killed process; its root is that of its lines', async () => {
    const at = roomFolder();
    const batchFolder = join(at, 'terminal-batch');
    mkdirSync(batchFolder, { recursive: true });
    const line = (n: number) =>
      canonicalJson({ at: `2026-11-22T00:00:0${n}.000Z`, operations: ['protect STK.DF02#1'], cardFactor: `${n}` });
    writeFileSync(join(batchFolder, `batch-${engine}.open.jsonl`), `${line(1)}\n${line(2)}\n{"torn`);
    const own = await openRoom(store, at);
    const leaf = parseLeaf((await store.leaves((await store.size()) - 1, 1e9))[0] as string);
    const tree = new Frontier();
    for (const n of [1, 2]) tree.append(textLeafHash(line(n)));
    expect(leaf).toMatchObject({
      action: 'terminal-batch',
      details: { entries: 2, operations: { 'protect STK.DF02#1': 2 }, recovered: true, root: bytesToHex(tree.root) },
    });
    for (let i = 0; i < 5; i++)
      await own.terminal.add(['protect STK.DF02#1', 'external-authentication RK1.DDF1#1'], { n: i });
    await own.close();
    const sealed = readdirSync(batchFolder).sort();
    expect(sealed).toHaveLength(2);
    expect(readFileSync(join(batchFolder, sealed[1] as string), 'utf8')).toBe(`${line(1)}\n${line(2)}\n`);
    const lines = readFileSync(join(batchFolder, sealed[0] as string), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(5);
    const last = parseLeaf((await store.leaves((await store.size()) - 1, 1e9))[0] as string);
    const again = new Frontier();
    for (const each of lines) again.append(textLeafHash(each));
    expect(last?.details).toMatchObject({
      entries: 5,
      operations: { 'protect STK.DF02#1': 5, 'external-authentication RK1.DDF1#1': 5 },
      root: bytesToHex(again.root),
    });
  });
});

test('a faulty signature of the token is not stored, and the next one is', async () => {
  const database = await openDatabase(join(state, 'faulty.sqlite'));
  let faulty = true;
  const wrong: Pick<HsmWorkerPool, 'run'> = {
    run: (name, input) =>
      hsm.run(name, name === 'sign' && faulty ? ({ ...input, digest: new Uint8Array(32) } as typeof input) : input),
  };
  const own = await openAuditRoom({ store: auditStore(database), hsm: wrong, folder: roomFolder(), now, tuning });
  await own.log.record('test', {});
  await expect(own.log.checkpoint()).rejects.toMatchObject({ code: 'HSM_FAILED' });
  faulty = false;
  expect(openNote((await own.log.checkpoint()) ?? '', own.log.publicKey)).toMatchObject({ size: 1 });
  await own.close();
  await database.destroy();
});

test('a checkpoint is signed by the key that the token shows, and by no other', async () => {
  const { publicKey } = await hsm.run('ensure-key-pair', { pair: 'AUDIT.LOG#1' });
  const other = await hsm.run('ensure-key-pair', { pair: 'AUDIT.OTHER#1' });
  const checkpoint = { origin: 'x', size: 1, root: hexToBytes('AB'.repeat(32)) };
  const { signature } = await hsm.run('sign', { pair: 'AUDIT.LOG#1', digest: noteDigest(checkpoint) });
  const note = signedNote(checkpoint, signature, publicKeyOf(publicKey));
  expect(openNote(note, publicKeyOf(publicKey))).toEqual(checkpoint);
  expect(openNote(note, publicKeyOf(other.publicKey))).toBe('unknown-key');
});

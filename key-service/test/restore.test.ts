/** Backup under quorum and the restore drill, on real tokens: whole, tampered, with a gap, with the wrong database. */
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type PostgresCluster, startPostgresCluster } from '../../scripts/postgres-cluster/postgres-cluster.mjs';
import { attachHsm } from '../src/attach.ts';
import { canonicalJson } from '../src/audit/leaf.ts';
import { RECOVERY_LABEL, restoreRoots } from '../src/backup/restore-drill.ts';
import { ensureTokenFolder } from '../src/backup/token-folder.ts';
import { stateFolder } from '../src/ceremony-room.ts';
import { openBackup, type RootBackup } from '../src/domain/backup/root-backup.ts';
import { openDatabase } from '../src/store/database.ts';
import { backupDatabase } from '../src/store/database-backup.ts';
import { keyVersionStore } from '../src/store/stores.ts';
import { p256Officer, rosterOf } from './officers.ts';
import { config, projectRoot, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';
import { openServiceRoom, type ServiceRoom } from './service-room.ts';

jest.setTimeout(120_000);
const state = temporaryFolder();
const folder = stateFolder(join(state, 'service'));
const recovery = stateFolder(join(state, 'recovery'));
const a = p256Officer('operator:a', ['officer']);
const b = p256Officer('operator:b', ['officer']);
const c = p256Officer('operator:c', ['officer']);
const auditor = p256Officer('operator:auditor', ['audit-admin']);
const security = 'operator:security';
const callers = {
  [security]: ['security-admin'],
  [a.id]: ['officer'],
  [b.id]: ['officer'],
  [auditor.id]: ['audit-admin'],
};
const ROOTS = [
  ['RK1.DDF1#1', 'derive', 'intl-128'],
  ['MK.MF#1', 'derive', 'intl-128'],
  ['CVK#1', 'encrypt', 'intl-128'],
  ['RK1.DF01#1', 'derive', 'pboc-3des'],
] as const;
const KEK = 'DEK.KEK#1';
const DATA_KEY = Array.from({ length: 32 }, (_, i) => i);
const PROTECTION_KEYS = [
  ['drill-128', 'AES', 16],
  ['drill-256', 'AES', 32],
  ['drill-tdes', 'TDES', 24],
] as const;
const KEYS = ROOTS.length + 1 + PROTECTION_KEYS.length;
/** The log's, the roster's and the authority's. */
const PAIRS = ['AUDIT.LOG#1', 'QUORUM.SEAL#1', 'TLS.CA#1'];
let room: ServiceRoom;
let sealed: Uint8Array;
let fingerprint: string;
let postgres: PostgresCluster;
let recoveryKey: string;
let file: string;

async function approved(steps: { operation: string; parameters: object }[]) {
  const made = await room.call(security, 'POST', '/v1/approvals', { reason: 'the drill', steps });
  const { id, canonical } = made.body.approval;
  for (const officer of [a, b, auditor]) {
    const { kind, credential, signature } = officer.approve(canonical) as unknown as Record<string, string>;
    await room.call(officer.id, 'POST', `/v1/approvals/${id}/approve`, { kind, credential, signature });
  }
  const { body } = await room.call(security, 'POST', `/v1/approvals/${id}/execute`);
  expect(body).toMatchObject({ approval: { state: 'executed' } });
  return body.approval.outcome;
}
const backup = async () =>
  (await approved([{ operation: 'backup-roots', parameters: { recoveryKey: fingerprint } }]))[0];
const drill = (...words: string[]) =>
  spawnSync(
    'node',
    [join(projectRoot, 'key-service/dist/backup/drill-main.js'), '--recovery', join(state, 'recovery'), ...words],
    {
      encoding: 'utf8',
    },
  );

/** The backup as somebody changed it, whole again by a signature of their own. */
function resigned(name: string, change: (inside: RootBackup) => object): string {
  const whole = JSON.parse(readFileSync(file, 'utf8')) as { backup: string };
  const text = canonicalJson(change(JSON.parse(whole.backup)) as never);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('hex');
  const path = join(state, name);
  writeFileSync(path, JSON.stringify({ backup: text, signature, publicKey: point.toString('hex').toUpperCase() }));
  return path;
}

beforeAll(async () => {
  postgres = await startPostgresCluster({ parentDir: '/tmp' });
  await ensureTokenFolder({ config, folder: recovery, tokenLabel: RECOVERY_LABEL, workerPath });
  const token = await attachHsm({ ...recovery, config, workerPath, tokenLabel: RECOVERY_LABEL, workers: 1 });
  recoveryKey = (await token.run('ensure-unwrap-pair', { pair: 'recovery' })).publicKey;
  await token.close();
  await ensureTokenFolder({ config, folder, tokenLabel: TOKEN_LABEL, workerPath });
  room = await openServiceRoom({
    state: join(state, 'service'),
    location: folder.database,
    callers,
    now: () => new Date(),
  });
  const people = [a, b, c, auditor].map(({ person }) => person);
  await room.foundRoster((tokenSerial) => rosterOf(people, { tokenSerial, recoveryKey }));
  const steps = ROOTS.map(([root, usage, suite]) => ({
    operation: 'generate-root',
    parameters: { root, usage, suite },
  }));
  const made: { kcv: string }[] = await approved(steps);
  for (const [index, [root, , suite]] of ROOTS.entries()) {
    const [slot, version] = root.split('#') as ['RK1.DDF1', string];
    const kcv = made[index]?.kcv ?? '';
    await keyVersionStore(room.database).addPreActive(
      { slot, version: Number(version), suite, kcv, kcvMethod: 'ENC0' },
      new Date(),
    );
  }
  // Keys that are no roots, and on which other data hang.
  sealed = (await room.hsm.run('seal-data-key', { kek: KEK, purpose: 'drill', key: Uint8Array.from(DATA_KEY) })).sealed;
  room.keyService.approvals.makesInput('import-protection-key', ({ parameters }) => {
    const known = PROTECTION_KEYS.find(([name]) => name === parameters.name);
    if (known === undefined) throw new Error('unknown protection key');
    const [name, kind, bytes] = known;
    const part = (seed: number) => Uint8Array.from({ length: bytes }, (_, i) => (seed * 37 + i * 11) & 0xff);
    return { name: 'import-protection-key', input: { name, kind, parts: [part(1), part(2)] } };
  });
  const imports = PROTECTION_KEYS.map(([name, kind]) => ({ name, kind, parts: 2 }));
  await approved(imports.map((parameters) => ({ operation: 'import-protection-key', parameters })));
  await room.hsm.run('ensure-key-pair', { pair: 'TLS.CA#1' });
  fingerprint = createHash('sha256').update(Buffer.from(recoveryKey, 'base64url')).digest('hex');
  file = join(state, 'backup.json');
  writeFileSync(file, JSON.stringify(await backup()));
}, 180_000);
afterAll(async () => {
  await room?.close();
  await postgres?.stop();
  rmSync(state, { recursive: true, force: true });
}, 60_000);

test('the drill rebuilds all keys in a scratch token, from the backup and a copy of the running database', async () => {
  const copy = join(state, 'copy.sqlite');
  await backupDatabase(folder.database, copy);
  await expect(backupDatabase(folder.database, copy)).rejects.toMatchObject({ code: 'BACKUP_WOULD_OVERWRITE' });
  const { status, stdout, stderr } = drill('--backup', file, '--database', copy);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain(
    `of ${KEYS + PAIRS.length} keys of the token ${KEYS} are restored and their check values agree`,
  );
  expect(stdout).toContain(`${PAIRS.length} keys are NOT in the backup`);
  for (const [name] of PROTECTION_KEYS) expect(stdout).toMatch(new RegExp(`KBPK\\.${name} +([0-9A-F]{6}) +\\1`));
  // A private key never leaves the token: the drill names each, and what takes its place.
  for (const pair of PAIRS) expect(stdout).toMatch(new RegExp(`\n  ${pair}: \\S+`));
  expect(stdout).toContain('the SAM token is another token and not in this backup');
});

test('what a data key sealed opens in a token that was rebuilt from the backup', async () => {
  const scratchFolder = stateFolder(join(state, 'rebuilt'));
  await ensureTokenFolder({ config, folder: scratchFolder, tokenLabel: 'rebuilt', workerPath });
  const options = { config, workerPath, workers: 1 };
  const rebuilt = await attachHsm({ ...scratchFolder, ...options, tokenLabel: 'rebuilt' });
  const token = await attachHsm({ ...recovery, ...options, tokenLabel: RECOVERY_LABEL });
  try {
    const whole = openBackup(readFileSync(file, 'utf8'), null);
    expect((await restoreRoots(whole, token, rebuilt)).faults).toEqual([]);
    const { key } = await rebuilt.run('open-data-key', { kek: KEK, purpose: 'drill', sealed });
    expect([...key]).toEqual(DATA_KEY);
    // Once more changes nothing; another key under the name is refused.
    expect((await restoreRoots(whole, token, rebuilt)).faults).toEqual([]);
    const other = whole.roots.map((each) => (each.root === KEK ? { ...each, kcv: '000000' } : each));
    const { faults } = await restoreRoots({ ...whole, roots: other }, token, rebuilt);
    expect(faults.map(({ en }) => en)).toEqual([expect.stringContaining(KEK)]);
  } finally {
    await rebuilt.close();
    await token.close();
  }
});

test('a data key without a backup is a difference: never "all agree" while it would be lost', () => {
  const lacking = resigned('lacking.json', (inside) => ({
    ...inside,
    missing: [KEK],
    roots: inside.roots.filter(({ root }) => root !== KEK),
  }));
  const { status, stdout } = drill('--backup', lacking, '--database', folder.database);
  expect(status).toBe(1);
  expect(stdout).toContain(`${KEK} is not in the backup`);
  expect(stdout).not.toContain('check values agree');
});

test('a key that nobody knows how to replace, and a backup of the old form, are differences', () => {
  const unknown = resigned('unknown.json', (inside) => ({ ...inside, others: ['SOMETHING.NEW#1'] }));
  const first = drill('--backup', unknown, '--database', folder.database);
  expect(first.status).toBe(1);
  expect(first.stdout).toContain('SOMETHING.NEW#1 is not in the backup, and nothing is known to take its place');
  const old = resigned('old.json', ({ pairs: _, others: __, ...inside }) => ({
    ...inside,
    format: 'rhc-root-backup-1',
  }));
  const second = drill('--backup', old, '--database', folder.database);
  expect(second.status).toBe(1);
  expect(second.stdout).toContain('a backup of the old format does not tell what else the token held');
});

test('a changed backup is refused, and a backup signed by another key as well', () => {
  const whole = JSON.parse(room === undefined ? '{}' : String(spawnSync('cat', [file]).stdout));
  const changed = join(state, 'changed.json');
  const first = whole.backup.indexOf('"wrapped":"') + 20;
  const flipped = `${whole.backup.slice(0, first)}${whole.backup[first] === 'A' ? 'B' : 'A'}${whole.backup.slice(first + 1)}`;
  writeFileSync(changed, JSON.stringify({ ...whole, backup: flipped }));
  const tampered = drill('--backup', changed, '--database', folder.database);
  expect(tampered.status).toBe(1);
  expect(tampered.stderr).toContain('BACKUP_REFUSED');
  const other = drill('--backup', file, '--database', folder.database, '--key', '00'.repeat(64));
  expect(other.status).toBe(1);
});

test('a key on record that the backup does not have, or that has another check value, is a difference', async () => {
  const copy = join(state, 'other.sqlite');
  await backupDatabase(folder.database, copy);
  const database = await openDatabase(copy);
  await database('key_versions').where({ slot: 'MK.MF' }).update({ kcv: 'ABCDEF' });
  const lost = { slot: 'RK1.DF02', version: 1, suite: 'intl-128', kcv: '123456', kcvMethod: 'ENC0' } as const;
  await keyVersionStore(database).addPreActive(lost, new Date());
  await database.destroy();
  const { status, stdout } = drill('--backup', file, '--database', copy);
  expect(status).toBe(1);
  expect(stdout).toContain('2 differences');
  expect(stdout).toContain('RK1.DF02#1: check value on record 123456, restored none');
});

test('PostgreSQL is dumped with its password off the command line', async () => {
  await (await openDatabase(postgres.url)).destroy();
  const dump = join(state, 'key-service.dump');
  await backupDatabase(postgres.url, dump);
  const list = spawnSync('pg_restore', ['--list', dump], { encoding: 'utf8' });
  expect(list.stdout).toContain('TABLE DATA public key_versions');
});

test('a generated root keeps its marks, and no token with a roster takes a root from a backup', async () => {
  const pin = spawnSync('cat', [folder.pinFile], { encoding: 'utf8' }).stdout.trim();
  const module = config.model.modulePaths[0] ?? '';
  const words = [
    '--module',
    module,
    '--token-label',
    TOKEN_LABEL,
    '-l',
    '--pin',
    'env:TEST_PIN',
    '-O',
    '--type',
    'secrkey',
  ];
  const env = { ...process.env, SOFTHSM2_CONF: folder.softHsmConf, TEST_PIN: pin };
  const listing = spawnSync('pkcs11-tool', words, { env, encoding: 'utf8' }).stdout;
  const objects = listing
    .split('Secret Key Object')
    .slice(1)
    .filter((object) => /#1|KBPK/.test(object) && !object.includes('SAM.'));
  expect(objects).toHaveLength(KEYS);
  for (const object of objects) expect(object).toContain('sensitive, always sensitive, never extractable');
  const input = { root: 'RK1.DDF1#9', usage: 'derive', suite: 'intl-128', kcv: '000000', wrapped: '00' } as const;
  await expect(room.hsm.run('receive-root', input)).rejects.toMatchObject({ code: 'APPROVAL_REQUIRED' });
});

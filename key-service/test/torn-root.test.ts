/** A root whose writing was cut between its name and its value, as the kill drill saw: the ceremony makes it anew. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { prepareToken, stateFolder } from '../src/ceremony-room.ts';
import { config, pilotCeremony, projectRoot, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';

const state = temporaryFolder();
const folder = stateFolder(state);
afterAll(() => rmSync(state, { recursive: true, force: true }));

/** Another process, as SoftHSM2 reads its configuration from the environment; the PIN goes in by standard input. */
const MAKE_TORN = `
  const p = require('pkcs11js');
  const [path, label, root] = process.argv.slice(1);
  const pin = require('node:fs').readFileSync(0, 'utf8').trim();
  const module = new p.PKCS11();
  module.load(path);
  module.C_Initialize({ flags: p.CKF_OS_LOCKING_OK });
  const slot = module.C_GetSlotList(true).find((at) => module.C_GetTokenInfo(at).label.trimEnd() === label);
  const session = module.C_OpenSession(slot, p.CKF_SERIAL_SESSION | p.CKF_RW_SESSION);
  module.C_Login(session, p.CKU_USER, pin);
  module.C_CreateObject(session, [
    { type: p.CKA_CLASS, value: p.CKO_SECRET_KEY },
    { type: p.CKA_KEY_TYPE, value: p.CKK_AES },
    { type: p.CKA_TOKEN, value: true },
    { type: p.CKA_PRIVATE, value: true },
    { type: p.CKA_SENSITIVE, value: true },
    { type: p.CKA_EXTRACTABLE, value: false },
    { type: p.CKA_DERIVE, value: true },
    { type: p.CKA_ENCRYPT, value: true },
    { type: p.CKA_LABEL, value: root },
    { type: p.CKA_ID, value: Buffer.from(root) },
    { type: p.CKA_VALUE, value: Buffer.alloc(0) },
  ]);
  module.C_Finalize();
`;

test('a name without a key is taken away and the root is made; a whole root stays', async () => {
  const modulePath = config.model.modulePaths.find(existsSync) ?? '';
  const slot = config.hierarchy.slots[0]?.name ?? '';
  await prepareToken({ config, folder, tokenLabel: TOKEN_LABEL, workerPath });
  const torn = spawnSync(process.execPath, ['-e', MAKE_TORN, modulePath, TOKEN_LABEL, `${slot}#0`], {
    cwd: projectRoot,
    env: { PATH: process.env.PATH, SOFTHSM2_CONF: folder.softHsmConf },
    input: readFileSync(folder.pinFile, 'utf8'),
    encoding: 'utf8',
  });
  expect(torn.stderr).toBe('');
  expect(torn.status).toBe(0);
  const first = await pilotCeremony(state);
  expect(first.versions).toHaveLength(config.hierarchy.slots.length * 2);
  const again = await pilotCeremony(state);
  expect(again.changes).toBe(0);
  expect(again.versions.map(({ slot: at, version, kcv }) => [at, version, kcv])).toEqual(
    first.versions.map(({ slot: at, version, kcv }) => [at, version, kcv]),
  );
});

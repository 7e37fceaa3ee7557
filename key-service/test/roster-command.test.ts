/** `npm run roster` as people start it: shown, compared, sealed once; nothing is founded that nobody confirmed. */
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { attachHsm } from '../src/attach.ts';
import { parseLeaf } from '../src/audit/leaf.ts';
import { prepareToken, stateFolder } from '../src/ceremony-room.ts';
import { approvalStore } from '../src/store/approval-store.ts';
import { auditStore } from '../src/store/audit-store.ts';
import { openDatabase } from '../src/store/database.ts';
import { ORIGIN, POLICIES, p256Officer, RP_ID } from './officers.ts';
import { config, projectRoot, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';

const state = temporaryFolder();
const folder = stateFolder(state);
const token = { config, folder, workerPath, tokenLabel: TOKEN_LABEL };
const run = promisify(execFile);
const draft = {
  people: [
    p256Officer('operator:zhao', ['officer']).person,
    p256Officer('operator:qian', ['officer']).person,
    p256Officer('operator:sun', ['officer']).person,
    p256Officer('operator:li', ['audit-admin']).person,
  ],
  policies: POLICIES,
  webauthn: { rpId: RP_ID, origins: [ORIGIN] },
};
const roster = async (file: unknown, ...words: string[]) => {
  const path = join(state, 'roster.json');
  writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file));
  const command = join(projectRoot, 'key-service/dist/roster-main.js');
  const args = [command, '--state', state, '--label', TOKEN_LABEL, '--file', path, ...words];
  return run(process.execPath, args, { timeout: 50_000 }).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, text: stdout + stderr }),
  );
};
const inForce = async () => {
  const hsm = await attachHsm({ ...token, ...folder, workers: 1 });
  try {
    return await hsm.run('roster-in-force', null);
  } finally {
    await hsm.close();
  }
};
const hashIn = (text: string) => /--confirm ([0-9a-f]{64})/.exec(text)?.[1] ?? '';

beforeAll(() => prepareToken(token), 60_000);
afterAll(() => rmSync(state, { recursive: true, force: true }));

test('a faulty file is refused with field and rule, an absent one with its name', async () => {
  expect(await roster('{')).toMatchObject({ code: 2, text: expect.stringContaining('is not JSON') });
  const noOne = await roster({ ...draft, people: draft.people.slice(0, 1) });
  expect(noOne).toMatchObject({ code: 2, text: expect.stringContaining('· people:') });
  const both = { ...draft.people[0], roles: ['officer', 'audit-admin'] };
  const mixed = await roster({ ...draft, people: [both, ...draft.people.slice(1)] });
  expect(mixed).toMatchObject({ code: 2, text: expect.stringContaining('must not be') });
  const absent = await roster(draft, '--file', join(state, 'absent.json'));
  expect(absent).toMatchObject({ code: 2, text: expect.stringContaining('absent.json') });
}, 60_000);

test('shown first, sealed with the very hash, once', async () => {
  const shown = await roster(draft);
  const hash = hashIn(shown.text);
  expect(shown).toMatchObject({ code: 0, text: expect.stringContaining('destroy-root: 2 × officer') });
  for (const { id } of draft.people) expect(shown.text).toContain(id);
  expect(await roster(draft, '--confirm', '0'.repeat(64))).toMatchObject({
    code: 2,
    text: expect.stringContaining('ROSTER_NOT_CONFIRMED'),
  });
  expect(await inForce()).toBeNull();

  expect(await roster(draft, '--confirm', hash)).toMatchObject({ code: 0 });
  expect(await inForce()).toEqual({ version: 1, sha256: hash, pilot: false });
  // Taken up again after a cut: no second roster.
  expect(await roster(draft, '--confirm', hash)).toMatchObject({ code: 0 });

  const other = { ...draft, people: [...draft.people, p256Officer('operator:zhou', ['officer']).person] };
  const second = await roster(other, '--confirm', hashIn((await roster(other)).text));
  expect(second).toMatchObject({ code: 2, text: expect.stringContaining('ROSTER_PRESENT') });
  expect(await inForce()).toMatchObject({ sha256: hash });

  const database = await openDatabase(folder.database);
  try {
    expect(JSON.parse((await approvalStore(database).rosterBy(hash))?.text ?? '{}')).toMatchObject({
      people: draft.people,
      previous: null,
      pilot: false,
    });
    const leaves = (await auditStore(database).leaves(0, 100)).map((line) => parseLeaf(line));
    expect(leaves.filter((leaf) => leaf?.action === 'roster-founded').map((leaf) => leaf?.details)).toEqual(
      Array.from({ length: 2 }, () => expect.objectContaining({ version: 1, sha256: hash })),
    );
  } finally {
    await database.destroy();
  }
}, 120_000);

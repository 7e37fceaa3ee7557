/** After the drill: token, records, rotations and log must tell one story, and nothing may stand in it twice or be missing. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attachHsm } from '../../dist/attach.js';
import { pause } from './processes.mjs';
import { config, folderOf, LABEL, ROOT, workerPath } from './room.mjs';

/**
 * Each rotation ended as it was meant to, each version moved once into each of its states, every move stands in the log, and
 * each approval was carried out once.
 * @param {import('./drill.mjs').Drill} drill @param {import('pg').Client} admin
 */
async function rotationFaults(drill, admin) {
  /** @type {string[]} */
  const wrong = [];
  const { rows } = await admin.query('select id, state, plan from rotations');
  if (rows.length !== drill.rotations.ended.length)
    wrong.push(`${rows.length} rotations on record, ${drill.rotations.ended.length} ended`);
  const { rows: moves } = await admin.query('select * from key_version_moves order by id');
  const { rows: logged } = await admin.query('select leaf from audit_leaves');
  const ids = new Set(logged.map(({ leaf }) => JSON.parse(leaf).id));
  for (const move of moves) if (!ids.has(move.log_id)) wrong.push(`a move of ${move.slot} is in no leaf`);
  for (const { plan, state } of rows) {
    const [{ slot, from, to }] = JSON.parse(plan).slots;
    const of = async (/** @type {number} */ version) =>
      (
        await admin.query('select state, destroy_at from key_versions where slot = $1 and version = $2', [
          slot,
          version,
        ])
      ).rows[0];
    const [old, made] = [await of(from), await of(to)];
    const kept = state === 'retired' ? made : old;
    const left = state === 'retired' ? old : made;
    if (kept?.state !== 'active' || left?.state !== 'deactivated')
      wrong.push(`${slot} ${state}: kept ${kept?.state}, left ${left?.state}`);
    if ((state === 'retired') !== (left?.destroy_at !== null)) wrong.push(`${slot} ${state}: ${left?.destroy_at}`);
    for (const version of [from, to]) {
      // A destruction that is scheduled stands among the moves too, from a state into the same.
      const into = moves
        .filter((each) => each.slot === slot && each.version === version && each.from_state !== each.to_state)
        .map((each) => each.to_state);
      // Rolled back, the old version is active a second time; everything else comes once.
      const twice = into.filter((name, index) => into.indexOf(name) !== index);
      const allowed = state === 'rolled-back' && version === from ? ['active'] : [];
      if (twice.some((name) => !allowed.includes(name))) wrong.push(`${slot}#${version} moved twice: ${into}`);
    }
  }
  const { rows: doubled } = await admin.query(
    "select subject, count(*) from (select leaf::json->>'action' as action, leaf::json->'details'->>'rotation' as subject from audit_leaves) l where action = 'rotation-planned' group by subject having count(*) > 1",
  );
  if (doubled.length > 0) wrong.push(`${doubled.length} rotations planned twice in the log`);
  return wrong;
}

/** @param {import('./drill.mjs').Drill} drill @param {import('pg').Client} admin @param {string} out */
export async function check(drill, admin, out) {
  const { state, database, port } = drill.options;
  /** @type {string[]} */
  const wrong = [];
  const folder = folderOf(state, database);
  const hsm = await attachHsm({ ...folder, config, workerPath, tokenLabel: LABEL, workers: 1 });
  const roots = await hsm.run('describe-roots', null);
  await hsm.close();
  const slots = config.hierarchy.slots.length;
  const generated = drill.rotations.ended.filter(({ source }) => source === 'generate').length;
  const wanted = slots * 2 + generated;
  if (roots.length !== wanted) wrong.push(`${roots.length} roots in the token, not ${wanted}`);
  const { rows: versions } = await admin.query('select slot, version, state, kcv from key_versions');
  if (versions.length !== wanted) wrong.push(`${versions.length} versions on record, not ${wanted}`);
  const inToken = new Map(roots.map(({ root, kcv }) => [root, Buffer.from(kcv).toString('hex').toUpperCase()]));
  for (const { slot, version, kcv } of versions)
    if (inToken.get(`${slot}#${version}`) !== kcv) wrong.push(`check value of ${slot}#${version}`);
  if (versions.filter(({ state: at }) => at === 'active').length !== slots) wrong.push('not one active version a slot');
  wrong.push(...(await rotationFaults(drill, admin)));

  if (drill.internal.length > 0) wrong.push(`${drill.internal.length} answers 500, the first: ${drill.internal[0]}`);

  drill.stopped = false;
  drill.startService();
  for (;;) {
    const status = await fetch(`http://127.0.0.1:${port}/v1/status`).catch(() => null);
    if (status?.ok) break;
    await pause(100);
  }
  await drill.stop();
  const { rows } = await admin.query('select leaf from audit_leaves order by position');
  const leaves = rows.map(({ leaf }) => JSON.parse(leaf));
  // The ceremony names its keys as the token does, SLOT#VERSION; a run that was killed in between finds its own leaf.
  for (const action of ['ceremony-key-made', 'ceremony-key-activated']) {
    const names = leaves.filter((leaf) => leaf.action === action).map(({ details }) => details.key);
    const expected = action === 'ceremony-key-made' ? slots * 2 : slots;
    if (new Set(names).size !== names.length) wrong.push(`${action} stands twice for one version`);
    if (names.length !== expected) wrong.push(`${names.length} leaves ${action}, not ${expected}`);
  }
  const leavesOf = new Map();
  for (const { action, details } of leaves)
    if (action === 'personalization-prepare')
      leavesOf.set(details.cardFactor, (leavesOf.get(details.cardFactor) ?? 0) + 1);
  for (const [factor, count] of leavesOf) {
    const asked = drill.askedFor.get(factor) ?? 0;
    if (count > asked) wrong.push(`${count} leaves for card ${factor}, which was asked for ${asked} times`);
  }
  if (new Set(drill.answered).size !== drill.answered.length) wrong.push('a card was answered twice');
  const lost = drill.answered.filter((factor) => !leavesOf.has(factor));
  if (lost.length > 0) wrong.push(`${lost.length} answers without a leaf`);
  const counted = leaves
    .filter(({ action }) => action === 'terminal-batch')
    .reduce((sum, { details }) => sum + details.entries, 0);
  if (counted < drill.authentications)
    wrong.push(`${counted} counted terminal calls, ${drill.authentications} answers`);
  if (new Set(leaves.map(({ id }) => id)).size !== leaves.length) wrong.push('an entry stands twice');

  // The offline verifier, which needs no service and no database.
  const { rows: notes } = await admin.query('select note from audit_checkpoints order by size');
  const { publicKeyOf, publicKeyPem } = await import('../../dist/audit/checkpoint.js');
  const { tokenSigner } = await import('../../dist/audit/audit-room.js');
  const token = await attachHsm({ ...folder, config, workerPath, tokenLabel: LABEL, workers: 1 });
  writeFileSync(join(out, 'key.pem'), publicKeyPem(publicKeyOf((await tokenSigner(token)).publicKey)));
  await token.close();
  writeFileSync(join(out, 'leaves.jsonl'), rows.map(({ leaf }) => `${leaf}\n`).join(''));
  writeFileSync(join(out, 'checkpoints.txt'), notes.map(({ note }) => note).join('\n'));
  const verify = spawn(
    process.execPath,
    [
      join(ROOT, 'key-service/dist/audit/verify-main.js'),
      ...['key.pem', 'leaves.jsonl', 'checkpoints.txt'].map((name) => join(out, name)),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let report = '';
  verify.stdout.on('data', (chunk) => {
    report += chunk;
  });
  const code = await new Promise((done) => verify.once('exit', done));
  if (code !== 0) wrong.push(`the log does not verify: ${report.slice(-1000)}`);
  return { wrong, leaves: leaves.length, counted };
}

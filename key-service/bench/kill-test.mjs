/**
 * `npm run kill-test -- --kills 200 [--seed N] [--rotations N]`: a ceremony, then traffic and rotations, on SoftHSM2 and a PostgreSQL cluster
 * of its own, while HSM workers, the ceremony, the service, its database connections and the database server are killed at
 * random. Afterwards nothing may be lost or doubled (`kill-test/check.mjs`), and the log must verify. Needs `dist`. Exit status
 * 0 only when every check held.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startPostgresCluster } from '../../scripts/postgres-cluster/postgres-cluster.mjs';
import { check } from './kill-test/check.mjs';
import { Drill } from './kill-test/drill.mjs';
import { freePort } from './kill-test/processes.mjs';
import { ceremony } from './kill-test/room.mjs';

const LANES = 4;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    rotations: { type: 'string', default: '4' },
    child: { type: 'string' },
    database: { type: 'string' },
  },
});
if (values.child !== undefined && values.database !== undefined) {
  await ceremony(values.child, values.database);
  process.exit(0);
} else {
  const state = mkdtempSync(join(tmpdir(), 'rhc-kills-'));
  const cluster = await startPostgresCluster();
  const started = performance.now();
  const port = await freePort();
  const drill = new Drill({
    state,
    database: cluster.url,
    kills: Number(values.kills),
    seed: Number(values.seed),
    rotations: Number(values.rotations),
    port,
  });
  let status = 1;
  try {
    await drill.holdCeremony();
    await drill.rotations.foundRoster();
    drill.startService();
    const lanes = Promise.all(Array.from({ length: LANES }, (_, lane) => drill.lane(lane)));
    lanes.catch((error) => {
      drill.faults.push(String(error));
    });
    const turning = drill.rotations
      .run()
      .catch((error) => drill.faults.push(`rotations: ${error}`))
      .finally(() => {
        drill.rotated = true;
      });
    await drill.killAtRandom();
    await turning;
    drill.stopped = true;
    await lanes.catch(() => undefined);
    await drill.stop();
    const admin = new pg.Client({ connectionString: cluster.url, application_name: 'drill' });
    await admin.connect();
    const { wrong, leaves, counted } = await check(drill, admin, state).finally(() => admin.end());
    const rotations = drill.rotations.ended.map(({ slot, source, state: end }) => `${slot} ${source} ${end}`);
    const withVersion = Object.fromEntries(drill.withVersion);
    const refusals = Object.fromEntries(drill.refusals);
    const { kills, answered, asked, authentications, faults } = drill;
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(
      `${JSON.stringify({ kills, total: drill.total, seconds, asked, answered: answered.length, authentications, withVersion, rotations, refusals, leaves, counted, restartsByItself: faults.length, wrong }, null, 2)}\n`,
    );
    if (faults.length > 0) process.stdout.write(`${faults.slice(0, 5).join('\n')}\n`);
    status = wrong.length === 0 && faults.every((fault) => fault.startsWith('service ended')) ? 0 : 1;
  } finally {
    await drill.stop();
    await cluster.stop();
    if (existsSync(state)) rmSync(state, { recursive: true, force: true });
  }
  process.exit(status);
}

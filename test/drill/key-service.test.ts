/** A small sample of `npm run kill-test`: a ceremony and a rotation in traffic while workers, service, connections and the database server are killed. */
import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const LONG_MS = 300_000;

test(
  'kills during ceremony, rotation and traffic: no answer without its leaf, nothing twice, the log verifies',
  () => {
    const words = ['key-service/bench/kill-test.mjs', '--kills', '5', '--seed', '7', '--rotations', '1'];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, {
      encoding: 'utf8',
      timeout: LONG_MS - 10_000,
    });
    // Lines of a service that ended by itself may follow the report.
    const end = stdout.lastIndexOf('}') + 1;
    if (end === 0) throw new Error(stderr.slice(-2_000));
    const { wrong, total, answered, leaves, rotations } = JSON.parse(stdout.slice(0, end));
    expect({ status, wrong }).toEqual({ status: 0, wrong: [] });
    expect(total).toBeGreaterThanOrEqual(5);
    expect(answered).toBeGreaterThan(0);
    expect(leaves).toBeGreaterThan(answered);
    expect(rotations).toHaveLength(1);
  },
  LONG_MS,
);

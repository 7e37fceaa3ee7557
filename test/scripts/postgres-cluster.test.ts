/** The private PostgreSQL cluster answers a query, refuses strangers and leaves nothing behind. */
import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { startPostgresCluster } from '../../scripts/postgres-cluster/postgres-cluster.mjs';

function query(url: string, sql: string) {
  return spawnSync('psql', ['-w', '-t', '-A', '-d', url, '-c', sql], { encoding: 'utf8' });
}

test('a cluster of its own answers, refuses a wrong password and is gone after its stop', async () => {
  const cluster = await startPostgresCluster();
  try {
    expect(query(cluster.url, 'SHOW server_encoding').stdout.trim()).toBe('UTF8');
    expect(query(cluster.url.replace(cluster.password, 'x'), 'SELECT 1').stderr).toContain('password');
  } finally {
    await cluster.stop();
  }
  expect(query(cluster.url, 'SELECT 1').status).not.toBe(0);
}, 60_000);

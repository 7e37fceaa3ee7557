/** A small sample of `npm run soak -- issuing`: kills of any process while cards are issued one by one, in bulk and by a bureau, on PostgreSQL. */
import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const LONG_MS = 300_000;
const KILLS = 5;

test(
  `${KILLS} kills: no number twice, no blank lost, no card without a read-back, the books close at 0`,
  () => {
    const words = ['scripts/soak.mjs', 'issuing', '--kills', String(KILLS), '--seed', '7'];
    const run = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: LONG_MS - 10_000 });
    expect(run.stdout).toContain(`kills ${KILLS} `);
    expect(run.stdout).toMatch(/发卡 cards [1-9]/);
    expect(run.stdout).toMatch(/制卡订单 bureau orders [1-9]/);
    expect(run.stdout).toMatch(/wrong: 0 $/m);
    expect(run.status).toBe(0);
  },
  LONG_MS,
);

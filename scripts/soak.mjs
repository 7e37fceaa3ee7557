/**
 * `npm run soak -- readers|in-process|pulls|issuing`: what must hold for weeks, in minutes. Each ends with
 * its figures and with status 0 only if nothing was lost, doubled or told wrongly. A small sample of each stands in the suites.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { soakInProcess } from './soak/in-process.mjs';
import { drillIssuing } from './soak/issuing/drill.mjs';
import { percentile, soakThroughPcscd } from './soak/through-pcscd.mjs';

const USAGE = `npm run soak -- readers [--insertions 1000] [--kills 100]   pcscd 与虚拟读卡器 · pcscd with virtual readers
npm run soak -- in-process [--insertions 10000]            进程内 · the same in process
npm run soak -- pulls [--pulls 10000]                      写卡时随机拔卡 · random pulls while writing
npm run soak -- issuing [--kills 200] [--seed 1] [--database sqlite|postgres]
                                                           发卡时随机杀进程 · kills of any process while cards are issued`;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    insertions: { type: 'string' },
    kills: { type: 'string' },
    pulls: { type: 'string' },
    seed: { type: 'string', default: '1' },
    database: { type: 'string', default: 'postgres' },
  },
});
/** A reader process keeps two handles for each of at most 32 services that it lost, then it is replaced. */
const MOST_HANDLES_MORE = 70;
const say = (/** @type {string} */ line) => console.log(line);

switch (positionals[0]) {
  case 'readers': {
    const insertions = Number(values.insertions ?? 1000);
    const kills = Number(values.kills ?? 100);
    const { inserted, removed, faults, recoveryMs, handles, restarts } = await soakThroughPcscd({
      insertions,
      kills,
      say,
    });
    const p95 = percentile(recoveryMs, 0.95);
    const expected = insertions + kills;
    const child = handles.child;
    const grown = Math.max(handles.last - handles.first, (child.at(-1) ?? 0) - (child[1] ?? child[0] ?? 0));
    say(`放卡 insertions ${inserted}（应为 expected ${expected}），取卡 removals ${removed}`);
    say(`丢失或重复 lost or doubled: ${faults.length} ${faults.join('; ')}`);
    say(`恢复 recovery: p50 ${percentile(recoveryMs, 0.5)} ms, p95 ${p95} ms, max ${Math.max(0, ...recoveryMs)} ms`);
    say(
      `句柄 handles: agent ${handles.first} → ${handles.last}, child ${child.join(' ')}；子进程更换 children replaced ${restarts}`,
    );
    process.exitCode =
      inserted === expected && removed === expected && faults.length === 0 && p95 <= 3000 && grown <= MOST_HANDLES_MORE
        ? 0
        : 1;
    break;
  }
  case 'in-process': {
    const result = soakInProcess({ insertions: Number(values.insertions ?? 10_000) });
    say(JSON.stringify(result, null, 2));
    process.exitCode = result.faults.length === 0 && result.inserted === result.expected ? 0 : 1;
    break;
  }
  case 'pulls': {
    // Two thirds patches, one third visits.
    const patches = Math.ceil((Number(values.pulls ?? 10_000) * 2) / 3);
    const { status } = spawnSync(
      process.execPath,
      ['node_modules/jest/bin/jest.js', 'reader-agent/test/writes/pulls.test'],
      {
        stdio: 'inherit',
        env: { ...process.env, RHC_SOAK_PULLS: String(patches) },
      },
    );
    process.exitCode = status ?? 1;
    break;
  }
  case 'issuing': {
    const engine = values.database === 'sqlite' ? 'sqlite' : 'postgres';
    const seed = Number(values.seed);
    const started = performance.now();
    const { kills, cards, orders, faults } = await drillIssuing({
      kills: Number(values.kills ?? 200),
      seed,
      engine,
      say,
    });
    const total = Object.values(kills).reduce((sum, count) => sum + count, 0);
    const seconds = Math.round((performance.now() - started) / 1000);
    say(
      `杀进程 kills ${total} ${JSON.stringify(kills)}；发卡 cards ${cards}；制卡订单 bureau orders ${orders}；${engine}，种子 seed ${seed}，${seconds} s`,
    );
    say(`不成立 wrong: ${faults.length} ${faults.join('; ')}`);
    process.exitCode = faults.length === 0 ? 0 : 1;
    break;
  }
  default:
    say(USAGE);
    process.exitCode = 2;
}

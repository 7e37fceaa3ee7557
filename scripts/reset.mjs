/** `npm run reset [-- --yes]`: clears var/, that is, the token with its keys, the databases, the virtual cards, the logs. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';

const VAR = join(resolve(fileURLToPath(import.meta.url), '../..'), 'var');

/** The running `npm start` writes its process id here (scripts/start/processes.mjs). */
function runningStart() {
  const path = join(VAR, 'run/start.pid');
  if (!existsSync(path)) return 0;
  const pid = Number(readFileSync(path, 'utf8'));
  try {
    process.kill(pid, 0);
    return pid;
  } catch {
    return 0;
  }
}

async function agreed() {
  if (process.argv.includes('--yes')) return true;
  if (!process.stdin.isTTY) {
    console.error(
      '没有终端可以确认；脚本请用：npm run reset -- --yes\nThere is no terminal to ask on; scripts use: npm run reset -- --yes',
    );
    return false;
  }
  const ask = createInterface({ input: process.stdin, output: process.stdout });
  const question = `将删除 ${VAR} 下的全部状态（密钥、数据库、虚拟卡、日志）。输入 yes 确认：\nAll state under it is deleted (keys, databases, virtual cards, logs). Type yes to go on: `;
  const answer = await ask.question(question);
  ask.close();
  return answer.trim().toLowerCase() === 'yes';
}

const pid = runningStart();
if (!existsSync(VAR) || readdirSync(VAR).length === 0) {
  console.log('var/ 已经是空的 · var/ is already empty');
} else if (pid > 0) {
  console.error(
    `系统正在运行（进程 ${pid}）。请先用 Ctrl-C 停止它。\nThe system is running (process ${pid}). Stop it with Ctrl-C first.`,
  );
  process.exitCode = 1;
} else if (await agreed()) {
  for (const name of readdirSync(VAR)) rmSync(join(VAR, name), { recursive: true, force: true });
  console.log('✓ var/ 已清空，下次 npm start 从头开始 · cleared; the next npm start begins anew');
} else {
  console.log('未做任何更改 · nothing was changed');
  process.exitCode = 1;
}

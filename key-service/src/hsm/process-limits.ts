/**
 * No core dump of a process that has seen a PIN or a key: RLIMIT_CORE 0, soft and hard, inherited by what we start; and
 * the process is not dumpable, so that nobody of the same user attaches a debugger to it. Linux only: elsewhere the
 * operator's settings hold, and the start says so.
 */
import koffi from 'koffi';

const RLIMIT_CORE = 4;
const PR_SET_DUMPABLE = 4;

/** False where the system has no such call. */
export function forbidCoreDumps(): boolean {
  if (process.platform !== 'linux') return false;
  const libc = koffi.load('libc.so.6');
  const none = Buffer.alloc(16);
  const limited = libc.func('int setrlimit(int resource, const void *limit)')(RLIMIT_CORE, none) === 0;
  libc.func('int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)')(
    PR_SET_DUMPABLE,
    0,
    0,
    0,
    0,
  );
  return limited;
}

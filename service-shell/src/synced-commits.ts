/**
 * Durable commits of one SQLite connection that do not hold up the thread. With `synchronous = FULL` better-sqlite3 waits
 * for the disk inside COMMIT, and the whole service with it. Here SQLite writes its log without waiting (`NORMAL`), and the
 * log is brought to the disk by a thread of libuv; the answer to COMMIT waits for that, and the connection with it, so that
 * nobody is told, and nobody else reads, what a power cut could still take back. SQLite itself syncs before it copies the
 * log into the database (sqlite.org/wal.html, "Performance Considerations"; PRAGMA synchronous).
 */
import { close as closeFile, fdatasync, open } from 'node:fs';
import { promisify } from 'node:util';

/** What is used of a better-sqlite3 statement and connection. */
interface Statement {
  readonly reader: boolean;
  readonly busy: boolean;
  all(...bindings: unknown[]): unknown;
  run(...bindings: unknown[]): unknown;
}
interface Connection {
  readonly name: string;
  /** True of `:memory:`, which has no log. */
  readonly memory: boolean;
  readonly inTransaction: boolean;
  prepare(sql: string): Statement;
  pragma(text: string): unknown;
  close(): unknown;
}

const LEAVES_NOTHING = /^\s*(select|explain|begin|savepoint)\b/i;
const TAKES_BACK = /^\s*rollback\b/i;

/**
 * From now on a statement that ends a transaction (or is one) answers with a promise, as knex awaits it. Call it before
 * `keepStatements`, on a connection in WAL mode that one process alone writes through.
 * @throws the system's error, for this and every later statement but ROLLBACK, once the disk has refused: what the disk holds
 * is then unknown, and what can be read may be gone after a power cut. A new connection begins anew.
 */
export function syncCommits(connection: Connection, sync: (fd: number) => Promise<void> = promisify(fdatasync)): void {
  if (connection.memory) return;
  connection.pragma('synchronous = NORMAL');
  const prepare = connection.prepare.bind(connection);
  const close = connection.close.bind(connection);
  let log: Promise<number> | undefined;
  let refused: unknown;
  const brought = async <T>(answer: T): Promise<T> => {
    try {
      // Kept open with the connection: SQLite's locks are on other files, and nobody replaces a log that is in use.
      log ??= promisify(open)(`${connection.name}-wal`, 'r+');
      await sync(await log);
    } catch (error) {
      refused = error;
      throw error;
    }
    return answer;
  };
  connection.close = () => {
    log?.then(
      (fd) => closeFile(fd),
      () => undefined,
    );
    return close();
  };
  connection.prepare = (sql) => {
    const statement = prepare(sql);
    if (TAKES_BACK.test(sql)) return statement;
    const leavesNothing = LEAVES_NOTHING.test(sql);
    const answered = (ask: () => unknown) => {
      if (refused !== undefined) throw refused;
      const answer = ask();
      return leavesNothing || connection.inTransaction ? answer : brought(answer);
    };
    return {
      reader: statement.reader,
      get busy() {
        return statement.busy;
      },
      all: (...bindings) => answered(() => statement.all(...bindings)),
      run: (...bindings) => answered(() => statement.run(...bindings)),
    };
  };
}

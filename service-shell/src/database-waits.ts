/** How a service opens its database with Knex, whichever it is, and how it knows that it is away. */

/**
 * Knex writes to the console what it also throws, 60 s late when a pool was closed meanwhile; whoever catches the error
 * logs it as a line of the service's own.
 */
export const DATABASE_LOG = {
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
  deprecate: (method: string, alternative: string) => {
    process.emitWarning(`Knex: ${method} is deprecated, use ${alternative}`, 'DeprecationWarning');
  },
};

/** Milliseconds that a call waits for a connection to PostgreSQL: whoever asked gets an answer while they still look. */
export const ACQUIRE_CONNECTION_MS = 10_000;

/** SQLSTATE 08 (connection), 57P01 to 57P03 (shut down, crashed, starting), 53300 (too many connections). */
const AWAY_SQL_STATES = /^(?:08...|57P0[123]|53300)$/;
const AWAY_SYSTEM_CODES = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'];
/** SQLite cannot reach its file, or another process holds it longer than we wait. */
const AWAY_SQLITE = /^SQLITE_(?:BUSY|IOERR|CANTOPEN|FULL|READONLY)/;
/** node-postgres gives these without a code, and Knex puts the statement and ` - ` before them. */
const AWAY_WORDS = /(?:^| - )(?:Connection terminated|Client (?:has encountered a connection error|was closed))/;

/**
 * True when the database could not be asked, so that waiting and asking again is the cure; false when it answered that the
 * statement is at fault.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error) && Object.prototype.toString.call(error) !== '[object Error]') return false;
  const { code, message, name } = error as Error & { code?: unknown };
  if (name === 'KnexTimeoutError') return true;
  if (typeof code !== 'string') return AWAY_WORDS.test(message);
  return AWAY_SQL_STATES.test(code) || AWAY_SYSTEM_CODES.includes(code) || AWAY_SQLITE.test(code);
}

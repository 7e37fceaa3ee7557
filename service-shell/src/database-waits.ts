/** How a service opens its database with Knex, whichever it is. */

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

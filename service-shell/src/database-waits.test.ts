import { expect, test } from '@jest/globals';
import { isDatabaseAway } from './database-waits.ts';

const failed = (message: string, more: object = {}) => Object.assign(new Error(message), more);

test.each([
  ['PostgreSQL refuses connections', failed('connect ECONNREFUSED 127.0.0.1:5432', { code: 'ECONNREFUSED' })],
  ['it was shut down under the statement', failed('terminating connection', { code: '57P01' })],
  ['it starts up', failed('the database system is starting up', { code: '57P03' })],
  ['no connection is left', failed('sorry, too many clients already', { code: '53300' })],
  ['the pipe broke', failed('Connection terminated unexpectedly')],
  [
    'the pipe broke under a statement',
    failed('select * from "x" where "id" = $1 - Connection terminated unexpectedly'),
  ],
  ['the client is of no use any more', failed('ROLLBACK - Client was closed and is not queryable')],
  ['the pool gave none in time', failed('Knex: Timeout acquiring a connection', { name: 'KnexTimeoutError' })],
  ['SQLite waited for another writer', failed('database is locked', { code: 'SQLITE_BUSY' })],
  ['the disk of SQLite is full', failed('database or disk is full', { code: 'SQLITE_FULL' })],
])('away: %s', (_what, error) => {
  expect(isDatabaseAway(error)).toBe(true);
});

test.each([
  ['a unique rule', failed('duplicate key', { code: '23505' })],
  ['a wrong statement', failed('syntax error', { code: '42601' })],
  ['a rule of SQLite', failed('UNIQUE constraint failed', { code: 'SQLITE_CONSTRAINT_UNIQUE' })],
  ['an error of the program', new TypeError('x is not a function')],
  ['no error at all', 'ECONNREFUSED'],
])('not away: %s', (_what, error) => {
  expect(isDatabaseAway(error)).toBe(false);
});

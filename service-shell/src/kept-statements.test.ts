import { afterEach, beforeEach, expect, test } from '@jest/globals';
import knex, { type Knex } from 'knex';
import { keepStatements } from './kept-statements.ts';

let database: Knex;
let prepared: string[];

beforeEach(async () => {
  prepared = [];
  database = knex({
    client: 'better-sqlite3',
    connection: { filename: ':memory:' },
    useNullAsDefault: true,
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: Parameters<typeof keepStatements>[0], done: (error: null) => void) => {
        const prepare = connection.prepare.bind(connection);
        connection.prepare = (sql) => {
          prepared.push(sql);
          return prepare(sql);
        };
        keepStatements(connection, 2);
        done(null);
      },
    },
  });
  await database.schema.createTable('blanks', (table) => {
    table.string('factor');
  });
  prepared.length = 0;
});
afterEach(() => database.destroy());

test('the same question is prepared once and answers with its own bindings each time', async () => {
  await database('blanks').insert({ factor: 'A' });
  await database('blanks').insert({ factor: 'B' });
  expect(await database('blanks').where({ factor: 'A' })).toEqual([{ factor: 'A' }]);
  expect(await database('blanks').where({ factor: 'B' })).toEqual([{ factor: 'B' }]);
  expect(prepared).toHaveLength(2);
});

test('a new column is seen by a question that was asked before it was there', async () => {
  await database('blanks').insert({ factor: 'A' });
  expect(await database('blanks').select('*')).toEqual([{ factor: 'A' }]);
  await database.schema.alterTable('blanks', (table) => {
    table.string('box').defaultTo('7');
  });
  expect(await database('blanks').select('*')).toEqual([{ factor: 'A', box: '7' }]);
});

test('the longest unused statement is forgotten first', async () => {
  await database('blanks').insert({ factor: 'A' });
  await database('blanks').select('*');
  await database('blanks').insert({ factor: 'B' });
  await database('blanks').count();
  prepared.length = 0;
  await database('blanks').insert({ factor: 'C' });
  expect(prepared).toHaveLength(0);
  expect(await database('blanks').select('*')).toHaveLength(3);
  expect(prepared).toHaveLength(1);
});

test('a statement in the middle of its rows is not lent twice', async () => {
  await database('blanks').insert([{ factor: 'A' }, { factor: 'B' }]);
  const connection = await database.client.acquireConnection();
  const rows = connection.prepare('select factor from blanks').iterate();
  expect(rows.next().value).toEqual({ factor: 'A' });
  expect(connection.prepare('select factor from blanks').all()).toHaveLength(2);
  rows.return();
  await database.client.releaseConnection(connection);
});

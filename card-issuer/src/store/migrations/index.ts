/** Migrations in order, as code: nothing is read from a folder at run time. A published one is never edited. */
import type { Knex } from 'knex';
import * as first from './001-first-light.ts';
import * as lifeCycle from './002-life-cycle.ts';
import * as stock from './003-stock.ts';
import * as hotlist from './004-hotlist.ts';
import * as approvals from './005-approvals.ts';
import * as steering from './010-steering.ts';
import * as bulk from './011-bulk.ts';

const ALL = [
  { name: '001-first-light', ...first },
  { name: '002-life-cycle', ...lifeCycle },
  { name: '003-stock', ...stock },
  { name: '004-hotlist', ...hotlist },
  { name: '005-approvals', ...approvals },
  { name: '010-steering', ...steering },
  { name: '011-bulk', ...bulk },
] as const;
type Migration = (typeof ALL)[number];

export const MIGRATIONS: Knex.MigrationSource<Migration> = {
  getMigrations: () => Promise.resolve([...ALL]),
  getMigrationName: (migration) => migration.name,
  getMigration: (migration) => Promise.resolve({ up: migration.up, down: migration.down }),
};

/** Migrations in order, as code: nothing is read from a folder at run time. A published one is never edited. */
import type { Knex } from 'knex';
import * as first from './001-first-light.ts';
import * as lifeCycle from './002-life-cycle.ts';
import * as stock from './003-stock.ts';
import * as hotlist from './004-hotlist.ts';
import * as approvals from './005-approvals.ts';
import * as steering from './010-steering.ts';
import * as bulk from './011-bulk.ts';
import * as dataKeys from './012-data-keys.ts';
import * as residents from './013-residents.ts';
import * as imports from './014-imports.ts';
import * as registry from './015-registry.ts';
import * as mailbox from './016-mailbox.ts';
import * as bureau from './017-bureau.ts';
import * as changeFeed from './019-change-feed.ts';
import * as installation from './020-installation.ts';
import * as lookUpOrder from './021-look-up-order.ts';
import * as renewals from './022-renewals.ts';
import * as cardPeople from './023-card-people.ts';

const ALL = [
  { name: '001-first-light', ...first },
  { name: '002-life-cycle', ...lifeCycle },
  { name: '003-stock', ...stock },
  { name: '004-hotlist', ...hotlist },
  { name: '005-approvals', ...approvals },
  { name: '010-steering', ...steering },
  { name: '011-bulk', ...bulk },
  { name: '012-data-keys', ...dataKeys },
  { name: '013-residents', ...residents },
  { name: '014-imports', ...imports },
  { name: '015-registry', ...registry },
  { name: '016-mailbox', ...mailbox },
  { name: '017-bureau', ...bureau },
  { name: '019-change-feed', ...changeFeed },
  { name: '020-installation', ...installation },
  { name: '021-look-up-order', ...lookUpOrder },
  { name: '022-renewals', ...renewals },
  { name: '023-card-people', ...cardPeople },
] as const;
type Migration = (typeof ALL)[number];

/** The steps up to and with `name`: what must stand before the vault can be opened. */
export function migrationsThrough(name: (typeof ALL)[number]['name']): Knex.MigrationSource<Migration> {
  const last = ALL.findIndex((step) => step.name === name);
  return { ...MIGRATIONS, getMigrations: () => Promise.resolve(ALL.slice(0, last + 1)) };
}

export const MIGRATIONS: Knex.MigrationSource<Migration> = {
  getMigrations: () => Promise.resolve([...ALL]),
  getMigrationName: (migration) => migration.name,
  getMigration: (migration) => Promise.resolve({ up: migration.up, down: migration.down }),
};

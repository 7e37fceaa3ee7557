/** Every step goes back one by one to nothing and up again, on both engines, and the schema is the one of before. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Resident } from '../../src/domain/resident.ts';
import { isPostgres } from '../../src/store/database.ts';
import { type Database, migrate, residents } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { openTestVault } from '../life-cycle/in-use.ts';
import { ENGINES, openOn, refusal } from './both-engines.ts';

const LONG_MS = 120_000;
const TABLE = { migrationSource: MIGRATIONS, tableName: 'schema_migrations' };
/** The books of the migrations themselves stay when every step is gone. */
const OWN_BOOKS = /schema_migrations|sqlite_sequence/;

const POSTGRES_SCHEMA = `
  SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '-') AS line
    FROM information_schema.columns WHERE table_schema = current_schema()
  UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = current_schema()
  UNION ALL SELECT 'check ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
  UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal`;
const SQLITE_SCHEMA = `
  SELECT 'column ' || m.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '-') || ' ' || c.pk AS line
    FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'
  UNION ALL SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '-') FROM sqlite_master WHERE type <> 'table'
  UNION ALL SELECT 'reference ' || m.name || '.' || f."from" || ' ' || f."table" || '.' || coalesce(f."to", '-')
    FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`;

/** Columns, indexes, constraints and triggers as sorted lines; the order of columns is no part of it. */
async function schemaOf(database: Database): Promise<string[]> {
  const answer = await database.raw(isPostgres(database) ? POSTGRES_SCHEMA : SQLITE_SCHEMA);
  const rows = (isPostgres(database) ? answer.rows : answer) as { line: string }[];
  return rows
    .map(({ line }) => line)
    .filter((line) => !OWN_BOOKS.test(line))
    .sort();
}

describe.each(ENGINES)('migrations down on %s', (engine) => {
  let opened: Awaited<ReturnType<typeof openOn>>;
  beforeAll(async () => {
    opened = await openOn(engine);
  }, LONG_MS);
  afterAll(() => opened.close(), LONG_MS);

  test(
    'one by one to nothing, and up again to the same schema',
    async () => {
      const { database } = opened;
      const first = await schemaOf(database);
      expect(first.length).toBeGreaterThan(100);
      const steps = (await MIGRATIONS.getMigrations([])).map(({ name }) => name).reverse();
      for (const name of steps) {
        const [, undone] = (await database.migrate.down({ ...TABLE, name })) as [number, string[]];
        expect(undone).toEqual([name]);
      }
      expect(await schemaOf(database)).toEqual([]);
      await migrate(database, openTestVault);
      expect(await schemaOf(database)).toEqual(first);
    },
    LONG_MS,
  );

  test(
    'the residents step refuses to go back over a consent or a history that the older schema cannot hold',
    async () => {
      const { database } = opened;
      const back = () => refusal(database.migrate.down({ ...TABLE, name: '013-residents' }));
      const at = '2026-11-24T00:00:00.000Z';
      const resident = {
        documentType: '01',
        documentNumber: '1',
        name: '甲',
        birthDate: '1990-01-01',
        areaCode: '130102',
      };
      await residents.insertResident(database, { id: 'r1', resident: resident as Resident, enrolledAt: at });
      const rows = {
        resident_consents: { id: 's1', resident_id: 'r1', purpose: 'p', basis: 'b', given_at: at, given_to: 'a' },
        resident_changes: { resident_id: 'r1', version: 2, at, actor: 'a', purpose: 'p', fields: '[]' },
      };
      for (const [table, row] of Object.entries(rows)) {
        await database(table).delete();
        await database(table).insert(row);
        expect(String(await back())).toContain(table);
        expect(await database(table).first()).toMatchObject(row);
        await database(table).delete();
      }
      await database.migrate.down({ ...TABLE, name: '013-residents' });
      expect(await database('residents').where({ id: 'r1' }).first()).toMatchObject({ name: '甲' });
      await migrate(database, openTestVault);
    },
    LONG_MS,
  );

  test(
    'a step whose tables hold what stands nowhere else refuses, and leaves it there',
    async () => {
      const { database } = opened;
      const at = '2026-11-24T00:00:00.000Z';
      const change = { selection: '{}', cursor: '', looked: 0, made: 0, needless: 0, refused: 0, refusals: '[]' };
      const held: readonly (readonly [string, string, Record<string, unknown>])[] = [
        [
          '016-mailbox',
          'mailbox_changes',
          { ...change, id: 'm1', name: 'n', state: 'ready', content: '{}', created_by: 'a', created_at: at },
        ],
        [
          '015-registry',
          'foreign_hotlists',
          {
            province_code: '11',
            version: 1,
            made_at: at,
            entries: 0,
            key_id: 'k',
            file: Buffer.alloc(1),
            imported_by: 'a',
            imported_at: at,
          },
        ],
        ['014-imports', 'roster_mappings', { source: 's', mapping: '{}', updated_by: 'a', updated_at: at }],
        ['011-bulk', 'bulk_runs', { id: 'b1', name: 'n', state: 'done', created_by: 'a', created_at: at }],
        [
          '010-steering',
          'county_populations',
          { area_code: '130102', residents: 1, source: 's', set_by: 'a', set_at: at },
        ],
        ['004-hotlist', 'hotlists', { version: 1, made_at: at, entries: 0 }],
      ];
      for (const [name, table, row] of held) {
        await database(table).insert(row);
        const answer = String(await refusal(database.migrate.down({ ...TABLE, name })));
        expect(answer).toContain(`there are rows in ${table}`);
        expect(await database(table).select()).toHaveLength(1);
        await database(table).delete();
      }
    },
    LONG_MS,
  );
});

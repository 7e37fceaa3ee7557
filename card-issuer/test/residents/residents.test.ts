/** The register of residents on both engines: sealed at rest, found by token, changed by version, merged and undone, erased. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startPostgresCluster } from '../../../scripts/postgres-cluster/postgres-cluster.mjs';
import type { Issuer } from '../../src/app.ts';
import { identityCheckCharacter } from '../../src/domain/identity-number.ts';
import { subjectAccessText } from '../../src/domain/subject-access-text.ts';
import { cards, type Database, migrate, openDatabase } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { issuerWith, openTestVault, personalized, TurnedClock } from '../life-cycle/in-use.ts';
import { ENGINES, refusal } from '../store/both-engines.ts';

const LONG_MS = 120_000;
const number = (sequence: number, birth = '19850612') => {
  const first17 = `130101${birth}${String(sequence).padStart(3, '0')}`;
  return first17 + identityCheckCharacter(first17);
};
const person = {
  name: '单雪莲',
  sex: '女',
  ethnicGroup: '汉',
  birthDate: '1985-06-12',
  documentType: '01',
  documentNumber: number(102),
  areaCode: '130102',
  villageCode: '130102001003',
  householdAddress: '河北省石家庄市长安区青园街道桃花巷 7 号',
  phone: '0311-00001234',
  contactName: '魏长河',
  contactRelationship: '丈夫',
  contactPhone: '0311-00005678',
  otherContacts: [{ name: '单玉兰', relationship: '母亲' }],
  otherDocuments: [{ documentType: '03', documentNumber: 'ZZ1234567' }],
  alerts: ['哮喘'],
  allergies: [{ substance: '磺胺', reaction: '喉头水肿' }],
};
/** Every value of the person that must not be found in a file. */
const VALUES = [
  ...[person.name, person.documentNumber, person.phone, person.contactName, person.contactPhone, '单玉兰', 'ZZ1234567'],
  ...['桃花巷', '喉头水肿', '磺胺', '130102001003', '改后街', '0311-00009999'],
];
const by = { actor: 'clerk:test', purpose: 'card-issue' };
const refused = (code: string) => expect.objectContaining({ code });

/** The database's own user reads it, too. */
function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rhc-residents-'));
  chmodSync(folder, 0o755);
  return folder;
}

function found(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.flatMap((file) => {
    const bytes = readFileSync(join(file.parentPath, file.name));
    return VALUES.filter((value) => bytes.includes(Buffer.from(value))).map((value) => `${value} in ${file.name}`);
  });
}

describe.each(ENGINES)('residents on %s', (engine) => {
  const folder = openFolder();
  const clock = new TurnedClock();
  let cluster: Awaited<ReturnType<typeof startPostgresCluster>> | null = null;
  let database: Database;
  let issuer: Issuer;
  beforeAll(async () => {
    if (engine === 'postgres') cluster = await startPostgresCluster({ parentDir: folder });
    database = openDatabase(cluster?.url ?? join(folder, 'issuer.sqlite'));
    issuer = await issuerWith(database, clock, { archiveYears: 30 });
  }, LONG_MS);
  afterAll(async () => {
    await issuer?.stop();
    await database?.destroy();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, LONG_MS);
  let id = '';

  test('enrolled, found by number, other document, name, initials and phone; by nothing else', async () => {
    ({ id } = await issuer.residents.enrol(person, 'k1', by));
    expect(await issuer.residents.enrol(person, 'k2', by)).toEqual({ id, known: true });
    for (const search of [person.documentNumber, 'zz1234567', '单雪莲', 'sxl', '0311 0000 1234']) {
      const page = await issuer.residents.list({ limit: 10, search });
      expect([search, page.residents.map((each) => each.id)]).toEqual([search, [id]]);
    }
    for (const search of ['单', '雪莲', '130101', 'dxl']) {
      expect((await issuer.residents.list({ limit: 10, search })).residents).toEqual([]);
    }
    expect((await issuer.residents.get(id)).resident).toMatchObject({
      villageCode: '130102001003',
      otherContacts: [{ name: '单玉兰', relationship: '05', phone: null }],
    });
  });

  test('a change names the version it starts from and leaves who, when, what for, from what to what', async () => {
    const input = { ...person, householdAddress: '河北省石家庄市长安区改后街 1 号', phone: '0311-00009999' };
    expect(await issuer.residents.change(id, { ...by, version: 1, input }, null)).toEqual({
      id,
      version: 2,
      fields: ['householdAddress', 'phone'],
    });
    const stale = issuer.residents.change(id, { ...by, version: 1, input: person }, null);
    expect(await refusal(stale)).toEqual(refused('RESIDENT_CHANGED_MEANWHILE'));
    const both = await Promise.allSettled(
      ['甲', '乙'].map((suffix) =>
        issuer.residents.change(
          id,
          { ...by, version: 2, input: { ...input, occupation: '', otherAlert: suffix } },
          null,
        ),
      ),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const history = await issuer.residents.history(id);
    expect(history.map(({ version, actor, fields }) => [version, actor, fields])).toEqual([
      [1, 'clerk:test', []],
      [2, 'clerk:test', ['householdAddress', 'phone']],
      [3, 'clerk:test', ['otherAlert']],
    ]);
    expect(history[1]?.values?.[1]).toEqual({ field: 'phone', old: '0311-00001234', new: '0311-00009999' });
  });

  test('a newborn without a number: temporary identity, candidate, merge with redirect, undone', async () => {
    const child = { ...person, name: '魏小满', birthDate: '2026-11-01', alerts: [], allergies: [], otherDocuments: [] };
    const born = await issuer.residents.enrol({ ...child, documentType: '临时', documentNumber: '' }, null, by);
    expect((await issuer.residents.get(born.id)).resident.documentNumber).toMatch(/^T13010220261101\d{3}$/);
    const named = await issuer.residents.enrol({ ...child, documentNumber: number(104, '20261101') }, null, by);
    const { candidates } = await issuer.residents.candidates({ state: 'open', residentId: born.id, limit: 10 });
    expect(candidates).toHaveLength(1);
    expect(candidates[0]?.reasons.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['same-name', 'same-birth-date', 'same-address', 'same-contact', 'one-without-number']),
    );
    // Never merged in silence.
    expect((await issuer.residents.get(born.id)).state).toBe('live');
    await issuer.residents.merge(named.id, born.id, by, 'merge');
    expect(await issuer.residents.get(born.id)).toMatchObject({ state: 'merged', mergedInto: named.id });
    expect(await refusal(issuer.service.orderCard(born.id))).toEqual(refused('RESIDENT_MERGED'));
    expect(await refusal(issuer.residents.merge(named.id, born.id, by, null))).toEqual(refused('RESIDENT_MERGED'));
    await issuer.residents.undoMerge(born.id, by);
    expect(await issuer.residents.get(born.id)).toMatchObject({ state: 'live', mergedInto: null });
    expect(await refusal(issuer.residents.undoMerge(born.id, by))).toEqual(refused('MERGE_UNKNOWN'));
    await issuer.residents.keepApart([born.id, named.id], by);
    expect((await issuer.residents.candidates({ state: 'open', residentId: born.id, limit: 10 })).candidates).toEqual(
      [],
    );
  });

  test('two people of one name and birth date with numbers of their own are no candidates by that alone', async () => {
    const other = {
      ...person,
      documentNumber: number(106),
      phone: '',
      contactName: '',
      contactRelationship: '',
      contactPhone: '',
    };
    const far = {
      ...other,
      areaCode: '130202',
      villageCode: '',
      householdAddress: '唐山市路南区某街 9 号',
      otherContacts: [],
      otherDocuments: [],
    };
    const { id: apart } = await issuer.residents.enrol(far, null, by);
    expect((await issuer.residents.candidates({ state: 'open', residentId: apart, limit: 10 })).candidates).toEqual([]);
  });

  test('consent, the copy for the person, erasure refused while a card lives and while the archive holds', async () => {
    const given = await issuer.residents.consent(
      id,
      { purpose: 'health-record', basis: '书面同意' },
      'clerk:test',
      null,
    );
    const [withdrawn] = await issuer.residents.withdrawConsent(id, given.id, 'clerk:test');
    expect(withdrawn).toMatchObject({ withdrawnTo: 'clerk:test' });
    const { id: cardId } = await issuer.service.orderCard(id);
    await personalized(database, cardId, clock);
    expect(await refusal(issuer.residents.erase(id, by, null))).toEqual(refused('RESIDENT_CARD_IN_USE'));
    await issuer.service.activate(cardId);
    const copy = await issuer.residents.subjectAccess(id);
    expect(copy).toMatchObject({ resident: { name: '单雪莲' }, cards: [{ cardNumber: person.documentNumber }] });
    const text = subjectAccessText(copy);
    for (const line of ['姓名 Name: 单雪莲', '过敏 Allergy: 磺胺 喉头水肿', '书面同意']) expect(text).toContain(line);
    await issuer.service.lifeCycle.move(cardId, { move: 'cancel', reason: 'holder-request', actor: 'x' }, null);
    expect(await refusal(issuer.residents.erase(id, by, null))).toMatchObject({
      code: 'RESIDENT_ARCHIVE_HOLDS',
      fields: [{ rule: { en: 'kept until 2066-11-24' } }],
    });
  });

  test('no value of a resident stands in any file of the database', async () => {
    if (engine === 'postgres') await database.raw('CHECKPOINT');
    const [row] = await database('cards').select('card_data');
    expect(row?.card_data).toMatch(/^1\./);
    expect(readdirSync(folder).length).toBeGreaterThan(0);
    expect(found(folder)).toEqual([]);
  });

  test('erased: a tombstone, found by nothing, and the id says so', async () => {
    const input = { ...person, name: '路过人', documentNumber: number(108), otherDocuments: [] };
    const { id: passing } = await issuer.residents.enrol(input, null, by);
    await issuer.residents.erase(passing, by, 'e');
    expect(await refusal(issuer.residents.get(passing))).toEqual(refused('RESIDENT_ERASED'));
    expect((await issuer.residents.list({ limit: 10, search: '路过人' })).residents).toEqual([]);
    expect(await database('residents').where({ id: passing }).first()).toMatchObject({
      state: 'erased',
      record_sealed: null,
      number_token: null,
    });
    expect((await issuer.residents.enrol(input, null, by)).known).toBe(false);
  });

  test('a sealed value that was moved into another row does not open', async () => {
    const [one, other] = (await database('residents').where({ state: 'live' }).limit(2)) as {
      id: string;
      record_sealed: string;
    }[];
    await database('residents').where({ id: one?.id }).update({ record_sealed: other?.record_sealed });
    expect(await refusal(issuer.residents.get(one?.id ?? ''))).toEqual(refused('PERSONAL_DATA_UNREADABLE'));
    await database('residents').where({ id: one?.id }).update({ record_sealed: one?.record_sealed });
  });
});

describe.each(ENGINES)('migration on %s', (engine) => {
  test(
    'what stood in the clear is carried over sealed, and opened again on the way down',
    async () => {
      const folder = openFolder();
      const cluster = engine === 'postgres' ? await startPostgresCluster({ parentDir: folder }) : null;
      const database = openDatabase(cluster?.url ?? join(folder, 'issuer.sqlite'));
      const table = { tableName: 'schema_migrations', migrationSource: MIGRATIONS };
      try {
        await migrate(database, openTestVault);
        const down = (name: string) => database.migrate.down({ ...table, name });
        await down('013-residents');
        const record = {
          ...person,
          documentKind: 'identity',
          paymentMethods: [],
          alertItems: [],
          immunizations: [],
          // As the service writes it: the photo stands last.
          photo: '/9j/',
        };
        await database('residents').insert({
          id: 'r1',
          document_type: '01',
          document_number: person.documentNumber,
          name: person.name,
          birth_date: person.birthDate,
          area_code: '130102',
          record: JSON.stringify(record),
          enrolled_at: '2026-11-24T00:00:00.000Z',
        });
        await database('cards').insert({
          id: 'c1',
          resident_id: 'r1',
          state: 'ordered',
          card_number: person.documentNumber,
          issue_serial: '1300000001',
          ordered_at: '2026-11-24T00:00:00.000Z',
          medical_copy: JSON.stringify({ allergies: person.allergies }),
        });
        const before = await database('residents').where({ id: 'r1' }).first();
        if (engine === 'sqlite') {
          await database.raw('PRAGMA wal_checkpoint(TRUNCATE)');
          expect(found(folder).length).toBeGreaterThan(5);
        }
        await migrate(database, openTestVault);
        if (engine === 'sqlite') expect(found(folder)).toEqual([]);
        expect((await cards.findCard(database, 'c1'))?.cardNumber).toBe(person.documentNumber);
        const sealed = await database('residents').where({ id: 'r1' }).first();
        expect(sealed).toMatchObject({ version: 1, state: 'live' });
        expect(JSON.stringify(sealed)).not.toContain(person.name);
        await down('013-residents');
        expect(await database('residents').where({ id: 'r1' }).first()).toEqual(before);
        expect((await database('cards').where({ id: 'c1' }).first())?.card_number).toBe(person.documentNumber);
        await migrate(database, openTestVault);
        expect((await cards.findCard(database, 'c1'))?.cardNumber).toBe(person.documentNumber);
      } finally {
        await database.destroy();
        await cluster?.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    },
    LONG_MS,
  );
});

/**
 * Every GET that answers with a list gives it page by page, or says here what bounds it; and the pages of each, taken one
 * entry at a time, are the whole list: nothing twice, nothing passed over, also where moments are equal.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Issuer } from '../../src/app.ts';
import { issuerEndpoints } from '../../src/http/endpoints.ts';
import {
  approvals,
  bureaus,
  type Database,
  mailbox,
  mailboxChanges,
  receipts,
  registry,
} from '../../src/store/index.ts';
import { inUse, issuerWith, TurnedClock } from '../life-cycle/in-use.ts';
import { ENGINES, openOn } from '../store/both-engines.ts';
import { type ServedIssuer, serveIssuer } from './serve-issuer.ts';

/** Lists without pages: what bounds each. A new list is paged, or stands here with its bound. */
const BOUNDED: Readonly<Record<string, string>> = {
  '/v1/residents/:id': 'one record: the contract bounds its parts',
  '/v1/residents/:id/subject-access': 'PIPL art. 45: the person gets the whole of one record, in one copy',
  '/v1/enrolment-form': 'code tables of the card profile',
  '/v1/residents/:id/face-preview': 'tolerance marks of one card face',
  '/v1/residents/:id/review': 'roles that may approve',
  '/v1/roster-mappings': 'one a source of rosters; a person writes each by hand',
  '/v1/cards/:id': 'key slots of the profile, moves of the life cycle',
  '/v1/life-cycle': 'tables of the program',
  '/v1/mailbox-changes/:id': 'a selection names at most 20,000 cards, and 20 refusals are kept',
  '/v1/bulk-candidates': 'the first `limit` of them with the total: a run takes them, the next call gives others',
  '/v1/bulk-runs/:id': 'readers at work for one run',
  '/v1/renewals': 'at most `months` times the counties of the province',
  '/v1/bureau/orders/:id': 'return files of one order of at most 1,000 lines',
  '/v1/bureau/returns/:id': 'lines of one return file of an order of at most 1,000',
  '/v1/stock/audit': 'one line a place: an audit is of all of them at one moment',
  '/v1/counties': 'counties of the province (GB/T 2260)',
  '/v1/steering': 'counties of the province, days of the year, places of the store',
  '/v1/steering/populations': 'counties of the province',
  '/v1/steering/links': 'kinds of links of the wire model',
  '/v1/settings': 'the manifest of settings',
  '/v1/agents': 'desks that hold a connection to this node now, a socket each',
  '/v1/me': 'roles of the program',
};

const table = issuerEndpoints({} as Issuer);
const reads = table.filter(({ method }) => method === 'get');

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
}
const jsonSchema = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { unrepresentable: 'any' }) as JsonSchema;

/** Also inside objects; what lies inside a list belongs to its entry. */
function hasList(schema: JsonSchema): boolean {
  if (schema.type === 'array') return true;
  const inside = [...Object.values(schema.properties ?? {}), ...(schema.anyOf ?? [])];
  if (typeof schema.additionalProperties === 'object') inside.push(schema.additionalProperties);
  return inside.some(hasList);
}

const lists = reads.filter(({ response }) => response !== undefined && hasList(jsonSchema(response)));
const takes = (row: (typeof table)[number]) =>
  row.query === undefined ? [] : Object.keys(jsonSchema(row.query).properties ?? {});
const isPaged = (row: (typeof table)[number]) =>
  takes(row).includes('limit') && ['cursor', 'after', 'before'].some((name) => takes(row).includes(name));
/** A cursor that the answer before gave as `next`. */
const givesNext = ({ response }: (typeof table)[number]) =>
  response !== undefined && jsonSchema(response).properties?.next !== undefined;

test.each(lists.map((row) => [row.path, row] as const))('%s is paged, or says what bounds it', (path, row) => {
  expect([path, isPaged(row), BOUNDED[path] !== undefined]).toEqual([path, isPaged(row), !isPaged(row)]);
});

test('nothing is excused that does not exist, and most lists are paged', () => {
  const paths = lists.map(({ path }) => path);
  expect(Object.keys(BOUNDED).filter((path) => !paths.includes(path))).toEqual([]);
  expect(lists.filter(isPaged).length).toBeGreaterThan(20);
});

describe.each(ENGINES)('pages on %s', (engine) => {
  const AT = '2026-11-24T01:00:00.000Z';
  let opened: Awaited<ReturnType<typeof openOn>>;
  let issuer: Issuer;
  let served: ServedIssuer;
  /** What stands for `:id`, by path; and what else a list must be asked with. */
  const places: Record<string, string> = {};
  const questions: Record<string, string> = {};

  beforeAll(async () => {
    opened = await openOn(engine);
    const clock = new TurnedClock();
    issuer = await issuerWith(opened.database, clock);
    served = await serveIssuer(
      Object.assign(Object.create(issuer) as Issuer, {
        administration: {
          users: ['clerk:b', 'clerk:c', 'clerk:a'].map((id) => ({ id, name: id, roles: ['clerk'] })),
          settings: [],
        },
      }),
    );
    await fill(opened.database, issuer, clock);
  }, 120_000);
  afterAll(async () => {
    await served?.stop();
    await issuer?.stop();
    await opened?.close();
  });

  async function fill(database: Database, { stock, service, residents }: Issuer, clock: TurnedClock): Promise<void> {
    const at = async (name: string) => (await stock.addLocation(name, null)).id;
    const [store, other] = [await at('仓库'), await at('甲 窗口')];
    await at('乙窗口');
    const blanks = Array.from({ length: 30 }, (_, index) => `B${index % 3},${String(5e15 + index)}`);
    const list = new TextEncoder().encode(['箱号,芯片序列号', ...blanks].join('\n'));
    await stock.receive(list, { locationId: store, supplier: '卡商甲', actor: 'stock:1' }, null);
    for (const locationId of (await stock.locations()).map(({ id }) => id))
      await bureaus.insertBureau(database, {
        id: `b_${locationId}`,
        name: `中心 ${locationId}`,
        locationId,
        transportKey: 'bureau-2',
        signingCertificate: '',
        receivingCertificate: '',
        registeredBy: 'manager:1',
        approvedBy: 'manager:2',
        registeredAt: AT,
      });
    await card(0);
    const cardIds = [await card(1), await card(2), await card(3)].map(({ id }) => id);
    async function card(sequence: number) {
      return service.card(await inUse(issuer, database, clock, sequence)).then((made) => ({ ...made, id: made.id }));
    }
    const bureauId = `b_${store}`;
    const [first = ''] = cardIds;
    const { residentId } = await service.card(first);
    await database('bureau_orders').insert(
      ['bo_1', 'bo_2', 'bo_3'].map((id) => ({
        id,
        bureau_id: bureauId,
        state: 'reserved',
        lines: 3,
        created_by: 'x',
        created_at: AT,
      })),
    );
    await database('bureau_lines').insert(
      cardIds.map((cardId, index) => ({
        order_id: 'bo_1',
        line: index + 1,
        card_id: cardId,
        issue_serial: `S${index}`,
        card_factor: `F${index}`,
        blank_box: 'B',
        state: 'reserved',
        proof: '00',
      })),
    );
    await database('bureau_boxes').insert(
      ['bb_1', 'bb_2', 'bb_3'].map((id) => ({
        id,
        bureau_id: bureauId,
        order_id: 'bo_1',
        kind: 'cards',
        number: id,
        courier: 'x',
        tracking: 'x',
        announced_by: 'x',
        announced_at: AT,
        state: 'on-the-way',
      })),
    );
    for (const box of ['B0', 'B1', 'B2'])
      await stock.offer({ fromLocation: store, toLocation: other, boxes: [box], giver: 'stock:1' }, null);
    for (const round of [1, 2, 3]) {
      const { id } = await stock.openShift(
        { locationId: store, actor: 'clerk:1', counted: { stock: 30, inWork: 0 } },
        null,
      );
      if (round < 3) await stock.closeShift(id, { actor: 'clerk:1', counted: { stock: 30, inWork: 0 } }, null);
    }
    await database('hotlists').insert([1, 2, 3].map((version) => ({ version, made_at: AT, entries: 0 })));
    for (const provinceCode of ['11', '12', '14']) {
      const list = { provinceCode, version: 1, madeAt: AT, entries: 0, keyId: 'k', importedBy: 'x', importedAt: AT };
      await registry.saveForeignHotlist(database, { ...list, file: new Uint8Array(1) });
    }
    await database('bulk_runs').insert(
      ['r1', 'r2', 'r3'].map((id) => ({ id, name: id, state: 'done', created_by: 'x', created_at: AT })),
    );
    for (const id of ['mc_1', 'mc_2', 'mc_3']) {
      const content = { kind: 'register', elements: ['phone'] } as never;
      await mailboxChanges.insertChange(database, {
        id,
        name: id,
        content,
        selection: { areaPrefix: '1301' },
        lapsesAt: null,
        createdBy: 'x',
        createdAt: AT,
      });
    }
    await mailbox.lockMailbox(database, first);
    for (const version of [0, 1, 2]) {
      const content = { kind: 'notice', text: 'x' } as never;
      await mailbox.insertUpdate(
        database,
        {
          id: `mu_${version}`,
          cardId: first,
          content,
          subjects: [],
          changeId: null,
          createdBy: 'x',
          createdAt: AT,
          lapsesAt: null,
        },
        version,
      );
    }
    for (const reason of ['lost', 'lost', 'lost'] as const)
      await receipts.insertReceipt(database, {
        cardId: first,
        operation: 'suspend',
        reason: reason as never,
        feeFen: 0,
        validUntil: null,
        actor: 'x',
        at: AT,
      });
    for (const purpose of ['one', 'two', 'three'])
      await residents.consent(residentId, { purpose, basis: 'x' }, 'clerk:1', null);
    await database('resident_changes').insert(
      [2, 3].map((version) => ({
        resident_id: residentId,
        version,
        at: AT,
        actor: 'x',
        purpose: 'correction',
        fields: '[]',
        values_sealed: null,
      })),
    );
    for (const id of ['a_1', 'a_2', 'a_3'])
      await approvals.insertApproval(database, {
        id,
        operation: 'card-spoil',
        subject: id,
        reason: 'x',
        request: {},
        requestedBy: 'clerk:1',
        requestedAt: AT,
      } as never);
    Object.assign(places, {
      '/v1/residents/:id/history': residentId,
      '/v1/residents/:id/consents': residentId,
      '/v1/cards/:id/history': first,
      '/v1/cards/:id/mailbox': first,
      '/v1/bureau/orders/:id/lines': 'bo_1',
    });
    Object.assign(questions, { '/v1/bureau/boxes': `bureauId=${bureauId}` });
  }

  const ask = async (path: string, query: string): Promise<{ status: number; body: Record<string, unknown> }> => {
    const address = path.replace(':id', places[path] ?? 'none');
    const answer = await fetch(`${served.baseUrl}${address}?${questions[path] ?? ''}&${query}`, {
      headers: { authorization: `Bearer ${served.token('manager')}` },
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  /** Entries of every list of the answer. */
  const entriesOf = (row: (typeof table)[number], body: Record<string, unknown>) =>
    Object.entries(row.response === undefined ? {} : (jsonSchema(row.response).properties ?? {}))
      // Roles stand beside the users, whole.
      .filter(([name, { type }]) => type === 'array' && name !== 'roles')
      .map(([name]) => body[name] as unknown[]);

  const walked = lists.filter((row) => givesNext(row) && takes(row).includes('cursor'));
  /** By a place in line, walked by suites of their own; or filled by files. */
  const ELSEWHERE = [
    '/v1/registry-report',
    '/v1/platform/events',
    '/v1/roster-imports',
    '/v1/roster-imports/:id/rows',
    '/v1/resident-candidates',
  ];

  test.each(walked.filter(({ path }) => !ELSEWHERE.includes(path)).map((row) => [row.path, row] as const))(
    '%s, entry by entry, is the whole list',
    async (path, row) => {
      const whole = await ask(path, 'limit=100');
      expect([path, whole.status, whole.body.next]).toEqual([path, 200, null]);
      const expected = entriesOf(row, whole.body);
      expect(Math.max(...expected.map((list) => list.length))).toBeGreaterThanOrEqual(3);
      const got: unknown[][] = expected.map(() => []);
      let cursor = '';
      for (let pages = 0; pages < 20; pages += 1) {
        const { status, body } = await ask(path, `limit=1${cursor}`);
        expect([path, status]).toEqual([path, 200]);
        for (const [index, entries] of entriesOf(row, body).entries()) {
          expect(entries.length).toBeLessThanOrEqual(1);
          got[index]?.push(...entries);
        }
        if (body.next === null) break;
        cursor = `&cursor=${encodeURIComponent(String(body.next))}`;
      }
      expect(got).toEqual(expected);
      const wrong = await ask(path, 'cursor=bm90IGEgcGxhY2U');
      expect([path, wrong.status, (wrong.body.error as { code: string }).code]).toEqual([path, 400, 'CURSOR_WRONG']);
    },
  );
});

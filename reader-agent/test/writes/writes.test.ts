/** What a hospital program meets when it writes: compare-and-set, ids, the journal's bounds, an agent that dies in the middle. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { nationalProfile } from '@rhc/card/profile';
import { chipFile, personalizedContent, pilotTerminalKeys } from '../../../test/card-writing/personalized-card.ts';
import type { ChipContent } from '../../../virtual-card/src/index.ts';
import { writeAnswer } from '../../src/contract/index.ts';
import { type JournalEntry, openJournal } from '../../src/journal/index.ts';
import { DeskWithCard } from './desk-with-card.ts';
import { samCertificate, signer } from './signing-house.ts';
import { elementsHeld } from './what-the-chip-holds.ts';

let content: ChipContent;
let desk: DeskWithCard;
beforeAll(async () => {
  content = await personalizedContent();
});
beforeEach(() => {
  desk = new DeskWithCard(content);
  desk.insert();
});

const PHONE = { phone1: '13922223333' };

describe('a patch', () => {
  test('is applied, read back and told by element', async () => {
    const { status, body } = await desk.patch(
      { 本人电话1: '13922223333', asthma: true, address1: '河北省石家庄市长安区', phone2: null },
      { phone1: '13900000001', asthma: null },
    );
    expect(status).toBe(200);
    expect(writeAnswer.parse(body)).toMatchObject({
      kind: 'patch',
      complete: true,
      settled: true,
      settledBy: 'write',
      failure: null,
      elements: [
        { name: '本人电话1', id: 'phone1', outcome: 'applied' },
        { id: 'asthma', outcome: 'applied' },
        { id: 'address1', outcome: 'applied' },
        { id: 'phone2', outcome: 'applied', alreadyHeld: true },
      ],
    });
    expect(elementsHeld(desk.content, { phone1: '13922223333', asthma: true })).toEqual({ phone1: true, asthma: true });
  });

  test('another value than expected: 409 with the field, nothing written, nothing open', async () => {
    const { status, body } = await desk.patch({ ...PHONE, asthma: true }, { phone1: '13900000009' });
    expect([status, body.error.code, body.error.fields[0].field]).toEqual([409, 'CARD_PATCH_CONFLICT', 'phone1']);
    expect(desk.content).toBe(content);
    expect(await desk.writes()).toEqual([]);
  });

  test('another insertion than the form’s: 409, the card is not touched', async () => {
    const before = desk.insertion;
    desk.remove();
    desk.insert();
    const { status, body } = await desk.patch(PHONE, {}, { insertion: before });
    expect([status, body.error.code, desk.apdus]).toEqual([409, 'CARD_CHANGED', 0]);
  });

  test.each([
    ['a name that is none', { phone: '1' }, 422, 'CARD_PATCH_REFUSED', 'phone'],
    ['an element that is never rewritten', { name: '李四' }, 422, 'CARD_PATCH_REFUSED', 'name'],
    ['a photo that is no base64', { photo: '<svg>' }, 422, 'CARD_PATCH_REFUSED', 'photo'],
    ['nothing', {}, 400, 'INPUT_INVALID', 'patch'],
    ['a number', { phone1: 139 }, 400, 'INPUT_INVALID', 'patch.phone1'],
  ])('%s is refused by name before the card is touched', async (_name, patch, status, code, field) => {
    const answer = await desk.patch(patch);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.body.error.fields[0].field).toBe(field);
    expect(desk.apdus).toBe(0);
  });

  test('a request that says nothing of what it expects is refused', async () => {
    const { status, body } = await desk.post<object>('/v1/card/patch', { insertion: desk.insertion, patch: PHONE });
    expect([status, body.error.fields[0].field]).toEqual([400, 'expected']);
  });
});

describe('one id is one write', () => {
  test('again, at once and after a restart: the first answer, the card untouched', async () => {
    const [first, second] = await Promise.all([
      desk.patch(PHONE, {}, { id: 'his-1' }),
      desk.patch(PHONE, {}, { id: 'his-1' }),
    ]);
    expect({ ...second.body, timings: null }).toEqual({ ...first.body, timings: null });
    const { apdus } = desk;
    desk.restart();
    desk.insert();
    const third = await desk.patch(PHONE, {}, { id: 'his-1' });
    expect(third.body.elements).toEqual(first.body.elements);
    expect([apdus > 0, desk.apdus]).toEqual([true, 0]);
    expect((await desk.get('/v1/writes/his-1')).body).toMatchObject({ complete: true, settled: true });
  });

  test('for something else: refused', async () => {
    await desk.patch(PHONE, {}, { id: 'his-1' });
    const { apdus } = desk;
    const { status, body } = await desk.patch({ asthma: true }, {}, { id: 'his-1' });
    expect([status, body.error.code, desk.apdus]).toEqual([409, 'WRITE_ID_REUSED', apdus]);
  });

  test('an id that nobody used: 404', async () => {
    const { status, body } = await desk.get<object>('/v1/writes/nobody');
    expect([status, body.error.code]).toEqual([404, 'WRITE_UNKNOWN']);
  });
});

/** APDU of the phone's 04DC in the undisturbed write, from a dry run. */
async function apdusOfPhoneWrite(): Promise<number> {
  const dry = new DeskWithCard(content);
  dry.insert();
  await dry.patch(PHONE);
  return dry.apdus;
}

describe('taken up when the card returns', () => {
  test('unknown, then told by an event and kept without what was written', async () => {
    // The last APDU is the read-back, the one before it the update: its answer is lost.
    desk.pullAt({ at: (await apdusOfPhoneWrite()) - 1, how: 'after' });
    const { body } = await desk.patch(PHONE);
    expect(body).toMatchObject({
      settled: false,
      elements: [{ outcome: 'unknown' }],
      failure: { code: 'CARD_REMOVED' },
    });
    desk.insert();
    const [record] = await desk.untilSettled();
    expect(record).toMatchObject({
      id: body.id,
      complete: true,
      settledBy: 'card',
      elements: [{ outcome: 'applied' }],
    });
    expect(desk.events.at(-1)).toMatchObject({ event: 'write-settled', write: { id: body.id, complete: true } });
    expect(JSON.stringify(desk.events)).not.toContain('13922223333');
  });

  test('another card does not settle it', async () => {
    desk.pullAt({ at: (await apdusOfPhoneWrite()) - 1, how: 'before' });
    const { body } = await desk.patch(PHONE);
    expect(body.settled).toBe(false);
    const entry = (await desk.writes())[0];
    const other = new DeskWithCard({
      ...content,
      historicalBytes: content.historicalBytes.map((byte, i) => byte + (i === 7 ? 1 : 0)),
    } as ChipContent);
    for (const [name, bytes] of desk.folder.files) other.folder.write(name, bytes);
    other.restart();
    other.insert();
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(await other.writes()).toEqual([entry]);
    expect(other.apdus).toBe(0);
  });

  test('the agent dies in the middle: the entry was there first, and the card says what became of it', async () => {
    for (const how of ['before', 'after'] as const) {
      const dying = new DeskWithCard(content);
      dying.insert();
      dying.freezeAt({ at: (await apdusOfPhoneWrite()) - 1, how });
      const dead = dying.patch(PHONE, {}, { id: 'his-1' });
      await dying.untilFrozen();
      dying.restart();
      expect(await dying.writes()).toMatchObject([{ id: 'his-1', elements: null, settled: false }]);
      dying.insert();
      const [record] = await dying.untilSettled();
      const outcome = how === 'after' ? 'applied' : 'not applied';
      expect(record).toMatchObject({ elements: [{ id: 'phone1', outcome }], settledBy: 'card' });
      expect(elementsHeld(dying.content, PHONE).phone1).toBe(how === 'after');
      dying.thaw();
      await dead;
    }
  });

  test('the key service goes away in the middle, the card stays: asked again when it is back', async () => {
    const pilot = pilotTerminalKeys();
    let away = false;
    desk.keys = {
      ...pilot,
      externalAuthentication: (asked) =>
        away ? Promise.reject(new Error('away')) : pilot.externalAuthentication(asked),
      protect: async (asked) => {
        const data = await pilot.protect(asked);
        // The update goes out, but its answer will be garbled and no key for the read-back is to be had.
        away = true;
        desk.garbleNext();
        return data;
      },
    };
    const { body } = await desk.patch(PHONE);
    expect(body).toMatchObject({ settled: false, elements: [{ outcome: 'unknown' }] });
    desk.timers.advance(1000);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect((await desk.writes())[0]?.settled).toBe(false);
    away = false;
    desk.timers.advance(2000);
    expect(await desk.untilSettled()).toMatchObject([{ complete: true, settledBy: 'card' }]);
  });

  test('a new write on the same card settles the old one first', async () => {
    desk.pullAt({ at: (await apdusOfPhoneWrite()) - 1, how: 'after' });
    await desk.patch(PHONE);
    desk.insert();
    const { body } = await desk.patch({ phone1: '13955556666' });
    expect(body.complete).toBe(true);
    expect(await desk.writes()).toMatchObject([
      { settledBy: 'card', elements: [{ outcome: 'applied' }] },
      { settledBy: 'write', elements: [{ outcome: 'applied' }] },
    ]);
  });
});

describe('the journal', () => {
  test('is full: refused before the card is written, free again when one is given up', async () => {
    const at = (await apdusOfPhoneWrite()) - 1;
    const open: JournalEntry[] = [];
    for (let i = 0; i < 4; i += 1) open.push({ ...ENTRY, id: `open-${i}`, cardFactor: `000000000000000${i}` });
    desk.withJournalEntries(open);
    desk.insert();
    const refused = await desk.patch(PHONE);
    expect([refused.status, refused.body.error.code]).toEqual([503, 'WRITE_JOURNAL_FULL']);
    expect(elementsHeld(desk.content, PHONE).phone1).toBe(false);
    expect((await desk.post('/v1/writes/dismiss', { id: 'open-0' })).body).toMatchObject({ settledBy: 'person' });
    expect((await desk.patch(PHONE)).body.complete).toBe(true);
    expect(at).toBeGreaterThan(0);
  });

  test('cannot be written: nothing goes to the chip', async () => {
    desk.folder.write = () => {
      throw new Error('ENOSPC');
    };
    const { status, body } = await desk.patch(PHONE);
    expect([status, body.error.code]).toEqual([503, 'WRITE_JOURNAL_UNAVAILABLE']);
    expect(desk.content).toBe(content);
  });

  test('on disk: sealed, owner only, whole after a restart; a file that was touched is counted, not believed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rhc-journal-'));
    try {
      const key = join(folder, 'state/journal.key');
      const files = join(folder, 'state/journal');
      const journal = openJournal(files, key);
      journal.begin({ ...ENTRY, id: 'his-1' });
      journal.begin({ ...ENTRY, id: 'his-2', begunAt: '2026-11-24T08:00:01.000Z' });
      expect(statSync(key).mode & 0o777).toBe(0o600);
      for (const name of readdirSync(files)) {
        expect(statSync(join(files, name)).mode & 0o777).toBe(0o600);
        expect(readFileSync(join(files, name)).includes('13922223333')).toBe(false);
        expect(name).not.toContain('his');
      }
      expect(openJournal(files, key).openOf(ENTRY.cardFactor)).toEqual(journal.entries());
      const [first = '', second = ''] = readdirSync(files);
      writeFileSync(join(files, first), readFileSync(join(files, second)));
      const again = openJournal(files, key);
      expect([again.openCount, again.unreadable]).toEqual([1, 1]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const ENTRY: JournalEntry = {
  format: 1,
  id: '',
  cardFactor: '0001010000000301',
  kind: 'patch',
  requestDigest: '',
  begunAt: '2026-11-24T08:00:00.000Z',
  wish: { patch: PHONE },
  elements: null,
  settledAt: null,
  settledBy: null,
};

describe('a visit', () => {
  const visit = { kind: 'outpatient', visitTime: '2026-11-24T08:30:00', department: '内科' } as const;

  test('is written with the signer’s signature, and not twice', async () => {
    desk.signer = signer;
    desk.restart();
    desk.insert();
    const first = await desk.visit(visit);
    expect(first.body).toMatchObject({ complete: true, elements: [{ id: 'visit', file: 'DF03/ED01', signed: true }] });
    expect(nationalProfile.file('DF03/ED01').structure).toBe('transparent');
    const held = chipFile(desk.content, 'DF03/ED01')[0] ?? '';
    expect(held).toContain(Buffer.from(samCertificate).toString('hex').toUpperCase());
    expect((await desk.visit(visit)).body.elements).toMatchObject([{ outcome: 'applied', alreadyHeld: true }]);
    expect(chipFile(desk.content, 'DF03/EF06').filter((flag) => flag === '00')).toHaveLength(1);
  });

  test('without a date, or with a misspelt field: refused by name, the card untouched', async () => {
    const { status, body } = await desk.visit({ kind: 'outpatient', departement: '内科' });
    expect([status, body.error.code]).toEqual([422, 'VISIT_INVALID']);
    expect(body.error.fields.map(({ field }: { field: string }) => field)).toEqual(['departement', 'visitTime']);
    expect(desk.apdus).toBe(0);
  });
});

/** Writing by element, terminal against chip: round trips, refusals, APDU counts, and every power cut. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { applyPatch, type CardPatch, type PatchTarget, planPatch } from '@rhc/card/patch';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import type { ChipContent } from '../../virtual-card/src/index.ts';
import { garbled, silent } from '../../virtual-card/src/index.ts';
import { CutCard, chipFile, openSession, personalizedContent, pilotTerminalKeys } from './personalized-card.ts';

let content: ChipContent;
beforeAll(async () => {
  content = await personalizedContent();
});

const jpeg = (length: number, fill: number): Uint8Array => {
  const photo = new Uint8Array(length).fill(fill);
  photo.set([0xff, 0xd8]);
  return photo;
};

/** A value that the element takes, other than what the card holds. */
function sampleValue(id: string): string | boolean {
  const { element } = nationalProfile.element(id);
  const { meaning } = element;
  switch (meaning.kind) {
    case 'flag':
      return true;
    case 'date':
      return '2040-02-29';
    case 'code': {
      const { entries } = nationalProfile.codeTable(meaning.table);
      const entry = entries.find(({ code }) => code.length <= element.sizeBytes * 2);
      if (entry === undefined) throw new Error(`table ${meaning.table} is empty`);
      return entry.code;
    }
    default:
      return '测0'.slice(0, element.sizeBytes);
  }
}

const writable = nationalProfile.files.flatMap((file) =>
  file.structure === 'tlv-records' && file.update.kind !== 'never' ? file.elements : [],
);

describe('round trip', () => {
  test('every writable element by its English key, then emptied by its Chinese name', async () => {
    expect(writable.length).toBe(42);
    const card = new CutCard(content);
    const session = await openSession(card);
    const values = Object.fromEntries(writable.map(({ id }) => [id, sampleValue(id)]));
    const report = await applyPatch(session, values);
    expect(report).toMatchObject({ complete: true, failure: null });
    const read = await session.readElements(writable.map(({ id }) => id));
    expect(Object.fromEntries(read.map(({ id, value }) => [id, value]))).toEqual(values);

    const empty = Object.fromEntries(writable.map(({ text }) => [text.zh, null]));
    expect(await applyPatch(session, empty)).toMatchObject({ complete: true });
    for (const { value } of await session.readElements(writable.map(({ id }) => id))) expect(value).toBeNull();
  });

  test('lists are appended to, the newest first; what is held already is not written again', async () => {
    const card = new CutCard(content);
    const session = await openSession(card);
    const added = { substance: '海鲜', reaction: '荨麻疹' };
    const patch: CardPatch = {
      过敏: [added, { substance: '青霉素', reaction: '皮疹' }],
      immunizations: [{ name: '流感', date: '2026-10-01' }],
    };
    const report = await applyPatch(session, patch);
    expect(report.elements).toMatchObject([
      { id: 'allergies', outcome: 'written', entries: ['written', 'unchanged'], displaced: 0 },
      { id: 'immunizations', outcome: 'written', entries: ['written'] },
    ]);
    const summary = await session.readSummary();
    expect(summary.allergies).toEqual([added, { substance: '青霉素', reaction: '皮疹' }]);
    expect(summary.immunizations[0]).toEqual({ name: '流感', date: '2026-10-01' });
    expect(await applyPatch(session, patch)).toMatchObject({
      elements: [{ outcome: 'unchanged' }, { outcome: 'unchanged' }],
    });
  });

  test('an entry that would be pushed out is kept, and the report counts what is lost', async () => {
    const card = new CutCard(content);
    const session = await openSession(card);
    const entry = (substance: string) => ({ substance, reaction: '' });
    await applyPatch(session, { allergies: [entry('丙'), entry('乙')] });
    // Held now: 丙, 乙, 青霉素. Two new ones and the oldest: 丙 and 乙 go, 青霉素 stays.
    const penicillin = { substance: '青霉素', reaction: '皮疹' };
    const report = await applyPatch(session, { allergies: [entry('戊'), entry('丁'), penicillin] });
    expect(report.elements[0]).toMatchObject({ entries: ['written', 'written', 'written'], displaced: 2 });
    expect((await session.readSummary()).allergies).toEqual([entry('戊'), entry('丁'), penicillin]);
  });

  test('photo: written in blocks, read back, unchanged, shorter, removed', async () => {
    const card = new CutCard(content);
    const session = await openSession(card);
    expect(await applyPatch(session, { 照片: jpeg(3072, 0x5a) })).toMatchObject({ complete: true });
    expect(await session.readPhoto()).toEqual(jpeg(3072, 0x5a));
    const before = card.memory.commits;
    expect((await applyPatch(session, { photo: jpeg(3072, 0x5a) })).elements[0]?.outcome).toBe('unchanged');
    expect(card.memory.commits).toBe(before);
    expect(await applyPatch(session, { photo: jpeg(100, 0x11) })).toMatchObject({ complete: true });
    expect(await session.readPhoto()).toEqual(jpeg(100, 0x11));
    // Nothing of the longer photo is left behind the shorter one.
    expect(chipFile(card.content, 'DDF1/EF07')[0]?.slice(204)).toMatch(/^0+$/);
    expect(await applyPatch(session, { photo: null })).toMatchObject({ complete: true });
    expect(await session.readPhoto()).toBeNull();
    expect(chipFile(card.content, 'DDF1/EF07')[0]).toMatch(/^0+$/);
  });

  test('only what differs is written', async () => {
    const card = new CutCard(content);
    const session = await openSession(card);
    const report = await applyPatch(session, { phone1: '13900000001', 本人电话2: '13900000002', asthma: true });
    expect(report.elements.map(({ outcome }) => outcome)).toEqual(['unchanged', 'written', 'written']);
    expect(card.commands.filter((command) => command.startsWith('04DC'))).toHaveLength(2);
  });
});

describe.each(['sm-128', 'pboc-3des'] as const)('suite %s', (suite) => {
  test('writes and reads back', async () => {
    const card = new CutCard(await personalizedContent(suite));
    const session = await openSession(card, pilotTerminalKeys(suite));
    const report = await applyPatch(session, {
      address1: '河北省石家庄市'.repeat(7),
      psychiatric: false,
      allergies: [{ substance: '花粉', reaction: '哮喘' }],
    });
    expect(report).toMatchObject({ complete: true });
  });
});

describe('refused before anything is sent', () => {
  test('all faults together, by the name that the caller used', () => {
    const patch = {
      phone1: '1'.repeat(21),
      本人电话1: '139',
      姓名: '李四',
      nmae: '李四',
      asthma: '有',
      payment1: '98',
      'outpatient.department': '内科',
      allergies: [{ substance: '', reaction: 'x' }],
      immunizations: [{ name: '流感', date: '2026-02-30' }],
      photo: new Uint8Array(4000),
    } as unknown as CardPatch;
    expect(() => planPatch(nationalProfile, rhcBlank1, patch, { name: '张'.repeat(20) })).toThrow(
      expect.objectContaining({
        code: 'CARD_PATCH_REFUSED',
        fields: [
          'phone1',
          '本人电话1',
          '姓名',
          'nmae',
          'asthma',
          'payment1',
          'outpatient.department',
          'allergies[0].substance',
          'immunizations[0].date',
          'photo',
          'expected.name',
        ].map((field) => expect.objectContaining({ field, rule: expect.anything() as object }) as object),
      }),
    );
  });

  test('a repeated entry, too many, none, a strange field', () => {
    const fieldsOf = (patch: unknown) => {
      try {
        planPatch(nationalProfile, rhcBlank1, patch as CardPatch);
      } catch (error) {
        return (error as { fields: { field: string }[] }).fields.map(({ field }) => field);
      }
      return [];
    };
    const entry = { substance: '青霉素', reaction: '' };
    expect(fieldsOf({ allergies: [entry, entry] })).toEqual(['allergies[1]']);
    expect(fieldsOf({ allergies: Array(4).fill(entry) })).toEqual(['allergies']);
    expect(fieldsOf({ allergies: [] })).toEqual(['allergies']);
    expect(fieldsOf({ allergies: [{ ...entry, severity: '1' }] })).toEqual(['allergies[0].severity']);
    expect(fieldsOf({ allergies: 'x' })).toEqual(['allergies']);
    expect(fieldsOf({ phone1: undefined })).toEqual([]);
  });

  test('expected values: equal goes on, different refuses and writes nothing', async () => {
    const card = new CutCard(content);
    const session = await openSession(card);
    await expect(
      applyPatch(
        session,
        { phone1: '13911112222', asthma: true },
        { expected: { 本人电话1: '13900000009', name: '张三', bloodAbo: '1', 过敏: [] } },
      ),
    ).rejects.toMatchObject({
      code: 'CARD_PATCH_CONFLICT',
      fields: [{ field: '本人电话1' }, { field: 'bloodAbo' }, { field: '过敏' }],
    });
    expect(card.content).toBe(content);
    const report = await applyPatch(
      session,
      { phone1: '13911112222', asthma: true },
      { expected: { phone1: '13900000001', name: '张三', asthma: null, photo: null } },
    );
    expect(report).toMatchObject({ complete: true });
  });
});

describe('APDU counts: the least that the dialogue permits', () => {
  test('identity: 20', async () => {
    const card = new CutCard(content);
    const session = await openSession(card);
    await session.readIdentity();
    // SELECT DDF1, SELECT EF05, its 10 records (the city code of the identification is one of them) = 12;
    // GET CHALLENGE, EXTERNAL AUTHENTICATE RK1 = 2; SELECT EF06 and its 5 records = 6. A record costs one command.
    expect(session.apdus).toBe(12 + 2 + 6);
  });

  test('one element: 9 after the identification', async () => {
    const card = new CutCard(content);
    const session = await openSession(card);
    const report = await applyPatch(session, { phone1: '13922223333' });
    // Compare: challenge and authentication RK1, SELECT EF08, READ RECORD = 4. Write: challenge and authentication UK1,
    // challenge and 04DC (a challenge serves one command) = 4. Read back: READ RECORD = 1.
    expect(report.apdus).toBe(4 + 4 + 1);
    expect(session.apdus).toBe(3 + 9);
    expect(card.commands.slice(3).map((command) => command.slice(0, 8))).toEqual([
      '00840000',
      '00820004',
      '00A40000',
      '00B20204',
      '00840000',
      '00820005',
      '00840000',
      '04DC0204',
      '00B20204',
    ]);
  });

  test('one that is held already: 4, nothing is written; two of one file share all but 4', async () => {
    const card = new CutCard(content);
    const session = await openSession(card);
    expect((await applyPatch(session, { phone1: '13900000001' })).apdus).toBe(4);
    const fresh = await openSession(new CutCard(content));
    // Each further record: READ, challenge, 04DC, READ.
    expect((await applyPatch(fresh, { phone1: '13922223333', phone2: '13922224444' })).apdus).toBe(9 + 4);
  });

  test('a photo of 3072 bytes: 25 blocks, the length, 13 reads', async () => {
    const session = await openSession(new CutCard(content));
    const report = await applyPatch(session, { photo: jpeg(3072, 0x77) });
    // RK1 2, SELECT 1, head 1; UK1 2; 3074 / 128 = 25 blocks and the length as commit mark 1; read back 3074 / 256 = 13.
    expect(report.apdus).toBe(4 + 2 + 26 + 13);
  });
});

const CUT_PATCH: CardPatch = {
  phone1: '13922223333',
  phone2: '13922224444',
  address1: '河北省石家庄市长安区',
  asthma: true,
  psychiatric: true,
  allergies: [
    { substance: '海鲜', reaction: '荨麻疹' },
    { substance: '花粉', reaction: '' },
  ],
  photo: jpeg(300, 0x33),
};

/** What the chip holds of each target, judged on the chip's memory and not through a terminal. */
function heldByChip(chip: ChipContent): Readonly<Record<string, boolean>> {
  const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();
  const { targets } = planPatch(nationalProfile, rhcBlank1, CUT_PATCH);
  const holds = (target: PatchTarget): boolean => {
    const records = chipFile(chip, target.file.id);
    switch (target.kind) {
      case 'record':
        return records.includes(hexOf(target.bytes));
      case 'list':
        return target.records.every((record) => records.includes(hexOf(record)));
      case 'photo':
        return records[0]?.startsWith(`012C${hexOf(target.jpeg)}00`) ?? false;
    }
  };
  return Object.fromEntries(targets.map((target) => [target.id, holds(target)]));
}

/** 5 records, 2 appends, 3 blocks of the photo and its length. */
const CUT_COMMITS = 5 + 2 + 3 + 1;

describe('the power fails at every commit', () => {
  test('the number of commits', async () => {
    const card = new CutCard(content);
    expect(await applyPatch(await openSession(card), CUT_PATCH)).toMatchObject({ complete: true });
    expect(card.memory.commits).toBe(CUT_COMMITS);
  });

  const cuts = Array.from({ length: CUT_COMMITS }, (_, i) => i + 1).flatMap((commit) =>
    (['before', 'after'] as const).map((when) => ({ commit, when })),
  );

  test.each(cuts)('$when commit $commit, the card is gone', async (tear) => {
    const card = new CutCard(content, { tear });
    const report = await applyPatch(await openSession(card), CUT_PATCH);
    expect(report.failure).toMatchObject({ code: 'VIRTUAL_CARD_POWER_LOST' });
    const held = heldByChip(card.content);
    for (const { id, outcome } of report.elements) {
      if (outcome === 'written' || outcome === 'unchanged') expect([id, held[id]]).toEqual([id, true]);
      if (outcome === 'not-written') expect([id, held[id]]).toEqual([id, false]);
    }
    // Exactly the update whose answer was lost is not known.
    expect(report.elements.filter(({ outcome }) => outcome === 'unknown')).toHaveLength(1);
  });

  test.each(cuts)('$when commit $commit, the card is put back', async (tear) => {
    const card = new CutCard(content, { tear, putBack: true });
    const session = await openSession(card);
    const report = await applyPatch(session, CUT_PATCH);
    const held = heldByChip(card.content);
    for (const { id, outcome } of report.elements) {
      expect([id, outcome]).toEqual([id, held[id] ? 'written' : 'not-written']);
    }
    // A lost answer whose record stands does not stop the patch; the photo is as a whole.
    const photo = report.elements.find(({ id }) => id === 'photo');
    if (photo?.outcome === 'not-written') expect(await session.readPhoto()).toBeNull();
    // The same patch again ends in the same chip, whatever happened.
    expect(await applyPatch(session, CUT_PATCH)).toMatchObject({ complete: true });
    expect(Object.values(heldByChip(card.content)).every(Boolean)).toBe(true);
    expect(chipFile(card.content, 'DF02/EF07').filter((record) => !/^0+$/.test(record))).toHaveLength(3);
  });
});

describe('a bad way between reader and card', () => {
  test('each answer garbled in turn: the outcome is what the chip holds', async () => {
    const patch: CardPatch = { phone1: '13922223333', allergies: [{ substance: '海鲜', reaction: '' }] };
    const { apdus } = await applyPatch(await openSession(new CutCard(content)), patch);
    let settled = 0;
    for (let nth = 4; nth <= apdus + 3; nth++) {
      const card = new CutCard(content);
      const session = await openSession(card, undefined, garbled(card, nth));
      try {
        const { elements } = await applyPatch(session, patch);
        const phone = chipFile(card.content, 'DDF1/EF08')[1]?.startsWith('10143133393232323233333333') ?? false;
        const allergy = chipFile(card.content, 'DF02/EF07')[0]?.startsWith('BAA3CFCA') ?? false;
        expect([nth, ...elements.map(({ outcome }) => outcome === 'written')]).toEqual([nth, phone, allergy]);
        settled += 1;
      } catch (error) {
        // Before the first update was sent, whatever went wrong is thrown and the chip is as it was.
        expect((error as { code: string }).code).toMatch(/^CARD_/);
        expect(card.content.commits - content.commits).toBeLessThanOrEqual(1);
        expect(chipFile(card.content, 'DDF1/EF08')).toEqual(chipFile(content, 'DDF1/EF08'));
      }
    }
    expect(settled).toBeGreaterThan(apdus / 2);
  });

  test('a card that falls silent is the caller’s deadline: the patch waits, it invents nothing', async () => {
    const card = new CutCard(content);
    const session = await openSession(card, undefined, silent(card, 11));
    const pending = Symbol('pending');
    const outcome = await Promise.race([
      applyPatch(session, { phone1: '13922223333' }),
      new Promise((resolve) => setImmediate(() => resolve(pending))),
    ]);
    expect(outcome).toBe(pending);
  });
});

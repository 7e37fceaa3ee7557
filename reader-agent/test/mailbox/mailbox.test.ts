/**
 * A card's mailbox at the desk, card-issuer's own code at the other end: what waits reaches the chip once and in order, what
 * became of it reaches card-issuer, whatever is pulled, killed or cut in between. The chip's memory is the judge.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { nationalProfile } from '@rhc/card/profile';
import { personalizedContent, pilotTerminalKeys } from '../../../test/card-writing/personalized-card.ts';
import type { ChipContent } from '../../../virtual-card/src/index.ts';
import type { EventQueueState, MailboxContent, MailboxReport, MailboxState } from '../../src/contract/index.ts';
import { DeskWithCard } from '../writes/desk-with-card.ts';
import { elementsHeld } from '../writes/what-the-chip-holds.ts';
import { FACTOR, IssuerInProcess, SERIAL } from './issuer-in-process.ts';

let content: ChipContent;
let issuer: IssuerInProcess;
let desk: DeskWithCard;
const PHONE = '13922223333';
const phone = (value = PHONE, expected: Record<string, string>[] = [{ phone1: '13900000001' }]): MailboxContent => ({
  kind: 'patch',
  patch: { phone1: value },
  expected,
});

beforeAll(async () => {
  content = await personalizedContent();
  issuer = await IssuerInProcess.open();
}, 60_000);
afterAll(() => issuer?.close());
beforeEach(async () => {
  await issuer.freshCard();
  desk = deskAt();
  desk.insert();
});

function deskAt(more: Partial<Pick<DeskWithCard, 'keys' | 'mailbox' | 'hotlist'>> = {}): DeskWithCard {
  const made = new DeskWithCard(content);
  Object.assign(made, more);
  made.issuer = issuer.call;
  made.restart();
  return made;
}

const state = async () => (await desk.get<MailboxState>('/v1/mailbox')).body;
const queue = async () => (await desk.get<EventQueueState>('/v1/event-queue')).body;

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (let turn = 0; turn < 3000; turn += 1) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('it does not come to that');
}

/** The contact that is due now, to its end. */
async function contact(ms = 1_500): Promise<MailboxReport> {
  const before = (await state()).report;
  desk.timers.advance(ms);
  return until(async () => {
    const { report } = await state();
    return report === null || report === before || report.state === 'working' ? null : report;
  });
}

/** Nothing waits to be told any more. */
async function told(): Promise<void> {
  await until(async () => {
    desk.timers.advance(1_000);
    return (await queue()).waiting === 0 ? true : null;
  });
}

async function putBack(): Promise<void> {
  desk.remove();
  desk.insert();
}

describe('at contact', () => {
  test('updates and a notice: in order, on the chip, in the journal and told once; the next contact finds nothing', async () => {
    await issuer.put(phone());
    await issuer.put({ kind: 'patch', patch: { expiryDate: '2037-11-22' }, expected: [{ expiryDate: '2036-11-22' }] });
    await issuer.put({ kind: 'notice', notice: 'see-counter' });
    expect(await contact()).toMatchObject({
      state: 'done',
      updates: [
        { kind: 'patch', subjects: ['phone1'], outcome: 'applied', code: null },
        { kind: 'patch', subjects: ['expiryDate'], outcome: 'applied', code: null },
      ],
      notices: ['see-counter'],
    });
    expect(elementsHeld(desk.content, { phone1: PHONE, expiryDate: '2037-11-22' })).toEqual({
      phone1: true,
      expiryDate: true,
    });
    await told();
    expect(await issuer.states()).toEqual([
      ['applied', null],
      ['applied', null],
      ['applied', null],
    ]);
    expect((await desk.writes()).map(({ kind, complete, settled }) => [kind, complete, settled])).toEqual([
      ['patch', true, true],
      ['patch', true, true],
    ]);
    expect(issuer.contacts).toMatchObject([
      { agentId: 'desk-1', cardFactor: FACTOR, issueSerial: SERIAL, mayWrite: true },
    ]);
    const commits = desk.content.commits;
    await putBack();
    desk.timers.advance(1_500);
    await until(async () => (issuer.contacts.length === 2 ? true : null));
    await told();
    expect(desk.content.commits).toBe(commits);
  });

  test('whoever reads comes first: nothing is asked in the first second and a half', async () => {
    desk.timers.advance(1_499);
    await new Promise((resolve) => setImmediate(resolve));
    expect([desk.apdus, issuer.calls]).toEqual([0, []]);
  });

  test('the card holds something else: not written, told with the reason, not tried again', async () => {
    await issuer.put(phone(PHONE, [{ phone1: '13900000009' }]));
    expect((await contact()).updates).toMatchObject([{ outcome: 'not applied', code: 'CARD_PATCH_CONFLICT' }]);
    await told();
    expect(await issuer.states()).toEqual([['not-applied', 'CARD_PATCH_CONFLICT']]);
    expect(desk.content.commits).toBe(content.commits);
  });

  test('one of several expectations is enough', async () => {
    await issuer.put(phone(PHONE, [{ phone1: '13900000009' }, { phone1: '13900000001' }]));
    expect((await contact()).updates).toMatchObject([{ outcome: 'applied' }]);
  });

  test('an expired card is told of, and gets notices only', async () => {
    await issuer.put({ kind: 'patch', patch: { expiryDate: '2026-01-01' }, expected: [] });
    await contact();
    await told();
    await issuer.put(phone());
    await issuer.put({ kind: 'notice', notice: 'renewal-due' });
    await putBack();
    expect(await contact()).toMatchObject({ updates: [], notices: ['renewal-due'] });
    expect(issuer.contacts.at(-1)).toMatchObject({ mayWrite: false });
    await told();
    expect((await issuer.states())[1]).toEqual(['waiting', null]);
  });

  test('turned off, not genuine, or keys that cannot tell: card-issuer is not asked', async () => {
    await issuer.put(phone());
    const pilot = pilotTerminalKeys();
    for (const more of [
      { mailbox: false },
      { keys: { ...pilot, verifyInternalAuthentication: async () => false } },
      {
        keys: {
          ...pilot,
          internalAuthentication: undefined,
          verifyInternalAuthentication: () => Promise.reject(new Error('a SAM')),
        },
      },
    ]) {
      desk = deskAt(more as never);
      desk.insert();
      desk.timers.advance(1_500);
      for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(issuer.contacts).toEqual([]);
    expect(await issuer.states()).toEqual([['waiting', null]]);
  });
});

describe('torn', () => {
  test('pulled at every APDU of a delivery, put back: card-issuer says applied, the chip holds it, and it was written once', async () => {
    await issuer.put(phone());
    await contact();
    const length = desk.apdus;
    await told();
    let unknown = 0;
    for (let at = 1; at <= length; at += 1) {
      for (const how of ['before', 'after'] as const) {
        await issuer.freshCard();
        desk = deskAt();
        desk.insert();
        await issuer.put(phone());
        desk.pullAt({ at, how });
        desk.timers.advance(1_500);
        await until(async () => (desk.events.some(({ event }) => event === 'card-removed') ? true : null));
        desk.insert();
        await until(async () => ((await desk.writes()).every(({ settled }) => settled) ? true : null));
        if ((await desk.writes()).some(({ settledBy }) => settledBy === 'card')) unknown += 1;
        desk.timers.advance(1_500);
        await until(async () => {
          desk.timers.advance(1_000);
          return (await issuer.states()).every(([is]) => is === 'applied') ? true : null;
        });
        expect([at, how, elementsHeld(desk.content, { phone1: PHONE })]).toEqual([at, how, { phone1: true }]);
        expect(desk.content.commits - content.commits).toBe(1);
      }
    }
    // Both sides of the write itself were met.
    expect(unknown).toBeGreaterThan(0);
  }, 120_000);

  test('the agent is killed in the middle of the write: the journal knows whose it was, and the outcome is told', async () => {
    await issuer.put(phone());
    await contact();
    const length = desk.apdus;
    for (const how of ['before', 'after'] as const) {
      await issuer.freshCard();
      desk = deskAt();
      desk.insert();
      await issuer.put(phone());
      // The read-back is the last one; the write stands before it.
      desk.freezeAt({ at: length - 1, how });
      desk.timers.advance(1_500);
      await desk.untilFrozen();
      const dead = desk.thaw.bind(desk);
      desk.restart();
      desk.insert();
      await desk.untilSettled();
      await until(async () => {
        desk.timers.advance(1_500);
        return (await issuer.states()).every(([is]) => is === 'applied') ? true : null;
      });
      expect(elementsHeld(desk.content, { phone1: PHONE })).toEqual({ phone1: true });
      expect(desk.content.commits - content.commits).toBe(1);
      dead();
    }
  });

  test('a part that a torn delivery left is no conflict for the next one', async () => {
    const patch = { phone1: PHONE, phone2: '13922224444' };
    await desk.patch({ phone1: PHONE });
    await issuer.put({ kind: 'patch', patch, expected: [{ phone1: '13900000001', phone2: '' }] });
    expect((await contact()).updates).toMatchObject([{ outcome: 'applied' }]);
    expect(elementsHeld(desk.content, patch)).toEqual({ phone1: true, phone2: true });
  });
});

describe('without network', () => {
  test('the answer to what became of it is lost: told again, also after a restart, and counted once', async () => {
    await issuer.put(phone());
    issuer.cut = (path) => (path === '/v1/agent-events' ? 'after' : null);
    expect((await contact()).updates).toMatchObject([{ outcome: 'applied' }]);
    expect(await queue()).toMatchObject({ waiting: 1, error: { code: 'ISSUER_UNREACHABLE' } });
    expect(await issuer.states()).toEqual([['applied', null]]);
    const counted = () => issuer.database('events').where({ type: 'mailbox-settled' }).count({ n: '*' });
    const before = await counted();
    issuer.cut = () => null;
    desk.restart();
    await told();
    expect(await counted()).toEqual(before);
    expect((await queue()).refused).toBe(0);
  });

  test('nothing on the queue’s disk can be read without its key', async () => {
    await issuer.put(phone());
    issuer.cut = (path) => (path === '/v1/agent-events' ? 'before' : null);
    await contact();
    const files = [...desk.queueFolder.files.values()].map((bytes) => Buffer.from(bytes).toString('latin1'));
    expect(files).toHaveLength(1);
    expect(files.join()).not.toMatch(/mailbox|lease|applied/);
  });

  test('card-issuer away: the desk says so, the contact is told afterwards as one first use, what waited comes then', async () => {
    await issuer.put(phone());
    issuer.cut = () => 'before';
    expect(await contact()).toMatchObject({ state: 'unreachable', updates: [] });
    expect((await queue()).events).toMatchObject([{ kind: 'card-seen' }]);
    issuer.cut = () => null;
    expect(await contact(5_000)).toMatchObject({ state: 'done', updates: [{ outcome: 'applied' }] });
    await told();
    const uses = await issuer.database('card_first_uses').where({ card_id: issuer.cardId });
    expect(uses).toHaveLength(1);
    expect(issuer.calls.indexOf('/v1/agent-events')).toBeLessThan(issuer.calls.indexOf('/v1/contacts'));
  });
});

describe('a re-key', () => {
  const SLOTS = [
    { slot: 'RK1.DDF1', version: 2 },
    { slot: 'STK.DF01', version: 2 },
    { slot: 'IRK.DDF1', version: 2 },
  ];
  const rekey = (retireOlder: boolean): MailboxContent => ({ kind: 'rekey', slots: SLOTS, retireOlder });
  const versions = (slot: string): readonly number[] => {
    const { directory, kid } = nationalProfile.keySlot(slot as never);
    const { fid } = nationalProfile.directory(directory);
    return desk.content.keys.filter((key) => key.directory === fid && key.kid === kid).map(({ version }) => version);
  };

  test('is written, proven and told; the older versions stay', async () => {
    await issuer.put(rekey(false));
    expect((await contact()).updates).toMatchObject([{ kind: 'rekey', outcome: 'applied', code: null }]);
    expect(SLOTS.map(({ slot }) => versions(slot))).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    await told();
    expect(await issuer.states()).toEqual([['applied', null]]);
    expect((await desk.writes()).map(({ kind, complete }) => [kind, complete])).toEqual([['rekey', true]]);
  });

  test('pulled at any APDU and put back, it is finished at the next contact', async () => {
    await issuer.put(rekey(false));
    await contact();
    const length = desk.apdus;
    for (let at = 1; at <= length; at += 1) {
      const how = at % 2 === 0 ? 'before' : 'after';
      await issuer.freshCard();
      desk = deskAt();
      desk.insert();
      await issuer.put(rekey(false));
      desk.pullAt({ at, how });
      desk.timers.advance(1_500);
      await until(async () => (desk.events.some(({ event }) => event === 'card-removed') ? true : null));
      desk.insert();
      await until(async () => {
        desk.timers.advance(1_500);
        return (await issuer.states()).every(([is]) => is === 'applied') ? true : null;
      });
      expect([at, SLOTS.map(({ slot }) => versions(slot))]).toEqual([
        at,
        [
          [1, 2],
          [1, 2],
          [1, 2],
        ],
      ]);
    }
  }, 120_000);
});

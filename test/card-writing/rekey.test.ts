/** Re-key in the field, terminal against chip: prepare, verify, retire; resumed after every power cut. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { CARD_KEY_SLOTS, type CardKeySlotName, type KeySlotName, nationalProfile } from '@rhc/card/profile';
import { localRekeyKeys, type RekeyKeys, type RekeyReport, rekeyCard } from '@rhc/card/rekey';
import { pilotRoot } from '@rhc/card/secure-messaging';
import type { ChipContent } from '../../virtual-card/src/index.ts';
import { CutCard, openSession, personalizedContent, pilotTerminalKeys, seededRandom } from './personalized-card.ts';

const right = (slot: KeySlotName, version: number) => pilotRoot(nodeCrypto, slot, version);

function rekeyKeys(root = right, suite: 'intl-128' | 'sm-128' | 'pboc-3des' = 'intl-128') {
  const calls: number[] = [];
  const random = seededRandom('rekey');
  const inner = localRekeyKeys({ crypto: nodeCrypto, suite, profile: nationalProfile, random, root });
  const keys: RekeyKeys = {
    openChannel: (request) => {
      calls.push(request.masterKeyVersion);
      return inner.openChannel(request);
    },
  };
  return { keys, calls };
}

const to = (version: number, slots: readonly CardKeySlotName[] = CARD_KEY_SLOTS) =>
  slots.map((slot) => ({ slot, version }));
const WITHOUT_MASTER = CARD_KEY_SLOTS.filter((slot) => slot !== 'MK.MF');

/** Versions of every slot as they stand in the chip, past every command. */
function versionsInChip(chip: ChipContent): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(
    CARD_KEY_SLOTS.map((slot) => {
      const { directory, kid } = nationalProfile.keySlot(slot);
      const { fid } = nationalProfile.directory(directory);
      const keys = chip.keys.filter((key) => key.directory === fid && key.kid === kid);
      return [slot, keys.map(({ version }) => version).sort()];
    }),
  );
}
const all = (versions: readonly number[], slots: readonly CardKeySlotName[] = CARD_KEY_SLOTS) =>
  Object.fromEntries(slots.map((slot) => [slot, versions]));

let content: ChipContent;
beforeAll(async () => {
  content = await personalizedContent();
});

describe('a whole re-key', () => {
  test('every slot but MK: one call for the channel, the old versions are gone, the new ones serve', async () => {
    const card = new CutCard(content);
    const { keys, calls } = rekeyKeys();
    const report = await rekeyCard(await openSession(card), keys, { slots: to(2, WITHOUT_MASTER), retireOlder: true });
    expect(report).toMatchObject({ complete: true, failure: null, keyServiceCalls: 1 });
    expect(calls).toEqual([1]);
    expect(versionsInChip(card.content)).toEqual({ ...all([2]), 'MK.MF': [1] });
    const session = await openSession(card, pilotTerminalKeys('intl-128', 2));
    expect(await session.internalAuthenticate()).toBe(true);
    expect((await session.readSummary()).allergies).toHaveLength(1);
  });

  test('MK too: its proof is the channel that it opens', async () => {
    const card = new CutCard(content);
    const { keys, calls } = rekeyKeys();
    const report = await rekeyCard(await openSession(card), keys, { slots: to(2), retireOlder: true });
    expect(report).toMatchObject({ complete: true, failure: null, keyServiceCalls: 2 });
    expect(calls).toEqual([1, 2]);
    expect(versionsInChip(card.content)).toEqual(all([2]));
  });

  test('the older versions may stay; a second run proves and writes nothing but what proof needs', async () => {
    const card = new CutCard(content);
    const request = { slots: to(2), retireOlder: false };
    const { keys } = rekeyKeys();
    expect(await rekeyCard(await openSession(card), keys, request)).toMatchObject({ complete: true });
    expect(versionsInChip(card.content)).toEqual(all([1, 2]));
    const before = card.content.commits;
    expect(await rekeyCard(await openSession(card), keys, request)).toMatchObject({ complete: true, failure: null });
    // The record of DDF1/EF08 that proves STK.DDF1 is written with the value that it holds.
    expect(card.content.commits - before).toBe(1);
    expect(versionsInChip(card.content)).toEqual(all([1, 2]));
  });

  test.each(['sm-128', 'pboc-3des'] as const)('suite %s', async (suite) => {
    const card = new CutCard(await personalizedContent(suite));
    const session = await openSession(card, pilotTerminalKeys(suite));
    const { keys } = rekeyKeys(right, suite);
    expect(await rekeyCard(session, keys, { slots: to(2), retireOlder: true })).toMatchObject({ complete: true });
    expect(versionsInChip(card.content)).toEqual(all([2]));
  });

  test('APDUs of one read key: the least that the dialogue permits', async () => {
    const session = await openSession(new CutCard(content));
    const { keys } = rekeyKeys();
    const report = await rekeyCard(session, keys, { slots: to(2, ['RK1.DF02']), retireOlder: true });
    // Key list 1; SELECT MF, challenge, MK 3; SELECT DDF1, DF02, WRITE KEY 3; challenge and the new version 2 (the
    // directory is still current); RETIRE KEY 1; key list 1.
    expect(report.apdus).toBe(1 + 3 + 3 + 2 + 1 + 1);
  });
});

describe('what must not happen', () => {
  test('a version that is not proven costs no older one; the others go on', async () => {
    const card = new CutCard(content);
    // The card gets another value of one key than the terminals have.
    const { keys } = rekeyKeys((slot, version) =>
      right(slot === 'RK1.DF01' && version === 2 ? 'RK1.DF02' : slot, version),
    );
    const report = await rekeyCard(await openSession(card), keys, { slots: to(2), retireOlder: true });
    expect(report).toMatchObject({ complete: false, failure: { code: 'REKEY_VERSION_UNPROVEN' } });
    expect(versionsInChip(card.content)).toEqual({ ...all([2]), 'RK1.DF01': [1, 2] });
    expect(report.slots.filter(({ proven }) => !proven).map(({ slot }) => slot)).toEqual(['RK1.DF01']);
  });

  test('a card that holds another value of STK.MF refuses it, and keeps the old one', async () => {
    const card = new CutCard(content);
    const wrong = rekeyKeys((slot, version) => right(slot === 'STK.MF' && version === 2 ? 'BK.MF' : slot, version));
    const session = await openSession(card);
    await rekeyCard(session, wrong.keys, { slots: to(2, ['STK.MF']), retireOlder: false });
    const report = await rekeyCard(session, rekeyKeys().keys, { slots: to(2, ['STK.MF']), retireOlder: true });
    expect(report).toMatchObject({ complete: false, failure: { code: 'CARD_CONDITIONS_NOT_SATISFIED' } });
    expect(versionsInChip(card.content)['STK.MF']).toEqual([1, 2]);
  });

  test('a plan that the card cannot take is refused before anything is sent', async () => {
    const three = new CutCard(await personalizedContent('intl-128', [1, 2, 3]));
    const session = await openSession(three);
    const { keys, calls } = rekeyKeys();
    const slots = [...to(4, ['UK1.DF01']), ...to(2, ['RK1.DF01', 'RK1.DF01']), ...to(256, ['LK.DF01'])];
    await expect(rekeyCard(session, keys, { slots, retireOlder: true })).rejects.toMatchObject({
      code: 'REKEY_PLAN_INVALID',
      fields: [{ field: 'LK.DF01' }, { field: 'LK.DF01' }, { field: 'UK1.DF01' }, { field: 'RK1.DF01' }],
    });
    await expect(rekeyCard(session, keys, { slots: [], retireOlder: true })).rejects.toMatchObject({
      code: 'REKEY_PLAN_INVALID',
    });
    expect(calls).toEqual([]);
  });
});

describe('the power fails at every commit', () => {
  const request = { slots: to(2), retireOlder: true };
  /** 22 written, the record that proves STK.DDF1, 22 retired. */
  const COMMITS = 22 + 1 + 22;

  test('the number of commits', async () => {
    const card = new CutCard(content);
    await rekeyCard(await openSession(card), rekeyKeys().keys, request);
    expect(card.memory.commits).toBe(COMMITS);
  });

  const agrees = (report: RekeyReport, chip: ChipContent) => {
    const inChip = versionsInChip(chip);
    for (const { slot, version, versionsOnCard, proven } of report.slots) {
      if (versionsOnCard !== null) expect([slot, versionsOnCard]).toEqual([slot, inChip[slot]]);
      if (proven) expect([slot, inChip[slot]?.includes(version)]).toEqual([slot, true]);
    }
    // No slot is ever without a key.
    for (const versions of Object.values(inChip)) expect(versions.length).toBeGreaterThan(0);
  };

  test.each(['before', 'after'] as const)(
    '%s each commit: the report agrees with the chip, a second run ends it',
    async (when) => {
      for (let commit = 1; commit <= COMMITS; commit++) {
        for (const putBack of [false, true]) {
          const card = new CutCard(content, { tear: { commit, when }, putBack });
          const report = await rekeyCard(await openSession(card), rekeyKeys().keys, request);
          agrees(report, card.content);
          card.reset();
          const again = await rekeyCard(await openSession(card), rekeyKeys().keys, request);
          expect({ commit, putBack, failure: again.failure, complete: again.complete }).toEqual({
            commit,
            putBack,
            failure: null,
            complete: true,
          });
          expect(versionsInChip(card.content)).toEqual(all([2]));
        }
      }
    },
  );
});

/** Block and unblock, terminal against chip: what the report says is what the chip says of itself. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { applyPatch } from '@rhc/card/patch';
import { blockApplication, blockCard, unblockApplication } from '@rhc/card/session';
import { type ChipContent, garbled } from '../../virtual-card/src/index.ts';
import { CutCard, openSession, personalizedContent } from './personalized-card.ts';

let content: ChipContent;
beforeAll(async () => {
  content = await personalizedContent();
});

describe('an application', () => {
  test('blocked: nobody reads it, the others go on; unblocked: it is as before', async () => {
    const card = new CutCard(content);
    const session = await openSession(card);
    expect(await blockApplication(session, 'DF02', 'until-unblocked')).toEqual({ outcome: 'written', failure: null });
    await expect(session.readFile('DF02/EF05'))
      .resolves.toHaveLength(15)
      .catch(() => undefined);
    const other = await openSession(card);
    await expect(other.readFile('DF02/EF05')).rejects.toMatchObject({ code: 'CARD_APPLICATION_BLOCKED' });
    await expect(applyPatch(other, { asthma: true })).rejects.toMatchObject({ code: 'CARD_APPLICATION_BLOCKED' });
    expect(await other.readFile('DF01/EF05')).toHaveLength(4);
    expect(await unblockApplication(other, 'DF02')).toEqual({ outcome: 'written', failure: null });
    expect(await (await openSession(card)).readFile('DF02/EF05')).toHaveLength(15);
  });

  test('repeated: nothing changes, and the answer is the same', async () => {
    const card = new CutCard(content);
    const session = await openSession(card);
    expect(await unblockApplication(session, 'DF03')).toEqual({ outcome: 'written', failure: null });
    expect(card.content.commits).toBe(content.commits);
    await blockApplication(session, 'DF03', 'until-unblocked');
    const once = card.content.commits;
    expect(await blockApplication(session, 'DF03', 'until-unblocked')).toEqual({ outcome: 'written', failure: null });
    expect(card.content.commits).toBe(once);
  });

  test('for ever: it is not selected again', async () => {
    const card = new CutCard(content);
    await blockApplication(await openSession(card), 'DF01', 'for-ever');
    card.reset();
    const session = await openSession(card);
    await expect(unblockApplication(session, 'DF01')).rejects.toMatchObject({ code: 'CARD_BLOCKED' });
    expect(await session.readFile('DF02/EF05')).toHaveLength(15);
  });
});

describe('the card', () => {
  test('blocked: it answers nothing but GET DATA', async () => {
    const card = new CutCard(content);
    expect(await blockCard(await openSession(card))).toEqual({ outcome: 'written', failure: null });
    expect(card.content.state).toBe('blocked');
    card.reset();
    await expect(openSession(card)).rejects.toMatchObject({ code: 'CARD_BLOCKED' });
  });
});

describe('a lost answer', () => {
  test.each([
    ['before', false],
    ['after', true],
  ] as const)('the power fails %s the commit: the outcome is what the chip says', async (when, blocked) => {
    for (const putBack of [true, false]) {
      const card = new CutCard(content, { tear: { commit: 1, when }, putBack });
      const { outcome, failure } = await blockCard(await openSession(card));
      expect(card.content.state).toBe(blocked ? 'blocked' : 'operational');
      expect(outcome).toBe(putBack ? (blocked ? 'written' : 'not-written') : 'unknown');
      expect(failure === null).toBe(outcome === 'written');
    }
  });

  test('a garbled answer of the command itself', async () => {
    const card = new CutCard(content);
    // SELECT MF, challenge, BK, challenge, CARD BLOCK: the fifth after the identification.
    const session = await openSession(card, undefined, garbled(card, 3 + 5));
    expect(await blockCard(session)).toEqual({ outcome: 'written', failure: null });
  });
});

/**
 * A mailbox over real parts: `npm start` with its card-issuer, key-service and token, the card in a virtual reader behind
 * pcscd. What the counter puts in reaches the chip when the card is put in, and card-issuer knows.
 */
import { randomBytes } from 'node:crypto';
import fs, { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RunningHouse } from '../../../test/first-light/running-house.ts';
import { ImageFileMemory } from '../../../virtual-card/src/index.ts';
import { elementsHeld } from '../writes/what-the-chip-holds.ts';

const LONG_MS = 300_000;
const LIMIT_MS = 30_000;
const folder = mkdtempSync(join(tmpdir(), 'rhc-mailbox-'));
const house = new RunningHouse(join(folder, 'state'));

beforeAll(() => house.untilRunning(), LONG_MS);
afterAll(async () => {
  await house.stop();
  rmSync(folder, { recursive: true, force: true });
}, LONG_MS);

function held(wish: Record<string, string>) {
  const path = join(house.state, 'virtual-card/card-0001.json');
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const content = new ImageFileMemory({ path, fileSystem: fs, random }).read();
  if (content === null) throw new Error('no chip');
  return elementsHeld(content, wish);
}

async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  for (const deadline = Date.now() + LIMIT_MS; ; ) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`not within ${LIMIT_MS} ms: ${what}`);
    await pause(100);
  }
}

async function asClerk(method: 'GET' | 'POST', path: string, status: number, body?: object) {
  const answer = await house.askAsClerk(method, path, body);
  expect([path, answer.status]).toEqual([path, status]);
  return answer.body;
}

test(
  'put in at the counter, written when the card comes, told back; a torn delivery is finished when it comes again',
  async () => {
    const { cards } = (await house.ask('card-issuer', 'GET', '/v1/cards')).body;
    const card = cards.find(({ state }: { state: string }) => state === 'active');
    const path = `/v1/cards/${card.id}/mailbox`;
    const mailbox = () => asClerk('GET', path, 200);
    const put = (content: object) => asClerk('POST', path, 201, { content });
    const states = async () => (await mailbox()).updates.map(({ state }: { state: string }) => state);
    const putBack = async () => {
      await house.hand(1, 'eject');
      await pause(500);
      await house.hand(1, 'insert');
    };
    const wish = { phone1: '13955556666' };
    await put({ kind: 'patch', patch: wish, expected: [] });
    await put({ kind: 'notice', notice: 'see-counter' });
    await putBack();
    await until('both are applied', async () =>
      (await states()).every((state: string) => state === 'applied') ? true : null,
    );
    expect(held(wish)).toEqual({ phone1: true });
    const { body } = await house.ask('reader-agent', 'GET', '/v1/mailbox');
    expect(body).toMatchObject({
      on: true,
      report: { state: 'done', notices: ['see-counter'], updates: [{ outcome: 'applied' }] },
    });
    expect((await mailbox()).lastContactAgent).toBe('desk-1');

    // Taken out about when it is written on: whatever was done is found when it comes again.
    await put({ kind: 'patch', patch: { phone2: '13977778888' }, expected: [] });
    await house.hand(1, 'eject');
    await pause(500);
    await house.hand(1, 'insert');
    await pause(1_800);
    await house.hand(1, 'eject');
    await pause(500);
    await house.hand(1, 'insert');
    await until('the second is applied', async () =>
      (await states()).every((state: string) => state === 'applied') ? true : null,
    );
    expect(held({ phone2: '13977778888' })).toEqual({ phone2: true });
    const queue = (await house.ask('reader-agent', 'GET', '/v1/event-queue')).body;
    expect(queue).toMatchObject({ waiting: 0, lost: 0, refused: 0 });
  },
  LONG_MS,
);

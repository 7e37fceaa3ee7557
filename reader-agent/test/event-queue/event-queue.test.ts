/**
 * The queue to card-issuer: sealed, bounded, in order, each event once – however often the network fails, before a batch
 * came there or behind it, and however often the agent is killed.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { SecretBytes } from '@rhc/card/bytes';
import { seededRandom } from '../../../test/card-writing/personalized-card.ts';
import type { AgentEvent, AgentEventsRequest } from '../../src/contract/index.ts';
import { agentErrors } from '../../src/errors.ts';
import { EventQueue, openEventQueue, QueueSender, type SendEvents } from '../../src/event-queue/index.ts';
import { memoryFolder } from '../memory-folder.ts';
import { ManualTimers } from '../stand-in-port.ts';

const room = mkdtempSync(join(tmpdir(), 'rhc-queue-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const event = (key: string): AgentEvent => ({
  key,
  at: '2026-11-26T08:00:00.000Z',
  kind: 'card-seen',
  cardFactor: '0001010000000003',
  issueSerial: 'A00000001K',
});
let seeds = 0;
const queueIn = (folder: ReturnType<typeof memoryFolder>, capacity = 100) => {
  seeds += 1;
  const key = new SecretBytes(new Uint8Array(32).fill(9));
  return new EventQueue({ folder, key, random: seededRandom(`queue ${seeds}`), capacity });
};

/** As card-issuer keeps them: by key, in the order in which they were first told. */
class Intake {
  readonly taken: string[] = [];
  readonly sizes: number[] = [];
  take({ events }: AgentEventsRequest) {
    this.sizes.push(events.length);
    return {
      events: events.map(({ key }) => {
        const known = this.taken.includes(key);
        if (!known) this.taken.push(key);
        return { key, state: known ? ('known' as const) : ('taken' as const) };
      }),
    };
  }
}

const senderOf = (queue: EventQueue, send: SendEvents, timers = new ManualTimers()) =>
  new QueueSender({ agentId: 'desk-1', queue, send, timers, now: () => new Date('2026-11-26T09:00:00Z') });

describe('the queue on disk', () => {
  test('a killed agent finds what it had, in its order; nothing can be read or exchanged', () => {
    const [folder, key] = [join(room, 'queue'), join(room, 'journal.key')];
    const first = openEventQueue(folder, key);
    for (const name of ['a', 'b', 'c']) first.put(event(name));
    const files = readdirSync(folder).sort();
    expect(files).toHaveLength(3);
    for (const file of files) expect(readFileSync(join(folder, file)).toString('latin1')).not.toContain('A00000001K');
    const again = openEventQueue(folder, key);
    expect(again.oldest(10).map((each) => each.key)).toEqual(['a', 'b', 'c']);
    // One file in the place of another opens under neither name.
    writeFileSync(join(folder, files[1] as string), readFileSync(join(folder, files[0] as string)));
    const third = openEventQueue(folder, key);
    expect([third.oldest(10).map((each) => each.key), third.state().unreadable]).toEqual([['a', 'c'], 1]);
    third.put(event('d'));
    expect(
      openEventQueue(folder, key)
        .oldest(10)
        .map((each) => each.key),
    ).toEqual(['a', 'c', 'd']);
  });

  test('the same key is one event; a full queue keeps the old ones and counts what it lost', () => {
    const folder = memoryFolder();
    const queue = queueIn(folder, 3);
    for (const name of ['a', 'b', 'b', 'c', 'd', 'e']) queue.put(event(name));
    expect([queue.oldest(10).map((each) => each.key), queue.state()]).toEqual([
      ['a', 'b', 'c'],
      { waiting: 3, capacity: 3, oldestAt: '2026-11-26T08:00:00.000Z', lost: 2, unreadable: 0 },
    ]);
    queue.remove(new Set(['a']));
    queue.put(event('f'));
    expect(
      queueIn(folder, 3)
        .oldest(10)
        .map((each) => each.key),
    ).toEqual(['b', 'c', 'f']);
  });

  test('a disk that refuses loses the event and says so, and stops nobody', () => {
    const folder = memoryFolder();
    const queue = queueIn({
      ...folder,
      write: () => {
        throw new Error('no space left on device');
      },
    } as never);
    queue.put(event('a'));
    expect(queue.state()).toMatchObject({ waiting: 0, lost: 1 });
  });
});

describe('telling', () => {
  test('soon after the event; while nobody answers after 5, 15, 60 and 300 s; all together when they do', async () => {
    const queue = queueIn(memoryFolder());
    const timers = new ManualTimers();
    const intake = new Intake();
    let away = true;
    let asked = 0;
    const sender = senderOf(
      queue,
      async (request) => {
        asked += 1;
        if (away) throw agentErrors.make('ISSUER_UNREACHABLE');
        return intake.take(request);
      },
      timers,
    );
    const pause = async (ms: number) => {
      timers.advance(ms);
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    for (let i = 0; i < 70; i += 1) queue.put(event(`e-${i}`));
    const counts: number[] = [];
    for (const ms of [999, 1, 4_999, 1, 15_000, 60_000, 300_000, 300_000]) {
      await pause(ms);
      counts.push(asked);
    }
    expect(counts).toEqual([0, 1, 1, 2, 3, 4, 5, 6]);
    expect(sender.state()).toMatchObject({ waiting: 70, lastSentAt: null, error: { code: 'ISSUER_UNREACHABLE' } });
    away = false;
    await sender.run();
    expect(intake.sizes).toEqual([64, 6]);
    expect(intake.taken).toEqual(Array.from({ length: 70 }, (_, i) => `e-${i}`));
    expect(sender.state()).toMatchObject({ waiting: 0, error: null, lastSentAt: '2026-11-26T09:00:00.000Z' });
    sender.close();
  });

  test('2,000 events over a network that fails both ways, with kills: each once, in order', async () => {
    const folder = memoryFolder();
    const intake = new Intake();
    const random = seededRandom('network');
    const dice = (limit: number) => ((random(1)[0] ?? 0) * 256 + (random(1)[0] ?? 0)) % limit;
    let [lostBefore, lostAfter, kills, made] = [0, 0, 0, 0];
    const send: SendEvents = async (request) => {
      const fate = dice(4);
      if (fate === 0) {
        lostBefore += 1;
        throw agentErrors.make('ISSUER_UNREACHABLE');
      }
      const answer = intake.take(request);
      if (fate === 1) {
        lostAfter += 1;
        throw agentErrors.make('ISSUER_UNREACHABLE');
      }
      return answer;
    };
    let queue = queueIn(folder);
    let sender = senderOf(queue, send);
    while (made < 2_000 || queue.waiting > 0) {
      for (let i = 0; i < 10 && made < 2_000 && queue.waiting < 100; i += 1) {
        queue.put(event(`e-${made}`));
        made += 1;
      }
      await sender.run();
      if (dice(5) !== 0) continue;
      // Killed: what the process knew is gone, the disk is not.
      kills += 1;
      sender.close();
      queue = queueIn(folder);
      sender = senderOf(queue, send);
    }
    expect(intake.taken).toEqual(Array.from({ length: 2_000 }, (_, i) => `e-${i}`));
    expect(Math.min(lostBefore, lostAfter, kills)).toBeGreaterThan(10);
    expect(folder.files.size).toBe(0);
    sender.close();
  });

  test('an answer that names none of the events does not go on for ever, and lets none go', async () => {
    const queue = queueIn(memoryFolder());
    queue.put(event('a'));
    const sender = senderOf(queue, async () => ({ events: [{ key: 'z', state: 'taken' as const }] }));
    await sender.run();
    expect(sender.state()).toMatchObject({ waiting: 1, error: { code: 'ISSUER_ANSWER_INVALID' }, lastSentAt: null });
    sender.close();
  });

  test('what card-issuer will never take leaves the queue and is counted', async () => {
    const queue = queueIn(memoryFolder());
    queue.put(event('a'));
    const sender = senderOf(queue, async () => ({ events: [{ key: 'a', state: 'refused' as const }] }));
    await sender.run();
    expect(sender.state()).toMatchObject({ waiting: 0, refused: 1 });
    sender.close();
  });
});

import { describe, expect, test } from '@jest/globals';
import { hexToBytes, SecretBytes } from '@rhc/card/bytes';
import { rhcBlank1 } from '@rhc/card/profile';
import { createLogger } from '@rhc/service-shell';
import { ManualTimers, StandInPort } from '../../test/stand-in-port.ts';
import { type AgentMessage, agentMessage } from '../contract/index.ts';
import { Desk } from '../desk/desk.ts';
import { BatchMemory } from './batch-memory.ts';
import { BatchService } from './batch-service.ts';
import { IssuerChannel, type LineListener } from './channel.ts';

const OURS = hexToBytes('3B8B8001000101000000002A01000021');
const settle = async () => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

function makeChannel() {
  const port = new StandInPort();
  const timers = new ManualTimers();
  const desk = new Desk({ port, timers, product: rhcBlank1, leaseMs: 30_000 });
  port.plug('A');
  const insertion = port.insert('A', OURS);
  const sent: AgentMessage[] = [];
  const lines: LineListener[] = [];
  const channel = new IssuerChannel({
    url: 'ws://127.0.0.1:1/',
    token: new SecretBytes(Uint8Array.of(1)),
    agentId: 'desk-1',
    version: '0',
    desk,
    batches: new BatchService({ desk, timers, rememberedBatches: 4, maxRunning: 4, progressEvery: 2 }),
    timers,
    backoff: { firstMs: 100, ceilingMs: 1000 },
    spread: () => 0,
    dial: (_url, _token, listener) => {
      lines.push(listener);
      return { send: (text) => sent.push(agentMessage.parse(JSON.parse(text))), close: () => undefined };
    },
    logger: createLogger('test', 'silent'),
  });
  const line = () => lines.at(-1) as LineListener;
  const give = (message: unknown) => line().onText(JSON.stringify(message));
  const batch = (id: string, extra: object = {}) => ({
    type: 'batch',
    id,
    reader: 'A',
    insertion,
    steps: [{ command: '0084000008' }, { command: '00A40000023F00' }, { command: '0084000008' }],
    lock: 'hold',
    ...extra,
  });
  const of = (type: AgentMessage['type']) => sent.filter((message) => message.type === type);
  return { port, timers, desk, channel, lines, line, give, batch, sent, of, insertion };
}

describe('issuer channel', () => {
  test('says hello, runs a batch with progress, holds the card until released', async () => {
    const { port, desk, line, give, batch, sent, of } = makeChannel();
    line().onOpen();
    expect(sent[0]).toMatchObject({ type: 'hello', agentId: 'desk-1', readers: [{ reader: 'A', state: 'free' }] });
    give(batch('b1'));
    await settle();
    expect(of('answers')).toMatchObject([{ id: 'b1', responses: ['9000', '9000', '9000'] }]);
    expect(of('progress')).toEqual([{ type: 'progress', id: 'b1', done: 2, total: 3 }]);
    expect(desk.ownerOf('A')).toBe('card-issuer');
    give({ type: 'release', reader: 'A' });
    await settle();
    expect(desk.ownerOf('A')).toBeNull();
    expect(port.resets).toBe(1);
  });

  test('a repeated batch is answered from memory and never run twice', async () => {
    const { port, line, give, batch, of } = makeChannel();
    line().onOpen();
    give(batch('b1'));
    await settle();
    give(batch('b1'));
    await settle();
    expect(of('answers')).toHaveLength(2);
    expect(of('answers')[0]).toEqual(of('answers')[1]);
    expect(port.transmitted).toHaveLength(3);
  });

  test('a batch in mid-run when the line drops is finished and told after the reconnect', async () => {
    const { port, timers, lines, line, give, batch, of } = makeChannel();
    let finish: (response: Uint8Array) => void = () => undefined;
    line().onOpen();
    port.answer = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    give(batch('b1', { steps: [{ command: '0084000008' }] }));
    await settle();
    line().onClose('cable');
    finish(Uint8Array.of(0x90, 0));
    await settle();
    expect(of('answers')).toHaveLength(0);
    timers.advance(1000);
    expect(lines).toHaveLength(2);
    line().onOpen();
    expect(of('answers')).toMatchObject([{ id: 'b1', responses: ['9000'] }]);
    give(batch('b1', { steps: [{ command: '0084000008' }] }));
    await settle();
    expect(port.transmitted).toHaveLength(1);
  });

  test('stops at an unexpected status word, reports a pulled card, refuses another insertion', async () => {
    const { port, line, give, batch, of } = makeChannel();
    line().onOpen();
    port.answer = () => Uint8Array.of(0x69, 0x82);
    give(batch('b1'));
    await settle();
    expect(of('answers')).toMatchObject([{ responses: ['6982'] }]);
    give(batch('b2', { insertion: 999 }));
    await settle();
    expect(of('failed')).toMatchObject([{ id: 'b2', responses: [], error: { code: 'CARD_CHANGED' } }]);
    port.answer = () => {
      port.remove('A');
      return Uint8Array.of(0x90, 0);
    };
    give(batch('b3'));
    await settle();
    expect(of('failed')[1]).toMatchObject({ id: 'b3', responses: ['9000'], error: { code: 'CARD_REMOVED' } });
  });

  test('waiting times grow until a server welcomes us', () => {
    const { timers, lines, line, give } = makeChannel();
    line().onClose('refused');
    timers.advance(49);
    expect(lines).toHaveLength(1);
    timers.advance(1);
    expect(lines).toHaveLength(2);
    line().onClose('refused');
    timers.advance(99);
    expect(lines).toHaveLength(2);
    timers.advance(1);
    expect(lines).toHaveLength(3);
    line().onOpen();
    give({ type: 'welcome', issuer: 'i', agentId: 'desk-1' });
    line().onClose('restart');
    timers.advance(50);
    expect(lines).toHaveLength(4);
  });

  test('memory is bounded and never forgets what still runs', async () => {
    const memory = new BatchMemory<number>(2);
    const running = memory.once('slow', () => new Promise<number>(() => undefined));
    for (const id of ['a', 'b', 'c']) await memory.once(id, async () => 1).answer;
    await settle();
    expect(memory.size).toBe(2);
    expect(memory.once('slow', async () => 2)).toMatchObject({ repeated: true, answer: running.answer });
    expect(memory.once('a', async () => 2).repeated).toBe(false);
  });
});

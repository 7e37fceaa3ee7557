/** Each declared fault strikes where it was declared, and the chip holds what its memory holds, never something between. */
import { describe, expect, test } from '@jest/globals';
import { CHALLENGE, HISTORICAL, operationalMemory } from '../../test/support/operational-card.ts';
import { bytesOf, hexOf, TestTerminal } from '../../test/support/test-terminal.ts';
import { ProcessMemory } from '../memory/non-volatile-memory.ts';
import { checkFaults, FAULT_KINDS, type Fault } from './fault-plan.ts';
import { FaultyCard } from './faulty-card.ts';

const waits: number[] = [];
const delay = async (ms: number): Promise<void> => {
  waits.push(ms);
};

function insert(faults: readonly Fault[], duringWins: 'before' | 'after' = 'before') {
  const memory = operationalMemory();
  const card = new FaultyCard({ memory, random: () => bytesOf(CHALLENGE), delay, duringWins });
  const send = async (command: string) => hexOf(await card.transmit(bytesOf(command)));
  return { card, send, memory, arm: () => card.arm(faults) };
}

/** UK1.DDF1 authenticated and the photo selected, ready for a write. */
async function readyToWrite(faults: readonly Fault[], duringWins: 'before' | 'after' = 'before') {
  const made = insert(faults, duringWins);
  const keys = new TestTerminal({ transmit: () => new Uint8Array() }, HISTORICAL.subarray(0, 8));
  await made.send('00A4000002DDF1');
  for (const [slot, kid] of [
    ['UK1.DDF1', '05'],
    ['RK1.DDF1', '04'],
  ] as const) {
    await made.send('0084000008');
    const random = bytesOf('B1B2B3B4B5B6B7B8');
    const a = keys.cryptogram(keys.disperse(keys.cardKey(slot, 1), bytesOf(CHALLENGE)), random);
    expect(await made.send(`008200${kid}11${hexOf(a)}${hexOf(random)}01`)).toBe('9000');
  }
  await made.send('00A4000002EF07');
  made.arm();
  return made;
}
const WRITE = '00D60000021234';
const READ = '00B0000002';
const photo = (memory: ProcessMemory) => {
  const body = memory.read()?.files.find(({ fid, directory }) => fid === 0xef07 && directory === 0xddf1)?.body;
  return body?.structure === 'transparent' ? hexOf(body.content.slice(0, 2)) : '';
};

describe('on the wire', () => {
  test('slow: the answer is right and late, once', async () => {
    const { send } = await readyToWrite([{ kind: 'slow', at: { command: 2 }, delayMs: 700 }]);
    waits.length = 0;
    await send(READ);
    expect(waits).toEqual([]);
    expect(await send(READ)).toMatch(/^.{4}9000$/);
    await send(READ);
    expect(waits).toEqual([700]);
  });
  test('garbled: the byte that was named, from either end', async () => {
    const { send, memory } = await readyToWrite([
      { kind: 'garbled', at: { command: 1 }, byte: 0, mask: 0x01 },
      { kind: 'garbled', at: { command: 2 }, byte: -1, mask: 0x80 },
    ]);
    const right = photo(memory);
    const flipped = (Number.parseInt(right.slice(0, 2), 16) ^ 1).toString(16).toUpperCase().padStart(2, '0');
    expect(await send(READ)).toBe(`${flipped}${right.slice(2)}9000`);
    expect(await send(READ)).toBe(`${right}9080`);
    expect(await send(READ)).toBe(`${right}9000`);
  });
  test('truncated: the card did its work, the answer is short', async () => {
    const { send, memory } = await readyToWrite([{ kind: 'truncated', at: { command: 1, ins: 'D6' }, keepBytes: 1 }]);
    await send(READ);
    expect(await send(WRITE)).toBe('90');
    expect(photo(memory)).toBe('1234');
  });
  test('wrong status: done or not done, as declared', async () => {
    for (const executed of [true, false]) {
      const fault = { kind: 'wrong-status', at: { command: 1 }, sw: executed ? 0x6f00 : 0x9000, executed } as const;
      const { send, memory } = await readyToWrite([fault]);
      const before = photo(memory);
      expect(await send(WRITE)).toBe(executed ? '6F00' : '9000');
      expect(photo(memory)).toBe(executed ? '1234' : before);
    }
  });
  test('silent: never an answer again until it is taken out', async () => {
    for (const executed of [true, false]) {
      const { card, send, memory } = await readyToWrite([{ kind: 'silent', at: { command: 1 }, executed }]);
      const before = photo(memory);
      const answered: string[] = [];
      void send(WRITE).then((answer) => answered.push(answer));
      void send(READ).then((answer) => answered.push(answer));
      await new Promise((resolve) => setImmediate(resolve));
      expect(answered).toEqual([]);
      expect(photo(memory)).toBe(executed ? '1234' : before);
      expect(hexOf(card.reinsert())).toMatch(/^3B8B8001/);
      expect(await send('80CA010200')).toBe('01020304050607089000');
    }
  });
  test('two faults in one plan, each counted by its own instruction', async () => {
    const { send } = await readyToWrite([
      { kind: 'wrong-status', at: { command: 2, ins: 'B0' }, sw: 0x6f00, executed: true },
      { kind: 'truncated', at: { command: 1, ins: 'D6' }, keepBytes: 0 },
    ]);
    expect(await send(READ)).toMatch(/9000$/);
    expect(await send(WRITE)).toBe('');
    expect(await send(READ)).toBe('6F00');
    expect(await send(READ)).toBe('12349000');
  });
});

describe('in the memory', () => {
  test.each([
    ['before', 'before', false],
    ['during', 'before', false],
    ['during', 'after', true],
    ['after', 'before', true],
  ] as const)('tear %s the write (%s wins): the new content is there: %s', async (when, wins, written) => {
    const { card, send, memory } = await readyToWrite([{ kind: 'tear', write: 1, when }], wins);
    const before = photo(memory);
    await expect(send(WRITE)).rejects.toMatchObject({ code: 'VIRTUAL_CARD_POWER_LOST' });
    await expect(send(READ)).rejects.toMatchObject({ code: 'VIRTUAL_CARD_POWER_LOST' });
    expect(photo(memory)).toBe(written ? '1234' : before);
    card.reinsert();
    expect(await send('80CA010200')).toBe('01020304050607089000');
  });
  test('a write that fails: 6581, nothing of it happened, the card lives on', async () => {
    const { send, memory, card } = await readyToWrite([{ kind: 'memory-failure', write: 1 }]);
    const before = photo(memory);
    expect(await send(WRITE)).toBe('6581');
    expect(photo(memory)).toBe(before);
    expect(await send(WRITE)).toBe('9000');
    expect(photo(memory)).toBe('1234');
    expect(card.writes).toBe(2);
  });
  test('a count of tries that cannot be written: 6581, no right is given, the challenge is spent', async () => {
    const { send, arm, memory } = insert([{ kind: 'memory-failure', write: 1 }]);
    await send('00A4000002DDF1');
    await send('0084000008');
    arm();
    expect(await send(`0082000411${'00'.repeat(16)}01`)).toBe('6581');
    expect(memory.read()?.commits).toBe(0);
    expect(await send(`0082000411${'00'.repeat(16)}01`)).toBe('6984');
  });
  test('memory full: a file and a key are refused with 6A84, what is there can still be written', async () => {
    const memory = new ProcessMemory();
    const keys = new TestTerminal({ transmit: () => new Uint8Array() }, HISTORICAL.subarray(0, 8));
    const transportKey = hexOf(keys.cardKey('TMK', 1));
    const card = new FaultyCard(
      { memory, random: () => bytesOf(CHALLENGE), delay, historicalBytes: HISTORICAL, transportKey },
      [{ kind: 'memory-full' }],
    );
    const send = async (command: string) => hexOf(await card.transmit(bytesOf(command)));
    const random = bytesOf('B1B2B3B4B5B6B7B8');
    const a = keys.cryptogram(keys.disperse(keys.cardKey('TMK', 1), bytesOf(CHALLENGE)), random);
    const open = async () => {
      await send('0084000008');
      expect(await send(`0082000011${hexOf(a)}${hexOf(random)}00`)).toBe('9000');
    };
    await open();
    expect(await send('80E00000078201388302DDF1')).toBe('6A84');
    expect((await send('80CA010100')).slice(0, 2)).toBe('00');
    card.arm([]);
    await open();
    expect(await send('80E00000078201388302DDF1')).toBe('9000');
  });
});

describe('the plan', () => {
  test.each<readonly Fault[]>([
    [{ kind: 'tear', write: 0, when: 'before' }],
    [{ kind: 'garbled', at: { command: 1 }, byte: 0, mask: 0 }],
    [{ kind: 'slow', at: { command: 1.5 }, delayMs: 1 }],
    [{ kind: 'silent', at: { command: 1, ins: 'd6' }, executed: true }],
    [{ kind: 'truncated', at: { command: 1 }, keepBytes: -1 }],
    [{ kind: 'wrong-status', at: { command: 1 }, sw: 0x10000, executed: true }],
  ])('%j is refused', (fault) => {
    expect(() => checkFaults([fault])).toThrow(RangeError);
  });
  test.each([
    [{ kind: 'bewitched' }, /one of tear, memory-failure/],
    [{ kind: 'constructor' }, /one of tear/],
    [{ kind: 'silent', executed: true }, /silent: at is missing/],
    [{ kind: 'tear', write: 1, when: 'before', at: { command: 1 } }, /tear: at says nothing/],
  ])('as JSON: %j is refused by name', (fault, reason) => {
    expect(() => checkFaults([fault as unknown as Fault])).toThrow(reason);
  });
  test('two tears in one plan are refused; every kind is named', () => {
    const tear = { kind: 'tear', write: 1, when: 'before' } as const;
    expect(() => checkFaults([tear, tear])).toThrow(RangeError);
    expect(new Set(FAULT_KINDS).size).toBe(8);
  });
});

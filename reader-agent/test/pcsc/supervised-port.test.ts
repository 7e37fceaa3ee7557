/** The PC/SC path on a real pcscd with vpcd: insertion, APDUs, removal, and every way in which the parts may die. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { CardChannel } from '../../src/desk/index.ts';
import { DEFAULT_LIMITS, forkPcscChild, type PcscEvent, SupervisedPort, systemTimers } from '../../src/pcsc/index.ts';
import { ATR_A, ATR_B, CHILD_PATH, runTool, type Stack, startStack, until } from './stack.ts';

let stack: Stack;
let port: SupervisedPort;
let events: PcscEvent[];

function newPort(transmitDeadlineMs = DEFAULT_LIMITS.transmitDeadlineMs): SupervisedPort {
  return new SupervisedPort({
    spawn: () =>
      forkPcscChild({ childPath: CHILD_PATH, env: { ...process.env, PCSCLITE_CSOCK_NAME: stack.csockName } }),
    timers: systemTimers,
    limits: { ...DEFAULT_LIMITS, heartbeatMs: 300, heartbeatDeadlineMs: 2_000, transmitDeadlineMs },
    readerReturnMs: 5_000,
  });
}

const inserted = (reader: string, after = 0) =>
  events
    .slice(after)
    .find((e): e is PcscEvent & { kind: 'card-inserted' } => e.kind === 'card-inserted' && e.reader === reader);
const removed = (reader: string, after = 0) =>
  events.slice(after).find((e) => e.kind === 'card-removed' && e.reader === reader);

beforeAll(async () => {
  stack = await startStack();
  port = newPort();
  events = [];
  port.subscribe((event) => events.push(event));
}, 30_000);

afterAll(async () => {
  await port?.close();
  await stack?.stop();
}, 30_000);

describe('PC/SC through the supervised child', () => {
  test('sees readers and an insertion, exchanges APDUs, resolves 61xx and 6Cxx, sees the removal', async () => {
    const [reader] = stack.readers;
    await until('both readers', () => events.filter((e) => e.kind === 'reader-added').length === 2);
    await expect(port.connect(reader, { share: 'exclusive' })).rejects.toMatchObject({ code: 'CARD_ABSENT' });
    await expect(port.connect('no such reader', { share: 'exclusive' })).rejects.toMatchObject({
      code: 'READER_UNKNOWN',
    });
    await stack.command('insert', { slot: 0, atr: ATR_A });
    const event = await until('insertion', () => inserted(reader));
    expect(bytesToHex(event.atr)).toBe(ATR_A);
    const handle = await port.connect(reader, { share: 'exclusive' });
    expect(handle.insertion).toBe(event.insertion);
    expect(bytesToHex(await port.transmit(handle, hexToBytes('0084000008')))).toBe('11223344556677889000');
    const channel = new CardChannel(port, handle);
    expect(bytesToHex(await channel.transmit(hexToBytes('00A4040000')))).toBe('6F0284009000');
    expect(bytesToHex(await channel.transmit(hexToBytes('00B2390400')))).toBe('39031301009000');
    expect(channel.apduCount).toBe(4);
    await stack.command('remove', { slot: 0 });
    await until('removal', () => removed(reader));
    await expect(port.transmit(handle, hexToBytes('0084000008'))).rejects.toMatchObject({ code: 'CARD_REMOVED' });
  }, 40_000);

  test('a card that another program holds is reported as in use; ours is not disturbed', async () => {
    const [reader] = stack.readers;
    const mark = events.length;
    await stack.command('insert', { slot: 0, atr: ATR_A });
    await until('insertion', () => inserted(reader, mark));
    const other = newPort();
    try {
      const seen: string[] = [];
      other.subscribe(({ kind }) => seen.push(kind));
      await until('the other sees the card', () => seen.includes('card-inserted'));
      const handle = await port.connect(reader, { share: 'exclusive' });
      const refusal = await other.connect(reader, { share: 'exclusive' }).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'READER_IN_USE_ELSEWHERE', httpStatus: 409 });
      expect(bytesToHex(await port.transmit(handle, hexToBytes('000E000002CAFE')))).toBe('CAFE9000');
      await port.disconnect(handle, 'reset');
      const free = await other.connect(reader, { share: 'shared' });
      await other.disconnect(free, 'leave');
    } finally {
      await other.close();
    }
    const tool = runTool(stack, 'opensc-tool', ['-a']);
    let text = '';
    tool.stdout?.on('data', (chunk) => {
      text += String(chunk);
    });
    await new Promise((resolve) => tool.once('close', resolve));
    expect(text.replaceAll(':', '').toUpperCase()).toContain(ATR_A);
  }, 40_000);

  test('a killed child is replaced; a card that nobody held keeps its insertion', async () => {
    const [reader] = stack.readers;
    const before = events.findLast((e) => e.kind === 'card-inserted');
    const pid = port.health().childPid ?? 0;
    const mark = events.length;
    process.kill(pid, 'SIGKILL');
    await until('recovery', () => events.slice(mark).some((e) => e.kind === 'recovered'));
    const handle = await port.connect(reader, { share: 'exclusive' });
    expect(handle).toMatchObject({ insertion: before?.kind === 'card-inserted' ? before.insertion : 0 });
    expect(port.health().childPid).not.toBe(pid);
    expect(events.slice(mark).map((e) => e.kind)).toEqual(['trouble', 'recovered']);
    await port.disconnect(handle, 'reset');
  }, 40_000);

  test('a child killed while the card was held: the call ends at once, the card counts as inserted anew', async () => {
    const [reader] = stack.readers;
    const handle = await port.connect(reader, { share: 'exclusive' });
    const mark = events.length;
    const hanging = port.transmit(handle, hexToBytes('00FE000000'));
    process.kill(port.health().childPid ?? 0, 'SIGKILL');
    await expect(hanging).rejects.toMatchObject({ code: 'PCSC_PROCESS_LOST', retriable: true });
    const anew = await until('insertion anew', () => inserted(reader, mark), 20_000);
    expect(anew.insertion).toBeGreaterThan(handle.insertion);
    expect(bytesToHex(anew.atr)).toBe(ATR_A);
    await expect(port.transmit(handle, hexToBytes('0084000008'))).rejects.toMatchObject({ code: 'CARD_CHANGED' });
    // The stub owes an answer to the hanging APDU; a person would take the card out, here another one comes.
    const swap = events.length;
    await stack.command('remove', { slot: 0 });
    await until('removal', () => removed(reader, swap), 20_000);
    await stack.command('insert', { slot: 0, atr: ATR_B });
    const other = await until('insertion of another card', () => inserted(reader, swap), 20_000);
    expect(bytesToHex(other.atr)).toBe(ATR_B);
  }, 60_000);

  test('pcscd killed and started again: trouble is told with its next step, then events come again', async () => {
    const [reader] = stack.readers;
    const mark = events.length;
    await stack.command('kill-pcscd');
    const trouble = await until('trouble', () => events.slice(mark).find((e) => e.kind === 'trouble'));
    expect(trouble).toMatchObject({
      error: { code: 'PCSC_SERVICE_DOWN', nextStep: { zh: expect.stringContaining('pcscd') } },
    });
    await stack.command('restart');
    await until('recovery', () => events.slice(mark).some((e) => e.kind === 'recovered'));
    await until('the card is gone', () => removed(reader, mark));
    await stack.command('insert', { slot: 0, atr: ATR_A });
    await until('insertion', () => inserted(reader, mark));
    const handle = await port.connect(reader, { share: 'exclusive' });
    expect(bytesToHex(await port.transmit(handle, hexToBytes('0084000008')))).toBe('11223344556677889000');
    await port.disconnect(handle, 'reset');
    await stack.command('remove', { slot: 0 });
    await until('removal', () => events.slice(mark).filter((e) => e.kind === 'card-removed').length === 2);
  }, 60_000);
});

import { describe, expect, test } from '@jest/globals';
import { hexToBytes } from '@rhc/card/bytes';
import { rhcBlank1 } from '@rhc/card/profile';
import { ManualTimers, StandInPort } from '../../test/stand-in-port.ts';
import { Desk } from './desk.ts';

const OURS_A = hexToBytes('3B8B8001000101000000002A01000021');
const OURS_B = hexToBytes('3B8B8001000101000000002B01000020');
const FOREIGN = hexToBytes('3B021450');

function makeDesk() {
  const port = new StandInPort();
  const timers = new ManualTimers();
  const desk = new Desk({ port, timers, product: rhcBlank1, leaseMs: 30_000 });
  const events: string[] = [];
  desk.subscribe((event) => events.push(event.event));
  return { port, timers, desk, events };
}

const codeOf = (work: () => unknown) => {
  try {
    work();
    return 'no error';
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('desk', () => {
  test('names what is wrong: no reader, no card, foreign card, mute card, two cards', () => {
    const { port, desk } = makeDesk();
    expect(codeOf(() => desk.chooseHealthCard())).toBe('READER_NONE');
    port.plug('A');
    expect(codeOf(() => desk.chooseHealthCard())).toBe('CARD_ABSENT');
    expect(codeOf(() => desk.chooseHealthCard('B'))).toBe('READER_UNKNOWN');
    port.insert('A', FOREIGN);
    expect(codeOf(() => desk.chooseHealthCard())).toBe('CARD_FOREIGN');
    port.remove('A');
    port.insert('A', new Uint8Array(0));
    expect(codeOf(() => desk.chooseHealthCard())).toBe('CARD_MUTE');
    expect(desk.readers()[0]?.state).toBe('mute');
    port.remove('A');
    port.insert('A', OURS_A);
    port.plug('B');
    port.insert('B', FOREIGN);
    expect(desk.chooseHealthCard().reader).toBe('A');
    port.remove('B');
    port.insert('B', OURS_B);
    expect(codeOf(() => desk.chooseHealthCard())).toBe('READER_CHOICE_NEEDED');
  });

  test('shows the card factor of a resident health card and null for a foreign one', () => {
    const { port, desk } = makeDesk();
    port.plug('A');
    port.insert('A', OURS_A);
    expect(desk.readers()).toMatchObject([{ reader: 'A', state: 'free', card: { cardFactor: '000101000000002A' } }]);
    port.remove('A');
    port.insert('A', FOREIGN);
    expect(desk.readers()[0]?.card?.cardFactor).toBeNull();
  });

  test('patient A’s answer is refused when card B lies there at the end', async () => {
    const { port, desk } = makeDesk();
    port.plug('A');
    port.insert('A', OURS_A);
    const card = desk.chooseHealthCard();
    const reading = desk.withCard(card, 'form', async () => {
      port.remove('A');
      port.insert('A', OURS_B);
      return 'data of patient A';
    });
    await expect(reading).rejects.toMatchObject({ code: 'CARD_CHANGED', httpStatus: 409 });
    expect(desk.ownerOf('A')).toBeNull();
  });

  test('a second owner is refused, and an abandoned hold expires by itself with a reset', async () => {
    const { port, timers, desk } = makeDesk();
    port.plug('A');
    const insertion = port.insert('A', OURS_A);
    await desk.hold('A', insertion, 'job');
    await expect(desk.hold('A', insertion, 'reader')).rejects.toMatchObject({ code: 'READER_BUSY', httpStatus: 409 });
    // While work runs the lease does not count.
    timers.advance(60_000);
    expect(desk.ownerOf('A')).toBe('job');
    desk.idle('A', 'job');
    timers.advance(29_999);
    expect(desk.readers()[0]?.state).toBe('busy');
    timers.advance(1);
    expect(desk.readers()[0]?.state).toBe('free');
    expect(port.resets).toBe(1);
  });

  test('a batch for an earlier insertion is refused', async () => {
    const { port, desk } = makeDesk();
    port.plug('A');
    const first = port.insert('A', OURS_A);
    port.remove('A');
    port.insert('A', OURS_A);
    await expect(desk.hold('A', first, 'job')).rejects.toMatchObject({ code: 'CARD_CHANGED' });
  });
});

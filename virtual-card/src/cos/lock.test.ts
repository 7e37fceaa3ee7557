/**
 * Block and unblock (ADR 005) in literal bytes; the MACs were computed with python3-cryptography from the pilot keys for
 * card factor 0102030405060708 and challenge A1A2A3A4A5A6A7A8.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { CHALLENGE, insertCard, operationalMemory } from '../../test/support/operational-card.ts';
import type { TestTerminal } from '../../test/support/test-terminal.ts';
import type { ProcessMemory } from '../memory/non-volatile-memory.ts';

const AUTHENTICATE_LK = '0082008211FAEA7D48F2473A49B1B2B3B4B5B6B7B801';
const AUTHENTICATE_BK = '0082000211D07ADB801354594AB1B2B3B4B5B6B7B801';
const BLOCK = '841E0000049D66A93B';
const BLOCK_FOR_EVER = '841E00010489069985';
const UNBLOCK = '84180000041498EF4C';
const CARD_BLOCK = '8416000004571502F6';
const CHALLENGE_ANSWER = `${CHALLENGE}9000`;
let memory: ProcessMemory;
let terminal: TestTerminal;

beforeEach(() => {
  memory = operationalMemory();
  terminal = insertCard(memory);
});

/** Each line: command, then what the chip answers. */
function dialogue(...lines: readonly (readonly [command: string, answer: string])[]): void {
  for (const [i, [command, answer]] of lines.entries()) {
    expect([i, command, terminal.send(command)]).toEqual([i, command, answer]);
  }
}
const fresh = ['0084000008', CHALLENGE_ANSWER] as const;
const toDf01 = [
  ['00A4000002DDF1', '9000'],
  ['00A4000002DF01', '9000'],
] as const;
const withLockKey = [...toDf01, fresh, [AUTHENTICATE_LK, '9000'], fresh] as const;

describe('APPLICATION BLOCK and UNBLOCK', () => {
  test('blocked: SELECT warns 6283, only unlocking is answered; unblocked: as before', () => {
    dialogue(
      ...withLockKey,
      [BLOCK, '9000'],
      ['80CA010500', '0100009000'],
      ['00A4000002EF05', '6A81'],
      ['00B2010400', '6A81'],
      fresh,
      ['0082008411AABBCCDDEEFF0011B1B2B3B4B5B6B7B801', '6A81'],
      ['00A4000002DF02', '9000'],
      ['00A4000002DF01', '6283'],
      ['00A4000002DF0100', '6F0C840691560001320083 02DF016283'.replace(' ', '')],
      ['00A4040006915600013200', '610E'],
      ['00C0000000', '6F0C8406915600013200830 2DF016283'.replace(' ', '')],
      [UNBLOCK, '6982'],
      fresh,
      [AUTHENTICATE_LK, '9000'],
      fresh,
      [BLOCK, '9000'],
      fresh,
      [UNBLOCK, '9000'],
      fresh,
      [UNBLOCK, '9000'],
      ['80CA010500', '0000009000'],
      ['00A4000002DF01', '9000'],
      ['00A4000002EF05', '9000'],
      ['00B2010400', '6982'],
    );
  });
  test('it survives a reset; blocking twice commits once', () => {
    dialogue(...withLockKey, [BLOCK, '9000']);
    const { commits } = memory.read() ?? {};
    dialogue(fresh, [BLOCK, '9000']);
    expect(memory.read()?.commits).toBe(commits);
    terminal = insertCard(memory);
    dialogue(['00A4000002DDF1', '9000'], ['00A4000002DF01', '6283']);
  });
  test('for ever: SELECT 9303 and selects nothing, UNBLOCK 9303, a later block until unblocked takes nothing back', () => {
    dialogue(
      ...withLockKey,
      [BLOCK, '9000'],
      fresh,
      [BLOCK_FOR_EVER, '9000'],
      fresh,
      [BLOCK, '9000'],
      fresh,
      [UNBLOCK, '9303'],
      ['80CA010500', '0200009000'],
      ['00A4000002DF02', '9000'],
      ['00A4000002DF01', '9303'],
      ['00A4000002EF06', '9000'],
    );
  });
  test.each([
    ['without LK', [...toDf01, fresh, [BLOCK, '6982']]],
    ['without a challenge', [...toDf01, fresh, [AUTHENTICATE_LK, '9000'], [BLOCK, '6984']]],
    ['with a challenge used up', [...withLockKey, [BLOCK, '9000'], [UNBLOCK, '6984']]],
    ['a refused command spends its challenge', [...withLockKey, ['841E00000400000000', '6988'], [BLOCK, '6984']]],
    ['without MAC', [...withLockKey, ['841E000000', '6987']]],
    ['without MAC, without Lc', [...withLockKey, ['841E0000', '6987']]],
    ['with a MAC of two bytes', [...withLockKey, ['841E0000029D66', '6987']]],
    ['with the MAC of the other form', [...withLockKey, ['841E00000489069985', '6988']]],
    ['with another P1', [...withLockKey, ['841E0100049D66A93B', '6A86']]],
    ['with another P2', [...withLockKey, ['841E0002049D66A93B', '6A86']]],
    ['unblock with P2 01', [...withLockKey, ['84180001041498EF4C', '6A86']]],
    ['in another class', [...withLockKey, ['041E0000049D66A93B', '6882']]],
    ['in class 80', [...withLockKey, ['801E0000049D66A93B', '6E00']]],
    ['in the MF', [fresh, [BLOCK, '6985']]],
    ['in DDF1', [['00A4000002DDF1', '9000'], fresh, [BLOCK, '6985']]],
  ] as const)('%s', (_, lines) => {
    dialogue(...lines);
    if (!lines.some(([command, answer]) => command === BLOCK && answer === '9000')) {
      dialogue(['80CA010500', '0000009000']);
    }
  });
});

describe('CARD BLOCK', () => {
  test('state 03, GET DATA answers, everything else 6A81, for ever', () => {
    dialogue(fresh, [AUTHENTICATE_BK, '9000'], fresh, [CARD_BLOCK, '9000']);
    expect(terminal.send('80CA010100')).toMatch(/^0301[0-9A-F]{12}9000$/);
    for (let insertion = 0; insertion < 2; insertion++) {
      dialogue(
        ['00A40000023F00', '6A81'],
        ['0084000008', '6A81'],
        [AUTHENTICATE_BK, '6A81'],
        [CARD_BLOCK, '6A81'],
        ['80E00000078201388302DDF2', '6A81'],
        ['80CA010200', '01020304050607089000'],
        ['80CA010900', '6A88'],
      );
      terminal = insertCard(memory);
    }
  });
  test.each([
    ['without BK', [fresh, [CARD_BLOCK, '6982']]],
    ['wrong MAC', [fresh, [AUTHENTICATE_BK, '9000'], fresh, ['8416000004571502F7', '6988']]],
    ['outside the MF', [['00A4000002DDF1', '9000'], fresh, [CARD_BLOCK, '6985']]],
    ['with LK in DF01', [...withLockKey, [CARD_BLOCK, '6985']]],
    ['with P2', [fresh, [AUTHENTICATE_BK, '9000'], fresh, ['8416000104571502F6', '6A86']]],
  ] as const)('%s changes nothing', (_, lines) => {
    dialogue(...lines);
    expect(terminal.send('80CA010100').slice(0, 2)).toBe('02');
  });
});

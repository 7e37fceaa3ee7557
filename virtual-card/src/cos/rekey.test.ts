/**
 * Re-key in `operational` (ADR 005): prepare, verify, retire; literal bytes computed with python3-cryptography from the
 * pilot keys for card factor 0102030405060708 and challenge A1A2A3A4A5A6A7A8.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { CHALLENGE, HISTORICAL, insertCard, operationalMemory } from '../../test/support/operational-card.ts';
import { bytesOf, hexOf, TestTerminal } from '../../test/support/test-terminal.ts';
import { TearingMemory } from '../faults/tear.ts';
import type { ProcessMemory } from '../memory/non-volatile-memory.ts';
import { VirtualCard } from './virtual-card.ts';

const AUTHENTICATE_MK = '0082000011A91285D19058B5F0B1B2B3B4B5B6B7B801';
const WRITE_RK1_V3 =
  '84D4010434173B4E233BC4BD82D3914088D3973C2232714F54E191ABDB674F8E13BBECD3B9C6716E87D600EB59730FA486A28884D26803B88C';
const RETIRE_RK1_V1 = '84D40204145A1E63E728FF9B6341D60E732DED8779CC97F2DE';
const RK1_V3 = '008200041158A7BCD5536EE4C7B1B2B3B4B5B6B7B803';
const RK1_V1 = '0082000411844711EA265D389FB1B2B3B4B5B6B7B801';
let memory: ProcessMemory;
let terminal: TestTerminal;
beforeEach(() => {
  memory = operationalMemory();
  terminal = insertCard(memory);
});

const openChannel = () => expect(terminal.openChannel(terminal.cardKey('MK.MF', 1), 1)).toBe('9000');
const retire = (kid: number, version: number): string => {
  const plain = Buffer.alloc(16);
  plain.set([1, version, 0x80]);
  return terminal.securedEnciphered(hexOf(Buffer.from([0x84, 0xd4, 0x02, kid])), plain);
};

test('prepare, verify, retire in literal bytes; repeated commands change nothing', () => {
  const send = (command: string, answer: string) =>
    expect([command, terminal.send(command)]).toEqual([command, answer]);
  const challenge = () => send('0084000008', `${CHALLENGE}9000`);
  challenge();
  send(AUTHENTICATE_MK, '9000');
  send('00A4000002DDF1', '9000');
  send(WRITE_RK1_V3, '9000');
  challenge();
  send(RK1_V3, '9000');
  send(RETIRE_RK1_V1, '9000');
  challenge();
  send(RK1_V1, '6A88');
  challenge();
  send(RK1_V3, '9000');
});

describe('WRITE KEY in operational', () => {
  test('the same value 9000 and nothing changes but tries; another value 6985; a fourth version 6A84', () => {
    terminal.send('00A4000002DDF1');
    expect(terminal.authenticate('RK1.DDF1', 1, Buffer.alloc(16))).toBe('63CE');
    openChannel();
    terminal.send('00A4000002DDF1');
    expect(terminal.writeKey('RK1.DDF1', 1)).toBe('9000');
    expect(terminal.authenticate('RK1.DDF1', 1, Buffer.alloc(16))).toBe('63CE');
    expect(terminal.writeKey('RK1.DDF1', 1, Buffer.alloc(16, 9))).toBe('6985');
    expect(terminal.writeKey('RK1.DDF1', 3)).toBe('9000');
    expect(terminal.writeKey('RK1.DDF1', 4)).toBe('6A84');
    expect(terminal.authenticate('RK1.DDF1', 1)).toBe('9000');
  });
  test('without the channel 6982; a wrong MAC 6988 ends it', () => {
    expect(terminal.send(`84D4010034${'00'.repeat(52)}`)).toBe('6982');
    expect(terminal.send(`84D4020014${'00'.repeat(20)}`)).toBe('6982');
    openChannel();
    expect(terminal.send(`84D4020014${'00'.repeat(20)}`)).toBe('6988');
    expect(terminal.send(`84D4020014${'00'.repeat(20)}`)).toBe('6982');
  });
  test('the channel permits two commands and nothing else', () => {
    openChannel();
    expect(terminal.send('80E00000078201388302DDF2')).toBe('6985');
    expect(terminal.secured('84440000', Buffer.alloc(32))).toBe('6985');
    terminal.send('00A4000002DDF1');
    terminal.send('00A4000002EF07');
    expect(terminal.send('00D600000101')).toBe('6985');
    expect(terminal.send('00B0000001')).toBe('6982');
    terminal.send('00A4000002EF05');
    expect(terminal.send('00DC010403010131')).toBe('6985');
    terminal.authenticate('UK1.DDF1');
    terminal.send('00A4000002EF07');
    expect(terminal.send('00D600000101')).toBe('9000');
  });
  test('P1, KID and lengths', () => {
    openChannel();
    expect(terminal.send(`84D4030014${'00'.repeat(20)}`)).toBe('6A86');
    expect(terminal.send(`84D4010834${'00'.repeat(52)}`)).toBe('6A86');
    expect(terminal.send(`84D4010033${'00'.repeat(51)}`)).toBe('6700');
    expect(terminal.send(`84D4020013${'00'.repeat(19)}`)).toBe('6700');
    expect(terminal.send('84D40200')).toBe('6700');
  });
});

describe('RETIRE KEY', () => {
  test('the last version stays: 6985; a version that is not there: 9000; a slot that is not there: 6A88', () => {
    openChannel();
    terminal.send('00A4000002DDF1');
    expect(retire(0x04, 1)).toBe('9000');
    expect(retire(0x04, 1)).toBe('9000');
    expect(retire(0x04, 2)).toBe('6985');
    expect(retire(0x07, 1)).toBe('6A88');
    expect(terminal.authenticate('RK1.DDF1', 2)).toBe('9000');
  });
  test('what the retired version opened is closed; MK itself can be retired, the open channel goes on', () => {
    openChannel();
    expect(retire(0x00, 1)).toBe('9000');
    terminal.send('00A4000002DDF1');
    terminal.authenticate('RK1.DDF1', 2);
    expect(retire(0x04, 2)).toBe('9000');
    terminal.send('00A4000002EF06');
    expect(terminal.send('00B20B0000')).toBe('6982');
    expect(terminal.send('80CA010100').slice(0, 4)).toBe('0202');
    expect(terminal.openChannel(terminal.cardKey('MK.MF', 1), 1)).toBe('6A88');
  });
  test('its payload must be exactly 01, version, 80 00…', () => {
    openChannel();
    for (const plain of ['02010180', '01018001', '010180', '00']) {
      const block = Buffer.alloc(16);
      block.set(bytesOf(plain));
      const good = plain === '010180';
      expect(terminal.securedEnciphered('84D40202', block)).toBe(good ? '9000' : '6A80');
    }
  });
  test('in personalization 6985', () => {
    const content = memory.read();
    if (content === null) throw new Error('no chip');
    memory.commit([{ kind: 'set-state', state: 'personalization' }]);
    openChannel();
    expect(retire(0x02, 1)).toBe('6985');
  });
  test.each<AlgorithmSuite>(['sm-128', 'pboc-3des'])('in %s its Lc is 14 too (ADR 007)', (suite) => {
    const card = new VirtualCard({
      memory: operationalMemory([1, 2], suite),
      random: () => bytesOf(CHALLENGE),
    });
    card.powerOn();
    terminal = new TestTerminal(card, HISTORICAL.subarray(0, 8), suite);
    openChannel();
    expect(terminal.writeKey('BK.MF', 3)).toBe('9000');
    expect(retire(0x02, 1)).toBe('9000');
    expect(terminal.authenticate('BK.MF', 1)).toBe('6A88');
    expect(terminal.authenticate('BK.MF', 3)).toBe('9000');
  });
  test('pboc-3des: parity bits are no other value, any other bit is', () => {
    const card = new VirtualCard({ memory: operationalMemory([1], 'pboc-3des'), random: () => bytesOf(CHALLENGE) });
    card.powerOn();
    terminal = new TestTerminal(card, HISTORICAL.subarray(0, 8), 'pboc-3des');
    openChannel();
    const value = terminal.cardKey('BK.MF', 1);
    const changed = (bit: number) => Buffer.from(value.map((byte, i) => (i === 3 ? byte ^ bit : byte)));
    expect(terminal.writeKey('BK.MF', 1, changed(0x01))).toBe('9000');
    expect(terminal.writeKey('BK.MF', 1, changed(0x02))).toBe('6985');
  });
});

test('a cut before or after each step of a re-key leaves the version there or not, and the repetition ends the same', () => {
  const slots = ['RK1.DDF1', 'UK1.DDF1', 'STK.DDF1'] as const;
  const rekey = (hand: TestTerminal): void => {
    terminal = hand;
    openChannel();
    hand.send('00A4000002DDF1');
    for (const slot of slots) expect(hand.writeKey(slot, 3)).toBe('9000');
    for (const kid of [4, 5, 1]) expect(retire(kid, 1)).toBe('9000');
  };
  rekey(insertCard(memory));
  const wanted = terminal.send('80CA010300');
  for (let commit = 1; commit <= 6; commit++) {
    for (const when of ['before', 'after'] as const) {
      const torn = new TearingMemory(operationalMemory(), { commit, when });
      expect(() => rekey(insertCard(torn))).toThrow(expect.objectContaining({ code: 'VIRTUAL_CARD_POWER_LOST' }));
      expect(torn.read()?.commits).toBe(when === 'before' ? commit - 1 : commit);
      rekey(insertCard(torn));
      expect(terminal.send('80CA010300')).toBe(wanted);
      expect(torn.read()?.commits).toBe(6);
    }
  }
});

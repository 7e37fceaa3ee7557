/** A blank becomes a card, in all three suites; the gates of every chip state; tears before and after commits. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { endCard, loadCard } from '../../test/support/test-personalization.ts';
import { hexOf, TestTerminal } from '../../test/support/test-terminal.ts';
import { TearingMemory } from '../faults/tear.ts';
import { ProcessMemory } from '../memory/non-volatile-memory.ts';
import { VirtualCard } from './virtual-card.ts';

const HISTORICAL = Buffer.from('0102030405060708010000', 'hex');
const FACTOR = HISTORICAL.subarray(0, 8);
const random = (length: number) => new Uint8Array(randomBytes(length));

function makeBlank(suite: AlgorithmSuite = 'intl-128', memory = new TearingMemory(new ProcessMemory())) {
  const keys = new TestTerminal({ transmit: () => new Uint8Array() }, FACTOR, suite);
  const transportKey = hexOf(keys.cardKey('TMK', 1));
  const insert = (): TestTerminal => {
    const card = new VirtualCard({ memory, random, historicalBytes: HISTORICAL, transportKey, suite });
    card.powerOn();
    return new TestTerminal(card, FACTOR, suite);
  };
  return { memory, insert };
}

/** Authenticates with whatever MK the chip says is in force. */
function open(terminal: TestTerminal): string {
  const version = Number.parseInt(terminal.send('80CA010100').slice(2, 4), 16);
  return terminal.openChannel(version === 0 ? terminal.cardKey('TMK', 1) : terminal.cardKey('MK.MF', version), version);
}

describe.each<AlgorithmSuite>(['intl-128', 'sm-128', 'pboc-3des'])('personalization in %s', (suite) => {
  test('22 keys in 2 versions, every file, END; then it reads and authenticates with both versions', () => {
    const terminal = makeBlank(suite).insert();
    expect(terminal.send('80CA010100')).toBe('00000000000000009000');
    expect(open(terminal)).toBe('9000');
    loadCard(terminal);
    expect(terminal.send('80CA010100')).toMatch(/^0101[0-9A-F]{2}2C[0-9A-F]{8}9000$/);
    expect(endCard(terminal)).toBe('9000');
    expect(terminal.send('80CA010100').slice(0, 4)).toBe('0201');
    expect(terminal.send('80CA010300')).toHaveLength(44 * 5 * 2 + 4);
    terminal.send('00A4000002DDF1');
    terminal.send('00A4000002EF06');
    expect(terminal.send('00B20F0000')).toBe('6982');
    for (const version of [2, 1]) {
      terminal.send('00A4000002DDF1');
      expect(terminal.authenticate('RK1.DDF1', version)).toBe('9000');
      terminal.send('00A4000002EF06');
      expect(terminal.send('00B20F0000')).toBe(`0F12${'0F'.repeat(18)}9000`);
    }
    // UK1.DF01 in version 2, STK of either version protects.
    for (const version of [1, 2]) {
      terminal.send('00A4000002DF01');
      expect(terminal.authenticate('UK1.DF01', 2)).toBe('9000');
      terminal.send('00A4000002EF06');
      const tlv = Buffer.concat([Buffer.from([0x1b, 20]), Buffer.alloc(20, version)]);
      expect(terminal.send(terminal.protect('STK.DF01', '04DC0304', tlv, undefined, version))).toBe('9000');
    }
  });
});

describe('gates of the chip states', () => {
  test('without the channel nothing is created, keyed, written or ended', () => {
    const terminal = makeBlank().insert();
    expect(terminal.send('80E00000078201388302DDF1')).toBe('6982');
    expect(terminal.send(`84D4010034${'00'.repeat(52)}`)).toBe('6982');
    expect(terminal.send(`8444000024${'00'.repeat(36)}`)).toBe('6982');
  });
  test('a wrong transport key counts down and never opens the channel; a success sets the count back', () => {
    const terminal = makeBlank().insert();
    expect(terminal.openChannel(Buffer.alloc(16, 7), 0)).toBe('63CE');
    expect(terminal.send('80E00000078201388302DDF1')).toBe('6982');
    expect(open(terminal)).toBe('9000');
    expect(terminal.openChannel(Buffer.alloc(16, 7), 0)).toBe('63CE');
    expect(terminal.send('80E00000078201388302DDF1')).toBe('6982');
  });
  test('the transport key is gone with the first MK, the open channel goes on', () => {
    const terminal = makeBlank().insert();
    open(terminal);
    expect(terminal.writeKey('MK.MF', 1)).toBe('9000');
    expect(terminal.writeKey('MK.MF', 1)).toBe('9000');
    expect(terminal.writeKey('STK.MF', 1)).toBe('9000');
    expect(terminal.openChannel(terminal.cardKey('TMK', 1), 0)).toBe('6A88');
    expect(terminal.openChannel(terminal.cardKey('MK.MF', 1), 1)).toBe('9000');
  });
  test('a fourth version of a key: 6A84; a wrong MAC: 6988 and the channel is closed', () => {
    const terminal = makeBlank().insert();
    open(terminal);
    for (const version of [1, 2, 3]) expect(terminal.writeKey('BK.MF', version)).toBe('9000');
    expect(terminal.writeKey('BK.MF', 4)).toBe('6A84');
    expect(terminal.writeKey('BK.MF', 2)).toBe('9000');
    expect(terminal.send(`84D4010234${'00'.repeat(52)}`)).toBe('6988');
    expect(terminal.writeKey('BK.MF', 2)).toBe('6982');
  });
  test('CREATE FILE: same again is no change, another 6A89, a bad descriptor 6A80, no room 6A84', () => {
    const terminal = makeBlank().insert();
    open(terminal);
    expect(terminal.send('80E00000078201388302DDF1')).toBe('9000');
    const before = terminal.send('80CA010100');
    expect(before.slice(0, 2)).toBe('01');
    expect(terminal.send('80E00000078201388302DDF1')).toBe('9000');
    expect(terminal.send('80CA010100')).toBe(before);
    expect(terminal.send('80E000000B8201388302DDF1840241 42'.replace('840241 42', '84024142'))).toBe('6A89');
    expect(terminal.send('80E00000078201998302DDF2')).toBe('6A80');
    expect(terminal.send('80E00000118201018302EF01800270008701008801 00')).toBe('9000');
    expect(terminal.send('80E00000118201018302EF0280027000870100880100')).toBe('6A84');
  });
  test('END with another digest: 6A80, nothing changes; before MK is loaded: 6985', () => {
    const terminal = makeBlank().insert();
    open(terminal);
    expect(terminal.secured('84440000', Buffer.alloc(32))).toBe('6985');
    expect(terminal.writeKey('MK.MF', 1)).toBe('9000');
    expect(terminal.secured('84440000', Buffer.alloc(32))).toBe('6A80');
    expect(terminal.send('80CA010100').slice(0, 2)).toBe('01');
  });
});

describe('power cuts', () => {
  test('a card torn before or after a commit anywhere ends, taken up again, in the same content', () => {
    const whole = makeBlank();
    const reference = whole.insert();
    open(reference);
    loadCard(reference);
    endCard(reference);
    const commits = whole.memory.commits;
    expect(commits).toBeGreaterThan(300);
    const signature = reference.send('80CA010300');
    const cuts = Array.from({ length: 24 }, (_, i) => 1 + Math.floor((i * (commits - 1)) / 23));
    for (const commit of cuts) {
      for (const when of ['before', 'after'] as const) {
        const { memory, insert } = makeBlank();
        memory.tear({ commit, when });
        const torn = insert();
        expect(() => {
          open(torn);
          loadCard(torn);
          endCard(torn);
        }).toThrow(expect.objectContaining({ code: 'VIRTUAL_CARD_POWER_LOST' }));
        expect(memory.read()?.commits).toBe(when === 'before' ? commit - 1 : commit);
        expect(() => torn.send('0084000008')).toThrow(expect.objectContaining({ code: 'VIRTUAL_CARD_POWER_LOST' }));
        const again = insert();
        if (again.send('80CA010100').slice(0, 2) !== '02') {
          expect(open(again)).toBe('9000');
          loadCard(again);
          expect(endCard(again)).toBe('9000');
        }
        expect(again.send('80CA010300')).toBe(signature);
      }
    }
  }, 60_000);
  test('15 cuts between the negative control and END do not block RK1.DDF1: each WRITE KEY refills its tries', () => {
    const { insert } = makeBlank();
    for (let run = 0; run < 15; run++) {
      const terminal = insert();
      expect(open(terminal)).toBe('9000');
      loadCard(terminal);
      terminal.send('00A4000002DDF1');
      expect(terminal.authenticate('RK1.DDF1', 1, terminal.root('RK1.DDF1', 1))).toBe('63CE');
    }
    const terminal = insert();
    open(terminal);
    loadCard(terminal);
    expect(endCard(terminal)).toBe('9000');
    terminal.send('00A40000023F00');
    terminal.send('00A4000002DDF1');
    expect(terminal.authenticate('RK1.DDF1')).toBe('9000');
  });
  test('WRITE KEY of the same value sets tries back without another change', () => {
    const terminal = makeBlank().insert();
    open(terminal);
    terminal.writeKey('MK.MF', 1);
    terminal.writeKey('BK.MF', 1);
    expect(terminal.authenticate('BK.MF', 1, Buffer.alloc(16))).toBe('63CE');
    expect(terminal.send('80CA010300')).toBe('3F0000010F3F0002010E9000');
    expect(terminal.writeKey('BK.MF', 1)).toBe('9000');
    expect(terminal.send('80CA010300')).toBe('3F0000010F3F0002010F9000');
  });
});

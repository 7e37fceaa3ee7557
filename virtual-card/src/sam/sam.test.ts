/** Every command and status word of the SAM in use, with literal bytes (CARD-FACTS 5; ADR 006). */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { rhcSam1 } from '@rhc/card/profile';
import { issuedSam, vectorRandom } from '../../test/support/operational-sam.ts';
import { bytesOf, hexOf } from '../../test/support/test-terminal.ts';
import { PowerLost, TearingMemory } from '../faults/tear.ts';
import { SamProcessMemory, VirtualSam } from './index.ts';

/** RK1.DDF1: card ‖ province ‖ R. */
const RK1 = '80DE4731180102030405060708313330303030303030A1A2A3A4A5A6A7A8';
/** STK.DF01: card ‖ R. */
const STK = '80DE2803100102030405060708A1A2A3A4A5A6A7A8';
const ENCIPHER = '80FA000010B1B2B3B4B5B6B7B80000000000000000';
const MAC = `80FA050020${'00'.repeat(16)}84D20104048000000000000000000000`;
const PIN_OK = '0020000003123456';
const PIN_WRONG = '0020000003654321';

let memory: SamProcessMemory;
let sam: VirtualSam;
const send = (hex: string): string => hexOf(sam.transmit(bytesOf(hex)));
const sendAll = (...commands: readonly string[]): readonly string[] => commands.map(send);
function insert(): void {
  sam = new VirtualSam({ memory, random: vectorRandom() });
  sam.powerOn();
}

beforeEach(() => {
  memory = new SamProcessMemory(issuedSam());
  insert();
});

test('its answer to reset is a contact card that ends in SAM', () => {
  expect(hexOf(sam.powerOn())).toBe('3B6D00005202000000000007010053414D');
});

describe('files', () => {
  test('are read free, whole or in part, by selection or by short identifier', () => {
    expect(send('00A40000020015')).toBe('9000');
    expect(send('00B000000E')).toBe('13010000000000000007010201009000');
    expect(send('00B0000A02')).toBe('01029000');
    expect(send('00B0950A02')).toBe('01029000');
    expect(send('00B0960000')).toBe('1301010000079000');
    expect(send('00A4000002DF01')).toBe('9000');
    expect(send('00B09A0011')).toBe('01130000000000000013010100000000009000');
    expect(send('00B09B00B4')).toHaveLength(364);
    expect(send('00B09C00BE')).toHaveLength(384);
  });
  test.each([
    ['unknown file', '00A40000020017', '6A82'],
    ['a DF01 file from the MF', '00A4000002001B', '6A82'],
    ['by name', '00A4040006915600013200', '6A86'],
    ['FID of one byte', '00A400000100', '6700'],
    ['no file selected', '00B000000E', '6986'],
    ['short identifier of the other directory', '00B09B0000', '6A82'],
    ['past the end', '00B0950E01', '6B00'],
    ['more than there is', '00B095000F', '6C0E'],
    ['no Le', '00B09500', '6700'],
    ['plain update', '00D6000001FF', '6E00'],
    ['update without channel', '04D6000005FF01020304', '6982'],
  ])('%s: %s → %s', (_, command, answer) => {
    expect(send(command)).toBe(answer);
  });
});

describe('PIN', () => {
  test('holds in MF and DF01 until reset', () => {
    expect(sendAll('00200000', PIN_OK, '00200000', '00A4000002DF01', '00200000')).toEqual([
      '63CA',
      '9000',
      '9000',
      '9000',
      '9000',
    ]);
    sam.reset();
    expect(send('00200000')).toBe('63CA');
  });

  test('ten tries, then 6983, also for the right PIN and after a power cut', () => {
    const answers = Array.from({ length: 10 }, () => send(PIN_WRONG));
    expect(answers).toEqual(['63C9', '63C8', '63C7', '63C6', '63C5', '63C4', '63C3', '63C2', '63C1', '63C0']);
    expect(send(PIN_WRONG)).toBe('6983');
    insert();
    expect(sendAll(PIN_OK, '00200000', '805E010007123456FF654321')).toEqual(['6983', '6983', '6983']);
    expect(send('80CA010100').slice(0, 8)).toBe('0301001E');
  });

  test('a success refills the tries; a failure takes the verified state and the session key away', () => {
    expect(sendAll(PIN_WRONG, PIN_WRONG, PIN_OK, '00A4000002DF01', RK1)).toEqual([
      '63C9',
      '63C8',
      '9000',
      '9000',
      '9000',
    ]);
    expect(sendAll(PIN_WRONG, ENCIPHER, RK1, PIN_OK, '00200000')).toEqual(['63C9', '6985', '6982', '9000', '9000']);
  });

  test('the try is written before the comparison: a power cut in between costs it and never gives it', () => {
    const cut = (pin: string, commit: number, when: 'before' | 'after') => {
      const tearing = new TearingMemory(memory, { commit, when });
      const torn = new VirtualSam({ memory: tearing, random: vectorRandom() });
      torn.powerOn();
      expect(() => torn.transmit(bytesOf(pin))).toThrow(PowerLost);
      insert();
      return send('00200000');
    };
    expect(cut(PIN_WRONG, 1, 'before')).toBe('63CA');
    expect(cut(PIN_WRONG, 1, 'after')).toBe('63C9');
    // The right PIN writes twice: off, and back. Between the two the try is gone.
    expect(cut(PIN_OK, 1, 'after')).toBe('63C8');
    expect(cut(PIN_OK, 2, 'before')).toBe('63C7');
    expect(cut(PIN_OK, 2, 'after')).toBe('63CA');
  });

  test.each([
    ['one byte', '002000000112', '6700'],
    ['nine bytes', '0020000009123456789012345678', '6700'],
    ['P2 81', '0020008103123456', '6A86'],
    ['change without separator', '805E010006123456654321', '6A80'],
    ['change with two separators', '805E010008123456FF65FF4321', '6A80'],
    ['change to no digits', '805E010007123456FFABCDEF', '6A80'],
    ['change to one byte', '805E010005123456FF12', '6700'],
    ['reload PIN of PBOC', '805E000007123456FF654321', '6A86'],
  ])('%s is refused and costs no try', (_, command, answer) => {
    expect(send(command)).toBe(answer);
    expect(send('00200000')).toBe('63CA');
  });

  test('change: the old one proves the holder, the new one must be verified', () => {
    expect(send('805E010007654321FF111111')).toBe('63C9');
    expect(send('805E010007123456FF111111')).toBe('9000');
    expect(send('00200000')).toBe('63CA');
    expect(sendAll(PIN_OK, '0020000003111111')).toEqual(['63C9', '9000']);
    // Two bytes, and an odd number of digits.
    expect(sendAll('805E010006111111FF1234', '00200000021234')).toEqual(['9000', '9000']);
    expect(sendAll('805E0100061234FF12345F', '002000000312345F')).toEqual(['9000', '9000']);
  });
});

describe('session keys', () => {
  beforeEach(() => {
    expect(sendAll('00A4000002DF01', PIN_OK)).toEqual(['9000', '9000']);
  });

  test('one serves one command, accepted or refused', () => {
    expect(sendAll(RK1, ENCIPHER, ENCIPHER)).toEqual(['9000', '6110', '6985']);
    expect(sendAll(RK1, '80FA00000FB1B2B3B4B5B6B7B800000000000000', ENCIPHER)).toEqual(['9000', '6700', '6985']);
    expect(sendAll(STK, ENCIPHER, MAC, STK, MAC)).toEqual(['9000', '6110', '6985', '9000', '6104']);
  });
  test('a refused 80DE, SELECT of a DF and reset drop it; selecting an EF keeps it', () => {
    expect(sendAll(RK1, RK1.replace('DE4731', 'DE4799'), ENCIPHER)).toEqual(['9000', '6A88', '6985']);
    expect(sendAll(RK1, '00A4000002DF01', ENCIPHER)).toEqual(['9000', '9000', '6985']);
    expect(sendAll(RK1, '00A4000002001A', ENCIPHER)).toEqual(['9000', '9000', '6110']);
  });
  test.each([
    ['levels of the other kind', '80DE2731100102030405060708A1A2A3A4A5A6A7A8', '6A86'],
    ['type of the other kind', `80DE4831${RK1.slice(8)}`, '6A86'],
    ['one factor too few', '80DE4731100102030405060708A1A2A3A4A5A6A7A8', '6700'],
    ['one factor too many', `80DE2803${RK1.slice(8)}`, '6700'],
    ['a reference that no SAM has', `80DE4735${RK1.slice(8)}`, '6A88'],
    ['version 3, not held', '80DE2803110102030405060708A1A2A3A4A5A6A7A803', '6A88'],
    ['version 0', '80DE2803110102030405060708A1A2A3A4A5A6A7A800', '6A88'],
    ['no data', '80DE2803', '6700'],
  ])('%s: %s', (_, command, answer) => {
    expect(send(command)).toBe(answer);
  });
  test('a version byte selects; without it version 1, as deployed', () => {
    const cryptogramOf = (sessionKey: string) => sendAll(sessionKey, ENCIPHER, '00C0000010').at(-1);
    const [v1, named, v2] = [STK, `${STK.replace('280310', '280311')}01`, `${STK.replace('280310', '280311')}02`].map(
      cryptogramOf,
    );
    expect(named).toBe(v1);
    expect(v2).not.toBe(v1);
    expect(v2).toMatch(/9000$/);
  });
  test('outside DF01 6985, without PIN 6982; a product may say otherwise', () => {
    expect(sendAll('00A40000023F00', RK1)).toEqual(['9000', '6985']);
    sam.reset();
    expect(sendAll('00A4000002DF01', RK1)).toEqual(['9000', '6982']);
    sam = new VirtualSam({ memory, random: vectorRandom(), product: { ...rhcSam1, sessionKeyNeedsPin: false } });
    sam.powerOn();
    expect(sendAll('00A4000002DF01', RK1, ENCIPHER)).toEqual(['9000', '9000', '6110']);
  });
  test('a read or update key makes no MAC, and a try at it spends the session key', () => {
    expect(sendAll(RK1, MAC, ENCIPHER)).toEqual(['9000', '6985', '6985']);
  });
  test.each([
    ['P1 01', '80FA010010', '6A86'],
    ['P2 01', '80FA000110', '6A86'],
    ['MAC without data', '80FA050010', '6700'],
  ])('%s', (_, header, answer) => {
    expect(sendAll(STK, `${header}${'00'.repeat(16)}`)).toEqual(['9000', answer]);
  });
  test('GET RESPONSE: once, any other command drops it, 6Cxx keeps it', () => {
    expect(sendAll(RK1, ENCIPHER, '00C0000011')).toEqual(['9000', '6110', '6C10']);
    expect(send('00C0000010')).toMatch(/^.{32}9000$/);
    expect(send('00C0000010')).toBe('6985');
    expect(sendAll(RK1, ENCIPHER, '00A4000002001A', '00C0000010')).toEqual(['9000', '6110', '9000', '6985']);
    expect(sendAll(RK1, `${ENCIPHER}10`)[1]).toMatch(/^.{32}9000$/);
    expect(sendAll(RK1, `${ENCIPHER}05`)[1]).toBe('6110');
    expect(sendAll(RK1, ENCIPHER, '00C0000004')[2]).toMatch(/^.{8}610C$/);
  });
  test('uses are counted before the key is made, by reference and version', () => {
    expect(sendAll(STK, MAC, STK, ENCIPHER, RK1)).toEqual(['9000', '6104', '9000', '6110', '9000']);
    const uses = send('80CA010600');
    expect(uses).toContain('030100000002');
    expect(uses).toContain('310100000001');
    expect(uses).toContain('310200000000');
    expect(uses).toMatch(/4001000000009000$/);
    const tearing = new TearingMemory(memory, { commit: 2, when: 'after' });
    const torn = new VirtualSam({ memory: tearing, random: vectorRandom() });
    torn.powerOn();
    expect(hexOf(torn.transmit(bytesOf('00A4000002DF01')))).toBe('9000');
    expect(() => torn.transmit(bytesOf(PIN_OK))).toThrow(PowerLost);
    insert();
    expect(sendAll('00A4000002DF01', PIN_OK, RK1)).toEqual(['9000', '9000', '9000']);
    expect(send('80CA010600')).toContain('310100000002');
  });
});

describe('digest and signature', () => {
  const HASH = 'AB'.repeat(32);
  beforeEach(() => {
    expect(send('00A4000002DF01')).toBe('9000');
  });
  test('a digest needs no PIN, a signature does', () => {
    // SHA-256 of "abc", FIPS 180-2.
    expect(sendAll('802C030003616263', '00C0000020')).toEqual([
      '6120',
      'BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD9000',
    ]);
    expect(send('802C03000361626300')).toMatch(/^BA7816BF.*9000$/);
    expect(send(`802A9E9A20${HASH}`)).toBe('6982');
    expect(sendAll(PIN_OK, `802A9E9A20${HASH}`)).toEqual(['9000', '6140']);
    expect(send('80CA010600')).toMatch(/4001000000019000$/);
  });
  test('chained as a whole: a block without a beginning, or after another command, is refused', () => {
    expect(sendAll('802C01000161', '802C00000162', '802C02000163', '00C0000020')).toEqual([
      '9000',
      '9000',
      '6120',
      'BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD9000',
    ]);
    expect(send('802C02000163')).toBe('6985');
    expect(sendAll('802C01000161', '0084000008', '802C02000163').at(-1)).toBe('6985');
    expect(send('802C03000000').slice(0, 8)).toBe('6700');
    expect(send('802C0300')).toBe('6120');
    expect(send('00C0000020')).toMatch(/^E3B0C44298FC1C14/);
  });
  test.each([
    ['P1 04', '802C04000161', '6A86'],
    ['P2 02', '802C03020161', '6A86'],
    ['sign other parameters', `802A000020${HASH}`, '6A86'],
    ['sign 31 bytes', `802A9E9A1F${HASH.slice(2)}`, '6700'],
  ])('%s', (_, command, answer) => {
    expect(send(command)).toBe(answer);
  });
  test('outside DF01 6985', () => {
    expect(sendAll(PIN_OK, '00A40000023F00', `802A9E9A20${HASH}`)).toEqual(['9000', '9000', '6985']);
  });
});

describe('GET DATA', () => {
  test('state, factor, product; nothing else', () => {
    expect(send('80CA010100')).toMatch(/^03010A1E[0-9A-F]{8}9000$/);
    expect(send('80CA010200')).toBe('52020000000000079000');
    expect(send('80CA010400')).toBe('7268632D73616D2D319000');
    expect(send('80CA010300')).toMatch(/^28020101280202012803010128030201/);
    expect(sendAll('80CA010500', '80CA020100', '80CA0101')).toEqual(['6A88', '6A88', '6700']);
  });
});

test.each([
  ['unknown class', 'A0A40000023F00', '6E00'],
  ['unknown instruction', '00B2010400', '6D00'],
  ['instruction of another class', '00DE4731', '6E00'],
  ['broken length', '00A4000005DF01', '6700'],
  ['three bytes', '00A400', '6700'],
  ['challenge of another length', '0084000004', '6C08'],
  ['issue without channel', `84D4010034${'00'.repeat(52)}`, '6982'],
  ['recall without channel', '841600000400000000', '6982'],
  ['key pair without channel', '844600010400000000', '6982'],
  ['end without channel', `8444020024${'00'.repeat(36)}`, '6982'],
])('%s: %s → %s', (_, command, answer) => {
  expect(send(command)).toBe(answer);
});

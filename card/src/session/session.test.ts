import { describe, expect, test } from '@jest/globals';
import { buildAtr } from '../apdu/index.ts';
import { bytesToHex, hexToBytes } from '../bytes/index.ts';
import { nationalProfile, rhcBlank1 } from '../profile/index.ts';
import { CardSession, resolveResponse, type TerminalKeys } from './index.ts';

/** A card as a script: command → answer, in order; anything else fails the test. */
function scripted(script: readonly [string, string][]) {
  const left = [...script];
  return {
    left,
    transmit: async (command: Uint8Array) => {
      const [expected, answer] = left.shift() ?? ['nothing more', ''];
      expect(bytesToHex(command)).toBe(expected);
      return hexToBytes(answer);
    },
  };
}

const ATR = buildAtr(hexToBytes('0102030405060708112233'));
const asked: string[] = [];
const keys: TerminalKeys = {
  suite: 'intl-128',
  activeVersion: async () => 1,
  externalAuthentication: async ({ slot, challenge, provinceCode, cardFactor }) => {
    asked.push(`${slot} ${provinceCode} ${bytesToHex(cardFactor)}`);
    return { cryptogram: challenge, terminalRandom: new Uint8Array(8).fill(0xb1) };
  },
  verifyInternalAuthentication: async ({ answer }) => answer[0] === 0x57,
  protect: async () => new Uint8Array(4),
};
const open = (transport: { transmit(command: Uint8Array): Promise<Uint8Array> }, atr = ATR) =>
  CardSession.open({
    transport,
    keys,
    profile: nationalProfile,
    product: rhcBlank1,
    atr,
    random: (n) => new Uint8Array(n),
  });

const OPENING: readonly [string, string][] = [
  ['00A4000002DDF1', '9000'],
  ['00A4000002EF05', '9000'],
  ['00B2390000', '39031301009000'],
];
const AUTHENTICATION: readonly [string, string][] = [
  ['0084000008', 'A1A2A3A4A5A6A7A89000'],
  ['0082000411A1A2A3A4A5A6A7A8B1B1B1B1B1B1B1B101', '9000'],
];

describe('CardSession', () => {
  test('identifies, authenticates once per directory, selects once per file', async () => {
    asked.length = 0;
    const card = scripted([
      ...OPENING,
      ...AUTHENTICATION,
      ['00A4000002EF06', '9000'],
      ['00B20B0000', `0B1ED5C5C8FD${'00'.repeat(26)}9000`],
      ['00B20C0000', '0C01029000'],
      ['00A4000002EF08', '9000'],
      ['00B2070000', '0704203611229000'],
    ]);
    const session = await open(card);
    const [name, sex, expiry] = await session.readElements(['name', 'sex', 'expiryDate']);
    expect(name).toMatchObject({ id: 'name', item: 11, value: '张三', label: { zh: '姓名' } });
    expect(sex).toMatchObject({ value: '2', text: { zh: expect.stringContaining('女') } });
    expect(expiry?.value).toBe('2036-11-22');
    expect(session.apdus).toBe(10);
    expect(asked).toEqual(['RK1.DDF1 13 0102030405060708']);
    expect(card.left).toEqual([]);
  });
  test('after an error it begins again from SELECT, and goes to DF02 by way of DDF1', async () => {
    const card = scripted([
      ...OPENING,
      ['0084000008', '6D00'],
      ['00A4000002DDF1', '9000'],
      ['00A4000002DF02', '9000'],
      ['0084000008', 'A1A2A3A4A5A6A7A89000'],
      ['0082008411A1A2A3A4A5A6A7A8B1B1B1B1B1B1B1B101', '63CE'],
    ]);
    const session = await open(card);
    await expect(session.readFile('DDF1/EF06')).rejects.toMatchObject({ code: 'CARD_COMMAND_UNKNOWN' });
    await expect(session.readFile('DF02/EF05')).rejects.toMatchObject({ code: 'CARD_AUTHENTICATION_FAILED' });
    expect(card.left).toEqual([]);
  });
  test.each([
    ['57', true],
    ['58', false],
  ])('internal authentication: answer %s gives %s', async (first, genuine) => {
    const card = scripted([...OPENING, [`0088000011${'00'.repeat(16)}0108`, `${first}030405060708099000`]]);
    expect(await (await open(card)).internalAuthenticate()).toBe(genuine);
  });
  test('a foreign card, a blank and a damaged city code are told apart', async () => {
    await expect(open(scripted([]), hexToBytes('3B00'))).rejects.toMatchObject({ code: 'CARD_FOREIGN' });
    await expect(open(scripted([['00A4000002DDF1', '6A82']]))).rejects.toMatchObject({ code: 'CARD_FOREIGN' });
    const damaged = scripted([...OPENING.slice(0, 2), ['00B2390000', '3903FFFFFF9000']]);
    await expect(open(damaged)).rejects.toMatchObject({ code: 'CARD_CITY_CODE_INVALID' });
    const garbled = scripted([...OPENING.slice(0, 2), ['00B2390000', '38031301009000']]);
    await expect(open(garbled)).rejects.toMatchObject({ code: 'CARD_CONTENT_INVALID' });
  });
});

describe('resolveResponse', () => {
  test('61xx, 6Cxx and both together are resolved and counted', async () => {
    const transport = resolveResponse(
      scripted([
        ['00B2390008', '6C05'],
        ['00B2390005', '6103'],
        ['00C0000003', '39036102'],
        ['00C0000002', '13019000'],
      ]),
    );
    expect(bytesToHex(await transport.transmit(hexToBytes('00B2390008')))).toBe('390313019000');
    expect(transport.apdus).toBe(4);
  });
  test('a card that never ends is an error', async () => {
    const transport = resolveResponse({ transmit: async () => hexToBytes('AA6101') });
    await expect(transport.transmit(hexToBytes('00B2390000'))).rejects.toMatchObject({ code: 'CARD_ANSWER_ENDLESS' });
  });
});

/** The terminal's side of the SAM against scripted bytes: what is sent, what each refusal means. */
import { describe, expect, test } from '@jest/globals';
import { buildAtr } from '../apdu/index.ts';
import { bytesToHex, hexToBytes, SecretBytes } from '../bytes/index.ts';
import { rhcSam1, SAM_COMMANDS, samFiles, samKeyReferences } from '../profile/index.ts';
import { encodeSamFile, packPin, SamSession, samFactorFromAtr, samStatusError, samTerminalKeys } from './index.ts';

const ATR = hexToBytes('3B6D00005202000000000007010053414D');
const FACTORS = '01020304050607083133303030303030';
const R = 'A1A2A3A4A5A6A7A8';
const request = {
  slot: 'RK1.DDF1',
  version: 1,
  cardFactor: hexToBytes('0102030405060708'),
  provinceCode: '13',
  challenge: hexToBytes(R),
} as const;
/** State, two versions of RK1.DDF1 and one of STK.DF01. */
const OPENING: readonly [string, string][] = [
  ['80CA010100', '03010A03000000319000'],
  ['80CA010300', '2803010147310101473102019000'],
  ['00A4000002DF01', '9000'],
];

function scripted(script: readonly (readonly [string, string])[]) {
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
const open = (transport: ReturnType<typeof scripted>, atr: Uint8Array = ATR) =>
  SamSession.open({ transport, atr, product: rhcSam1 });
const rT = () => hexToBytes('B1B2B3B4B5B6B7B8');

describe('SamSession', () => {
  test('authenticates with the deployed bytes: 80DE, 80FA, GET RESPONSE, halves XORed', async () => {
    const sam = scripted([
      ...OPENING,
      [`80DE473118${FACTORS}${R}`, '9000'],
      ['80FA000010B1B2B3B4B5B6B7B80000000000000000', '6110'],
      ['00C0000010', '000102030405060710111213141516179000'],
    ]);
    const keys = samTerminalKeys({ sam: await open(sam), random: rT });
    expect(keys.suite).toBe('intl-128');
    expect(await keys.activeVersion('RK1.DDF1')).toBe(1);
    const { cryptogram, terminalRandom } = await keys.externalAuthentication(request);
    expect(bytesToHex(cryptogram)).toBe('1010101010101010');
    expect(bytesToHex(terminalRandom)).toBe('B1B2B3B4B5B6B7B8');
    expect(sam.left).toEqual([]);
  });

  test('version 2 is one more byte; MAC only asks once', async () => {
    const sam = scripted([
      ...OPENING,
      [`80DE4731190102030405060708${'3133303030303030'}${R}02`, '9000'],
      ['80FA000010B1B2B3B4B5B6B7B80000000000000000', `${'00'.repeat(16)}9000`],
      [`80DE2803100102030405060708${R}`, '9000'],
      [`80FA050020${'00'.repeat(16)}84D20104048000000000000000000000`, '6104'],
      ['00C0000004', 'AABBCCDD9000'],
    ]);
    const keys = samTerminalKeys({ sam: await open(sam), random: rT });
    await keys.externalAuthentication({ ...request, version: 2 });
    const header = hexToBytes('84D20104');
    const mac = await keys.protect({ ...request, slot: 'STK.DF01', header, plain: null });
    expect(bytesToHex(mac)).toBe('AABBCCDD');
    expect(sam.left).toEqual([]);
  });

  test('what the SAM does not hold, and what no SAM serves, is never sent', async () => {
    const sam = scripted(OPENING);
    const keys = samTerminalKeys({ sam: await open(sam), random: rT });
    await expect(keys.externalAuthentication({ ...request, version: 3 })).rejects.toMatchObject({
      code: 'SAM_KEY_NOT_HELD',
    });
    await expect(keys.activeVersion('UK1.DF01')).rejects.toMatchObject({ code: 'SAM_KEY_NOT_HELD' });
    await expect(keys.externalAuthentication({ ...request, slot: 'LK.DF01' })).rejects.toMatchObject({
      code: 'SAM_KEY_NOT_AVAILABLE',
    });
    const r = new Uint8Array(8);
    await expect(
      keys.verifyInternalAuthentication({ ...request, slot: 'IRK.DDF1', r1: r, r2: r, answer: r }),
    ).rejects.toMatchObject({ code: 'SAM_KEY_NOT_AVAILABLE' });
    expect(keys.internalAuthentication).toBe('not-available');
    expect(sam.left).toEqual([]);
  });

  test('after a failure DF01 is selected again, for the SAM may have been reset', async () => {
    const sam = scripted([
      ...OPENING,
      [`80DE4731180102030405060708${'3133303030303030'}${R}`, '6985'],
      ['00A4000002DF01', '9000'],
      [`80DE4731180102030405060708${'3133303030303030'}${R}`, '6982'],
    ]);
    const keys = samTerminalKeys({ sam: await open(sam), random: rT });
    await expect(keys.externalAuthentication(request)).rejects.toMatchObject({ code: 'SAM_CONDITIONS_NOT_SATISFIED' });
    await expect(keys.externalAuthentication(request)).rejects.toMatchObject({ code: 'SAM_PIN_REQUIRED' });
  });

  test('a SAM without GET DATA serves version 1 of every reference', async () => {
    const sam = scripted([
      ['80CA010100', '6E00'],
      ['00A4000002DF01', '9000'],
    ]);
    const session = await SamSession.open({ transport: sam, product: rhcSam1 });
    expect(session.heldKeys).toBeNull();
    expect(session.versionsOf('UK2.DF03')).toEqual([1]);
  });

  test.each([
    ['02010A0F00000031', 'SAM_NOT_IN_USE'],
    ['04FFFF0000000031', 'SAM_RECALLED'],
    ['0301', 'SAM_ANSWER_MALFORMED'],
  ])('state %s: %s', async (status, code) => {
    await expect(open(scripted([['80CA010100', `${status}9000`]]))).rejects.toMatchObject({ code });
  });

  test('a wrong PIN says how many tries are left', async () => {
    const session = await open(scripted([...OPENING, ['0020000003123456', '63C2']]));
    await expect(session.verifyPin(new SecretBytes(packPin('123456')))).rejects.toMatchObject({
      code: 'SAM_PIN_WRONG',
      text: { zh: expect.stringContaining('2'), en: expect.stringContaining('2 tries') },
    });
  });

  test('a user card in the SAM seat is told before anything is sent', async () => {
    const card = buildAtr(hexToBytes('0102030405060708010000'));
    await expect(open(scripted([]), card)).rejects.toMatchObject({ code: 'SAM_FOREIGN' });
    expect(bytesToHex(samFactorFromAtr(ATR, rhcSam1) ?? new Uint8Array(0))).toBe('5202000000000007');
    expect(samFactorFromAtr(new Uint8Array(3), rhcSam1)).toBeNull();
  });
});

test('a PIN is packed two digits a byte, an odd number of them with F; nothing else is a PIN', () => {
  expect(bytesToHex(packPin('123456'))).toBe('123456');
  expect(bytesToHex(packPin('12345'))).toBe('12345F');
  for (const wrong of ['123', '12a4', '', '1'.repeat(17)]) expect(() => packPin(wrong)).toThrow('[SAM_PIN_FORMAT]');
});

test('every status word that a command declares has a meaning of its own, none is left unexpected', () => {
  for (const [name, { statusWords }] of Object.entries(SAM_COMMANDS)) {
    for (const pattern of statusWords) {
      const sw = Number.parseInt(pattern.replaceAll('X', '1'), 16);
      expect([name, pattern, samStatusError(name as keyof typeof SAM_COMMANDS, sw).code]).not.toContain(
        'SAM_UNEXPECTED_STATUS',
      );
    }
  }
});

test('the key table has 15 references, 10 of the nation and 5 of the province; a factor for each level', () => {
  expect(samKeyReferences).toHaveLength(15);
  expect(samKeyReferences.filter(({ loadedAt }) => loadedAt === 'second').map(({ slot }) => slot)).toEqual([
    'STK.DDF1',
    'STK.DF01',
    'UK1.DDF1',
    'UK1.DF01',
    'UK2.DF03',
  ]);
  for (const { p1, levels, type } of samKeyReferences) expect([p1 >> 5, p1 & 0x1f]).toEqual([levels, type]);
});

test('files have 14, 6, 25, 180 and 190 bytes; a date is a date', () => {
  expect(samFiles.map(({ sizeBytes }) => sizeBytes)).toEqual([14, 6, 25, 180, 190]);
  const file = samFiles[2];
  if (file === undefined) throw new Error('no 001A');
  const ids = { applicationIssuer: '1300000000000000', applicationReceiver: '1301010000000000' };
  const values = { keyIndex: 1, ...ids, startDate: '2026-11-22', endDate: '2036-11-21' };
  expect(bytesToHex(encodeSamFile(file, values))).toBe('01130000000000000013010100000000002026112220361121');
  expect(() => encodeSamFile(file, { ...values, endDate: '2036-02-30' })).toThrow('endDate');
});

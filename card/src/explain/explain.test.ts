import { describe, expect, test } from '@jest/globals';
import { describeApdu } from '../apdu/index.ts';
import { hexToBytes } from '../bytes/index.ts';
import { COMMAND_STATUS_WORDS, writeKey } from '../commands/index.ts';
import { nationalProfile, rhcBlank1 } from '../profile/index.ts';
import {
  COMMAND_FORMS,
  contextAfterReset,
  type ExplainContext,
  explainAnswer,
  explainCommand,
  followCommand,
  KNOWN_COMMANDS,
  unknownContext,
} from './index.ts';

const START = contextAfterReset(nationalProfile, rhcBlank1);
const UNKNOWN = unknownContext(nationalProfile, rhcBlank1);
const at = (directory: ExplainContext['directory'], file: string | null = null): ExplainContext => ({
  ...START,
  directory,
  file,
});
const command = (hex: string, context = UNKNOWN) => explainCommand(hexToBytes(hex), context);
const meanings = (fields: readonly { meaning: { en: string } | null }[]) => fields.map(({ meaning }) => meaning?.en);

describe('commands', () => {
  test('SELECT names directory or file', () => {
    expect(meanings(command('00A4000002DF02').fields)).toEqual(['DF02 Basic health information application']);
    expect(command('00A4000002EF07', at('DF02')).files).toEqual(['DF02/EF07']);
    expect(command('00A4000002EF07').files).toEqual(['DDF1/EF07', 'DF01/EF07', 'DF02/EF07']);
    expect(meanings(command('00A4040006915600013202').fields)).toEqual(['DF03 Visit management application']);
  });
  test('EXTERNAL AUTHENTICATE names the key by directory', () => {
    const apdu = `0082008411${'A1'.repeat(8)}${'B1'.repeat(8)}02`;
    expect(command(apdu, at('DF02')).keys).toEqual(['RK1.DF02']);
    expect(command(apdu).keys).toEqual(['RK1.DF01', 'RK1.DF02', 'RK1.DF03']);
    const { fields, clause } = command(apdu, at('DF02'));
    expect(fields.map(({ raw }) => raw)).toEqual(['84', 'A1'.repeat(8), 'B1'.repeat(8), '02']);
    expect(clause).toContain('CARD-FACTS');
  });
  test('records by number and by tag, with the element', () => {
    expect(command('00B2020400', at('DDF1', 'DDF1/EF06')).elements).toEqual(['sex']);
    expect(command('00B20B0000').elements).toEqual(['name']);
    expect(command('00DC020403 0C0102'.replace(' ', ''), at('DDF1', 'DDF1/EF06')).fields.at(-1)?.meaning).toEqual({
      zh: '2 女',
      en: '2 Female',
    });
  });
  test('protected updates are cipher and MAC', () => {
    const explained = command(`04DC0304 14${'C0'.repeat(16)}A1A2A3A4`.replace(' ', ''), at('DF01', 'DF01/EF06'));
    expect(explained.protection).toBe('encipher-and-mac');
    expect(explained.elements).toEqual(['contactPhone1']);
    expect(explained.fields.slice(1).map(({ raw }) => raw)).toEqual(['C0'.repeat(16), 'A1A2A3A4']);
    expect(command('84D2020404A1A2A3A4', at('DF03', 'DF03/EF06'))).toMatchObject({
      name: 'WRITE RECORD',
      protection: 'mac',
      files: ['DF03/EF06', 'DF03/ED02'],
    });
  });
  test('READ BINARY names the elements it covers', () => {
    expect(command('00B0005014', at('DF03', 'DF03/EE01')).elements).toEqual([
      'inpatient.admissionDate',
      'inpatient.admissionCount',
      'inpatient.recordNumber',
    ]);
  });
  test('append and update, write key and retire key are told apart', () => {
    expect(command('00DC000301AA').name).toBe('APPEND RECORD');
    expect(command('00DC010401AA').name).toBe('UPDATE RECORD');
    expect(command(`84D4018434${'00'.repeat(52)}`, at('DF01'))).toMatchObject({
      name: 'WRITE KEY',
      keys: ['RK1.DF01'],
      protection: 'encipher-and-mac',
    });
    expect(command(`84D4028414${'00'.repeat(20)}`).name).toBe('RETIRE KEY');
  });
  test('CREATE FILE is read tag by tag', () => {
    const { fields } = command(
      '80E000001982010583 02EF06 85020100 86020C01 8701448801FF8A020000'.replaceAll(' ', ''),
      at('DDF1'),
    );
    expect(meanings(fields)).toEqual([
      'TLV records',
      'Card holder',
      '1, each of its own size',
      '12 Sex, 1 bytes',
      'after the key with KID nibble 4',
      'never',
      'plain',
    ]);
  });
  test('a SAM command names its key and keeps its data to itself', () => {
    expect(command(`80DE473310${'A5'.repeat(16)}`)).toMatchObject({
      name: 'SAM SESSION KEY',
      keys: ['RK1.DF02'],
      fields: [{ raw: '4733' }, { raw: '<16 bytes>' }],
    });
    expect(command('0020000003123456').fields).toEqual([expect.objectContaining({ raw: '<3 bytes>' })]);
    expect(JSON.stringify(command('0020000003123456'))).not.toContain('123456');
  });
  test('a foreign command keeps its data to itself', () => {
    expect(command('00F1000003123456')).toMatchObject({
      name: 'INS F1',
      known: false,
      fields: [expect.objectContaining({ raw: '<3 bytes>' })],
    });
  });
  test('what is no command is refused', () => {
    expect(() => command('00A4')).toThrow(RangeError);
    expect(() => command('00A400000ADF02')).toThrow(RangeError);
  });
});

describe('answers', () => {
  test('a status word by the command it follows', () => {
    const outcome = (answer: string, to: string) => explainAnswer(hexToBytes(answer), UNKNOWN, hexToBytes(to)).outcome;
    expect(outcome('6A82', '00A4000002EF05')?.code).toBe('CARD_FILE_NOT_FOUND');
    expect(outcome('6A88', '80CA010900')?.code).toBe('CARD_DATA_REFUSED');
    expect(outcome('9000', '00A4000002EF05')).toBeNull();
    expect(explainAnswer(hexToBytes('63CE'), UNKNOWN)).toMatchObject({
      success: false,
      text: { en: 'authentication failed, 14 tries left' },
      outcome: null,
    });
  });
  test('records, challenges, state and keys', () => {
    const fields = (answer: string, to: string, context = UNKNOWN) =>
      explainAnswer(hexToBytes(answer), context, hexToBytes(to)).fields;
    expect(meanings(fields('39031301009000', '00B2390000'))[2]).toContain('130100');
    expect(fields('A1A2A3A4A5A6A7A89000', '0084000008')[0]?.raw).toBe('A1A2A3A4A5A6A7A8');
    expect(meanings(fields('0201192C0000001F9000', '80CA010100'))).toEqual(['operational', '1', '25', '44', '31']);
    expect(fields('DF0284010F9000', '80CA010300')[0]).toMatchObject({
      label: { en: 'RK1.DF02' },
      meaning: { en: 'version 1, 15 tries left' },
    });
    expect(meanings(fields('009000', '00B2010400', at('DF03', 'DF03/EF05')))).toEqual(['valid']);
    expect(fields('0201', '80CA010100')).toEqual([]);
  });
  test('an answer of one byte is refused', () => {
    expect(() => explainAnswer(hexToBytes('90'), UNKNOWN)).toThrow(RangeError);
  });
});

test('the context follows SELECT, and only what succeeded', () => {
  const follow = (context: ExplainContext, hex: string, answer = '9000') =>
    followCommand(context, hexToBytes(hex), hexToBytes(answer));
  const inDdf1 = follow(START, '00A4000002DDF1');
  expect(inDdf1).toMatchObject({ directory: 'DDF1', file: null });
  expect(follow(inDdf1, '00A4000002EF06')).toMatchObject({ directory: 'DDF1', file: 'DDF1/EF06' });
  expect(follow(inDdf1, '00A4000002EF06', '6A82')).toBe(inDdf1);
  expect(follow(inDdf1, '00A4000002DF01', '6283')).toMatchObject({ directory: 'DF01' });
  expect(follow(inDdf1, '0084000008', '00000000000000009000')).toBe(inDdf1);
});

describe('nothing is forgotten', () => {
  test('every command of the table has a declaration', () => {
    expect(KNOWN_COMMANDS.map(({ name }) => name)).toEqual(Object.keys(COMMAND_STATUS_WORDS));
  });
  test('every declaration has a form or at least a name, so that a trace can say which command it was', () => {
    const explained = new Set(COMMAND_FORMS.map((form) => form.command.name));
    const named = new Set(
      Array.from({ length: 256 }, (_, ins) => describeApdu(Uint8Array.of(0, ins, 0, 0)).name).filter(
        (name) => !name.startsWith('INS '),
      ),
    );
    const nameless = KNOWN_COMMANDS.map(({ name }) => name).filter((name) => !explained.has(name) && !named.has(name));
    expect(nameless).toEqual([]);
  });
  test('the header of a form is the header of its builder', () => {
    const form = COMMAND_FORMS.find((entry) => entry.command.name === writeKey.name);
    expect(form?.header).toEqual({ cla: 0x84, ins: 0xd4, p1: 0x01 });
  });
});

/** Rules of enrolment, serials, dates and states, on literal values. */
import { describe, expect, test } from '@jest/globals';
import { cardDataOf, expiryDate } from './card-data.ts';
import { CARD_STATES, CARD_TRANSITIONS, nextCardState } from './card-state.ts';
import { identityCheckCharacter, isCalendarDate, parseIdentityNumber } from './identity-number.ts';
import { isIssueSerial, issueSerial, mod3736CheckCharacter } from './issue-serial.ts';
import { photoFault } from './photo.ts';
import type { ResidentInput } from './resident.ts';
import { validateResident } from './validate-resident.ts';

const TODAY = '2026-11-22';
const identity = (first17: string) => first17 + identityCheckCharacter(first17);
const MALE = identity('13010119900307401');

const GOOD: ResidentInput = {
  name: '张三丰',
  sex: '男',
  ethnicGroup: '汉',
  birthDate: '1990-03-07',
  documentType: '居民身份证',
  documentNumber: MALE,
  areaCode: '130102',
  householdAddress: '河北省石家庄市长安区中山东路1号',
  phone: '13800000000',
  alerts: ['哮喘', '糖尿病'],
  bloodRh: '阳性',
  bloodAbo: 'A',
  allergies: [{ substance: '青霉素', reaction: '皮疹' }],
  immunizations: [
    { name: '卡介苗', date: '1990-03-08' },
    { name: '流感疫苗', date: '2025-10-01' },
  ],
};

function faultsOf(change: Partial<ResidentInput>): string[] {
  const result = validateResident({ ...GOOD, ...change }, TODAY);
  return result.ok ? [] : result.faults.map((fault) => fault.field);
}

describe('identity number (GB 11643)', () => {
  test('the published example 11010519491231002X', () => {
    const parsed = parseIdentityNumber('11010519491231002X');
    expect(parsed).toEqual({ ok: true, number: { value: '11010519491231002X', birthDate: '1949-12-31', sex: '2' } });
  });
  test.each([
    ['110105194912310021', 'check-character'],
    ['110105194902310021', 'birth-date'],
    ['99010519491231002X', 'province'],
    ['1101051949123100', 'shape'],
  ])('%s is refused for its %s', (text, fault) => {
    expect(parseIdentityNumber(text)).toEqual({ ok: false, fault });
  });
  test('29 February exists in leap years only', () => {
    expect([isCalendarDate('2024-02-29'), isCalendarDate('2023-02-29'), isCalendarDate('1900-02-29')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('issue serial', () => {
  test('ISO 7064 MOD 37,36 gives the published GRid example its check character M', () => {
    expect(mod3736CheckCharacter('A12425GABC1234002')).toBe('M');
  });
  test('serials are 10 characters, different, and checked', () => {
    const serials = Array.from({ length: 2000 }, (_, i) => issueSerial('13', i + 1));
    expect(new Set(serials).size).toBe(2000);
    expect(serials.every((serial) => serial.length === 10 && isIssueSerial(serial))).toBe(true);
  });
  test('every single wrong character and every exchange of neighbours is found', () => {
    const serial = issueSerial('13', 123_456_789);
    for (let i = 0; i < 10; i++) {
      for (const other of '0123456789ABCDEFGHJKMNPQRSTVWXYZ') {
        if (other !== serial[i]) expect(isIssueSerial(serial.slice(0, i) + other + serial.slice(i + 1))).toBe(false);
      }
    }
    for (let i = 0; i < 9; i++) {
      const swapped = serial.slice(0, i) + serial.charAt(i + 1) + serial.charAt(i) + serial.slice(i + 2);
      if (swapped !== serial) expect(isIssueSerial(swapped)).toBe(false);
    }
  });
  test('a counter out of range throws', () => {
    expect(() => issueSerial('13', 0)).toThrow(RangeError);
    expect(() => issueSerial('13', 32 ** 7)).toThrow(RangeError);
  });
});

describe('enrolment', () => {
  test('a good record is taken with the codes of the card', () => {
    const result = validateResident(GOOD, TODAY);
    expect(result).toMatchObject({
      ok: true,
      resident: { sex: '1', ethnicGroup: '01', documentKind: 'identity', alertItems: [43, 48] },
    });
    expect(result.ok && result.resident.immunizations.map((entry) => entry.name)).toEqual(['流感疫苗', '卡介苗']);
  });
  test.each<[string, Partial<ResidentInput>, string[]]>([
    [
      'wrong check character',
      { documentNumber: `${MALE.slice(0, 17)}${MALE.endsWith('1') ? '2' : '1'}` },
      ['documentNumber'],
    ],
    ['birth date that differs', { birthDate: '1990-03-08' }, ['birthDate']],
    ['sex that differs', { sex: '女' }, ['sex']],
    ['unknown county', { areaCode: '130199' }, ['areaCode']],
    ['a city for a county', { areaCode: '130100' }, ['areaCode']],
    ['name of 32 bytes', { name: '阿卜杜热合曼阿卜杜热合曼阿卜杜热' }, ['name']],
    ['name outside GBK', { name: '王𬍛' }, ['name']],
    [
      'birth date in the future',
      { birthDate: '2027-01-01', documentNumber: identity('13010120270101401') },
      ['birthDate'],
    ],
    ['four allergies', { allergies: Array(4).fill({ substance: '尘螨', reaction: '喷嚏' }) }, ['allergies']],
    ['unknown alert', { alerts: ['近视'] }, ['alerts[0]']],
    ['phone with letters', { phone: 'abc' }, ['phone']],
    ['unknown ethnic group', { ethnicGroup: '精灵' }, ['ethnicGroup']],
    ['photo too big', { photo: new Uint8Array(3073) }, ['photo']],
    ['immunization without a date', { immunizations: [{ name: '卡介苗', date: '' }] }, ['immunizations[0]']],
  ])('%s', (_name, change, fields) => {
    expect(faultsOf(change)).toEqual(fields);
  });
  test('all faults of a record come together', () => {
    expect(faultsOf({ name: '', areaCode: '1', phone: 'x' })).toEqual(['name', 'areaCode', 'phone']);
  });
  test('a newborn goes by the birth certificate, with no identity number on the card', () => {
    const newborn = { ...GOOD, documentType: '出生医学证明', documentNumber: 'p130123456', birthDate: '2026-10-01' };
    const result = validateResident(newborn, TODAY);
    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    const issuer = { name: '石家庄', code: '13', cityCode: '130100', validityYears: 10 };
    const facts = { issueDate: TODAY, issueSerial: issueSerial('13', 1), issuerCertificate: '00'.repeat(180) };
    const { elements } = cardDataOf(result.resident, issuer, facts);
    expect([elements.cardNumber, elements.idNumber, elements.documentType]).toEqual(['P130123456', null, '99']);
    expect(Object.keys(elements)).toHaveLength(57);
    expect([elements.asthma, elements.pacemaker, elements.expiryDate]).toEqual([true, false, '2036-11-22']);
  });
  test('a photo must be whole', () => {
    expect(photoFault(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9))).toBeNull();
    expect(photoFault(Uint8Array.of(0xff, 0xd8, 0xff, 0x00))?.rule.en).toMatch(/JPEG/);
  });
  test('expiry of 29 February', () => {
    expect([expiryDate('2024-02-29', 10), expiryDate('2024-02-29', 4)]).toEqual(['2034-02-28', '2028-02-29']);
  });
});

describe('card states', () => {
  test('exactly the transitions of the table are allowed', () => {
    for (const [move, { from, to }] of Object.entries(CARD_TRANSITIONS)) {
      for (const state of CARD_STATES) {
        const step = () => nextCardState(state, move as keyof typeof CARD_TRANSITIONS);
        if (from.includes(state)) expect(step()).toBe(to);
        else expect(step).toThrow(/CARD_STATE_FORBIDS/);
      }
    }
  });
});

/** Totals of the national profile, counted apart from the declarations (CARD-FACTS 1.4–1.6, 3.1). */
import { describe, expect, test } from '@jest/globals';
import type { Access, TransparentFile } from './index.ts';
import { CARD_KEY_SLOTS, elementsOf, nationalProfile, rhcBlank1 } from './index.ts';

const tlvFiles = nationalProfile.files.filter((file) => file.structure === 'tlv-records');

describe('national profile', () => {
  test('files stand in the order of the tables', () => {
    expect(nationalProfile.files.map((file) => file.id)).toEqual([
      ...['DDF1/EF05', 'DDF1/EF06', 'DDF1/EF07', 'DDF1/EF08'],
      ...['DF01/EF05', 'DF01/EF06', 'DF01/EF07', 'DF01/EF08'],
      ...['DF02/EF05', 'DF02/EF06', 'DF02/EF07', 'DF02/EF08'],
      ...['DF03/EF05', 'DF03/EF06', 'DF03/EE01', 'DF03/EE02', 'DF03/EE03'],
      ...['DF03/ED01', 'DF03/ED02', 'DF03/ED03', 'DF03/ED04', 'DF03/ED05'],
    ]);
  });

  test('57 TLV elements, items 1 to 57 once each, 834 value bytes and 114 of tag and length', () => {
    const elements = tlvFiles.flatMap((file) => [...elementsOf(file)]);
    const items = elements.map((element) => element.item).sort((a, b) => a - b);
    expect(items).toEqual(Array.from({ length: 57 }, (_, k) => k + 1));
    expect(elements.reduce((sum, element) => sum + element.sizeBytes, 0)).toBe(834);
    expect(tlvFiles.reduce((sum, file) => sum + file.sizeBytes, 0)).toBe(834 + 114);
  });

  test.each([
    ['DDF1/EF07', 3074],
    ['DF02/EF07', 360],
    ['DF02/EF08', 240],
    ['DF03/EF05', 3],
    ['DF03/EF06', 5],
    ['DF03/EE01', 1893],
    ['DF03/EE03', 1893],
    ['DF03/ED01', 3267],
    ['DF03/ED05', 3267],
  ])('%s has %i bytes', (id, sizeBytes) => {
    expect(nationalProfile.file(id).sizeBytes).toBe(sizeBytes);
  });

  test.each([
    ['DF03/EE01', 64, 212, 1639, 1893],
    ['DF03/ED01', 213, 384, 3013, 3267],
  ])('%s: items %i to %i follow one another without a gap, business data end at %i, file at %i', (id, ...expected) => {
    const file = nationalProfile.file(id) as TransparentFile;
    const [firstItem, lastItem, businessSizeBytes, end] = expected;
    expect(file.elements.map((element) => element.item)).toEqual(
      Array.from({ length: lastItem - firstItem + 1 }, (_, k) => firstItem + k),
    );
    let offset = 0;
    for (const element of file.elements) {
      expect([element.id, element.offset]).toEqual([element.id, offset]);
      offset += element.sizeBytes;
    }
    expect(offset).toBe(end);
    expect(file.businessSizeBytes).toBe(businessSizeBytes);
    expect(file.elements.find((element) => element.offset === businessSizeBytes)?.id).toMatch(/\.signature$/);
  });

  test('22 key slots: the 21 of table 10-2 and MK, in loading order', () => {
    expect(nationalProfile.keySlots.map((slot) => slot.name)).toEqual([...CARD_KEY_SLOTS]);
    expect(nationalProfile.keySlots.filter((slot) => slot.class !== 'MK')).toHaveLength(21);
    const count = (keyClass: string) => nationalProfile.keySlots.filter((slot) => slot.class === keyClass).length;
    expect(['IRK', 'STK', 'BK', 'LK', 'UK', 'RK'].map(count)).toEqual([1, 5, 1, 3, 7, 4]);
  });

  test('only maintenance keys have no tries; two levels exactly where CARD-FACTS 3.4 and CARD.md say so', () => {
    expect(nationalProfile.keySlots.filter((slot) => slot.maxTries === null).map((slot) => slot.class)).toEqual(
      Array(5).fill('STK'),
    );
    expect(nationalProfile.keySlots.filter((slot) => slot.maxTries === 15)).toHaveLength(17);
    expect(nationalProfile.keySlots.filter((slot) => slot.levels === 2).map((slot) => slot.name)).toEqual([
      'IRK.DDF1',
      'STK.DF02',
      'STK.DF03',
      'UK1.DF02',
      'UK2.DF02',
      'UK3.DF02',
      'UK1.DF03',
      'RK1.DDF1',
      'RK1.DF01',
      'RK1.DF02',
      'RK1.DF03',
    ]);
    expect(nationalProfile.keySlots.filter((slot) => slot.samReference !== null)).toHaveLength(15);
  });

  test('access and transport of every file are those of CARD-FACTS 2.1', () => {
    const shown = (access: Access | undefined) => (access?.kind === 'key' ? access.slot : access?.kind);
    const rows = nationalProfile.files.map((file) =>
      [file.id, shown(file.read), shown(file.update), file.updateTransport, file.updateMacSlot, shown(file.erase)].join(
        ' ',
      ),
    );
    const identity = 'RK1.DF01 UK1.DF01 encipher-and-mac STK.DF01 ';
    const visit = 'RK1.DF03 UK1.DF03 plain  ';
    const visitIndex = 'RK1.DF03 UK1.DF03 mac STK.DF03 UK2.DF03';
    expect(rows).toEqual([
      'DDF1/EF05 free never plain  ',
      'DDF1/EF06 RK1.DDF1 never plain  ',
      'DDF1/EF07 RK1.DDF1 UK1.DDF1 plain  ',
      'DDF1/EF08 RK1.DDF1 UK1.DDF1 encipher-and-mac STK.DDF1 ',
      ...['EF05', 'EF06', 'EF07', 'EF08'].map((name) => `DF01/${name} ${identity}`),
      'DF02/EF05 RK1.DF02 UK1.DF02 encipher-and-mac STK.DF02 ',
      'DF02/EF06 RK1.DF02 UK2.DF02 encipher-and-mac STK.DF02 ',
      'DF02/EF07 RK1.DF02 UK3.DF02 encipher-and-mac STK.DF02 ',
      'DF02/EF08 RK1.DF02 UK3.DF02 encipher-and-mac STK.DF02 ',
      ...['EF05', 'EF06'].map((name) => `DF03/${name} ${visitIndex}`),
      ...['EE01', 'EE02', 'EE03', 'ED01', 'ED02', 'ED03', 'ED04', 'ED05'].map((name) => `DF03/${name} ${visit}`),
    ]);
  });

  test('key identifiers and SAM references are those of CARD-FACTS 3.2, 3.4 and CARD.md', () => {
    const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');
    const rows = nationalProfile.keySlots.map(
      ({ name, kid, samReference: sam }) => `${name} ${hex(kid)} ${sam === null ? '-' : hex(sam.p1) + hex(sam.p2)}`,
    );
    expect(rows).toEqual([
      ...['MK.MF 00 -', 'IRK.DDF1 00 -', 'STK.MF 01 -', 'STK.DDF1 01 2802', 'STK.DF01 81 2803', 'STK.DF02 81 4804'],
      ...['STK.DF03 81 4805', 'BK.MF 02 -', 'LK.DF01 82 -', 'LK.DF02 82 -', 'LK.DF03 82 -', 'UK1.DDF1 05 272A'],
      ...['UK1.DF01 85 272B', 'UK1.DF02 85 472C', 'UK2.DF02 86 472D', 'UK3.DF02 87 472E', 'UK1.DF03 85 472F'],
      ...['UK2.DF03 86 2730', 'RK1.DDF1 04 4731', 'RK1.DF01 84 4732', 'RK1.DF02 84 4733', 'RK1.DF03 84 4734'],
    ]);
  });

  test('the length of a protected update follows from the element, as CARD-FACTS 1.4 prints it (Lc)', () => {
    const lc = (id: string) => {
      const n = nationalProfile.element(id).element.sizeBytes;
      return (16 * (Math.floor((n + 3) / 16) + 1) + 4).toString(16).toUpperCase();
    };
    expect(['issuerName', 'issuerCertificate', 'cardNumber', 'expiryDate'].map(lc)).toEqual(['34', 'C4', '24', '14']);
    expect(['phone1', 'address1', 'contactName3', 'otherAlert'].map(lc)).toEqual(['24', '74', '34', '34']);
  });

  test('every element that CARD-FACTS names is found by its id', () => {
    expect(nationalProfile.element('inpatient.diagnosis3.incisionHealing').element).toMatchObject({
      item: 120,
      offset: 952,
    });
    expect(nationalProfile.element('outpatient.drug3.dose').element).toMatchObject({ item: 325, offset: 2303 });
    expect(nationalProfile.element('outpatient.drug3.dose').file.id).toBe('DF03/ED01');
    expect(nationalProfile.element('cityCode').element.item.toString(16)).toBe('39');
    expect(() => nationalProfile.element('toString')).toThrow(/PROFILE_ENTRY_UNKNOWN/);
  });

  test('declarations cannot be changed by whoever reads them', () => {
    const [element] = elementsOf(nationalProfile.file('DDF1/EF06'));
    expect(Object.isFrozen(nationalProfile) && Object.isFrozen(nationalProfile.files)).toBe(true);
    expect(Object.isFrozen(element) && Object.isFrozen(element?.meaning)).toBe(true);
    expect(Object.isFrozen(rhcBlank1)).toBe(true);
  });
});

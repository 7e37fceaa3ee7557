import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { bytesToHex } from '../bytes/index.ts';
import { nationalProfile, rhcBlank1 } from '../profile/index.ts';
import { decodeVisit, encodeVisit, type Visit, type VisitField, visitLayout } from './index.ts';

const context = { profile: nationalProfile, product: rhcBlank1 };

function sampleOf({ element }: VisitField): string | boolean {
  const { meaning, sizeBytes } = element;
  switch (meaning.kind) {
    case 'flag':
      return true;
    case 'date':
      return '2026-11-23';
    case 'date-time':
      return '2026-11-23T08:30:00';
    case 'decimal':
      return '12.5';
    case 'integer':
      return '7';
    case 'digits':
      return '1'.padStart(sizeBytes * 2, '0');
    case 'code':
      return nationalProfile.codeTable(meaning.table).entries[0]?.code ?? '1';
    default:
      return '门诊'.slice(0, Math.floor(sizeBytes / 2)) || '1';
  }
}

/** Every field of the profile with a value. */
function fullVisit(kind: Visit['kind']): Visit {
  const visit: Record<string, unknown> = { kind };
  for (const field of visitLayout(nationalProfile, kind).fields) {
    if (field.block === undefined) {
      visit[field.name] = sampleOf(field);
      continue;
    }
    const list = (visit[field.block.list] ?? []) as Record<string, unknown>[];
    visit[field.block.list] = list;
    list[field.block.index] = { ...list[field.block.index], [field.name]: sampleOf(field) };
  }
  return visit as unknown as Visit;
}

describe.each([
  ['inpatient', 1639, 1893, 3, 147],
  ['outpatient', 3013, 3267, 5, 170],
] as const)('%s', (kind, business, size, slots, fields) => {
  test('layout of the national profile', () => {
    const layout = visitLayout(nationalProfile, kind);
    expect([layout.businessSizeBytes, layout.sizeBytes, layout.slots.length]).toEqual([business, size, slots]);
    expect([layout.signature.offset, layout.certificate.offset]).toEqual([business, business + 64]);
    expect(layout.fields).toHaveLength(fields);
  });
  test('every field goes to bytes and back', () => {
    const visit = fullVisit(kind);
    const bytes = encodeVisit(context, visit);
    expect(bytes).toHaveLength(business);
    expect(decodeVisit(context, kind, bytes)).toEqual(visit);
  });
  test('the interface names exactly the fields of the profile', () => {
    const source = readFileSync(join(__dirname, 'types.ts'), 'utf8');
    const bodyOf = (name: string) => new RegExp(`interface ${name} \\{\\n([^}]*)\\}`).exec(source)?.[1] ?? '';
    const members = (body: string) => [...body.matchAll(/readonly (\w+)\?: ([^;]+);/g)];
    const capital = kind === 'inpatient' ? 'Inpatient' : 'Outpatient';
    const named = members(bodyOf(`${capital}Visit`)).flatMap(([, name, type]) => {
      const entry = /^readonly (\w+)\[\]$/.exec(type ?? '')?.[1];
      return entry === undefined ? [name] : members(bodyOf(entry)).map(([, field]) => `${name}[].${field}`);
    });
    const declared = visitLayout(nationalProfile, kind).fields.map(({ name, block }) =>
      block === undefined ? name : `${block.list}[].${name}`,
    );
    expect([...named].sort()).toEqual([...new Set(declared)].sort());
  });
});

describe('an outpatient visit', () => {
  const visit: Visit = {
    kind: 'outpatient',
    institutionName: '石家庄市第一医院',
    visitTime: '2026-11-23T08:30:00',
    drugs: [{ name: '阿莫西林', dose: '0.5' }, { name: '布洛芬' }],
  };
  test('literal bytes at the offsets of the tables', () => {
    const bytes = encodeVisit(context, visit);
    expect(bytesToHex(bytes.slice(0, 18))).toBe('CAAFBCD2D7AFCAD0B5DAD2BBD2BDD4BA0000');
    expect(bytesToHex(bytes.slice(80, 87))).toBe('20261123083000');
    expect(bytesToHex(bytes.slice(2041, 2049))).toBe('B0A2C4AACEF7C1D6');
    expect(bytesToHex(bytes.slice(2041 + 80, 2041 + 83))).toBe('0A5FFF');
    expect(bytesToHex(bytes.slice(2132, 2138))).toBe('B2BCC2E5B7D2');
    expect(bytesToHex(bytes.slice(2763 + 20, 2763 + 25))).toBe('FFFFFFFFFF');
  });
  test('empty values are absent, empty blocks at the end are left off', () => {
    expect(decodeVisit(context, 'outpatient', encodeVisit(context, visit))).toEqual(visit);
  });
  test('all faults are told together, by path', () => {
    const wrong = {
      kind: 'outpatient',
      department: '内'.repeat(26),
      diagnosis: [],
      drugs: [{ name: '阿莫西林', dose: '1.234' }, { nmae: 'x' }],
      exams: Array(11).fill({}),
      fees: 'x',
      payment: '98',
    } as unknown as Visit;
    expect(() => encodeVisit(context, wrong)).toThrow(
      expect.objectContaining({
        code: 'VISIT_INVALID',
        fields: [
          'diagnosis',
          'drugs[1].nmae',
          'exams',
          'fees',
          'department',
          'payment',
          'drugs[0].dose',
          'visitTime',
        ].map((field) => expect.objectContaining({ field }) as object),
      }),
    );
  });
});

/**
 * Everybody of the pilot roster, as the issuer puts them onto a card and the desk reads them from it: the health summary says
 * what was enrolled, the bundle is valid FHIR R4 and gives the summary back.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { fromIpsBundle, type IpsBundle } from '@rhc/card/fhir';
import type { HealthSummary } from '@rhc/card/summary';
import { context } from '../../card/test/support/arbitrary-card.ts';
import { cardDataOf } from '../../card-issuer/src/domain/card-data.ts';
import type { Resident } from '../../card-issuer/src/domain/resident.ts';
import { DeskWithCard } from '../../reader-agent/test/writes/desk-with-card.ts';
import { personalizedContent } from '../card-writing/personalized-card.ts';
import { checkedRoster, expected } from '../vectors/pilot-roster.ts';
import { unaccepted } from './r4-definitions.ts';

const ISSUER = {
  name: '石家庄市卫生健康委员会',
  code: '1301000000000000000001',
  cityCode: '130100',
  validityYears: 10,
};
const people = expected.rows.filter(({ outcome }) => outcome === 'taken');
let residents: readonly (Resident | null)[] = [];

beforeAll(async () => {
  residents = (await checkedRoster()).map(({ resident }) => resident);
});

function residentOf(row: number): Resident {
  const resident = residents[row - 1];
  if (resident == null) throw new Error(`row ${row} has no resident`);
  return resident;
}

async function deskWith(resident: Resident, row: number): Promise<DeskWithCard> {
  const facts = {
    issueDate: '2026-11-22',
    issueSerial: `HB${String(row).padStart(8, '0')}`,
    issuerCertificate: 'AB'.repeat(180),
  };
  const desk = new DeskWithCard(await personalizedContent('intl-128', [1], cardDataOf(resident, ISSUER, facts)));
  desk.insert();
  return desk;
}

test('the roster has people', () => {
  expect(people).toHaveLength(24);
});

describe('from the roster over the chip to the summary', () => {
  test.each(people)('row $row $name', async ({ row, name }) => {
    const resident = residentOf(row);
    const desk = await deskWith(resident, row);
    const { body } = await desk.post<{ summary: HealthSummary }>('/v1/card/health-summary', { psychiatric: true });
    const { summary } = body;
    expect(summary).toMatchObject({ irregular: [], warnings: [] });
    expect(summary.identity).toMatchObject({ name, birthDate: resident.birthDate, sex: { code: resident.sex } });
    expect(summary.allergies).toEqual(resident.allergies);
    expect(summary.immunizations).toEqual(resident.immunizations);
    expect(summary.photo ?? null).toBe(
      resident.photo === null ? null : Buffer.from(resident.photo, 'base64').toString('hex').toUpperCase(),
    );
    const bundle = (await desk.post<IpsBundle>('/v1/card/fhir', { psychiatric: true })).body;
    expect(unaccepted(bundle)).toEqual([]);
    expect(fromIpsBundle(context, bundle)).toEqual(summary);
    const plain = (await desk.get<IpsBundle>('/v1/card/fhir')).body;
    expect(unaccepted(plain)).toEqual([]);
    expect(fromIpsBundle(context, plain).psychiatric).toBeUndefined();
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { nationalProfile } from '@rhc/card/profile';
import { countyName } from '../area.ts';

test('the map has a shape for each county of the code table, and for nothing else', () => {
  const path = join(__dirname, '../../../web/maps/hebei-counties.json');
  const { features } = JSON.parse(readFileSync(path, 'utf8')) as { features: { id: string }[] };
  // A 市辖区 code (xx01) is given to no person and has no area of its own.
  const counties = nationalProfile
    .codeTable('region-hebei')
    .entries.map(({ code }) => code)
    .filter((code) => countyName(code) !== null && !code.endsWith('01'));
  expect(features.map(({ id }) => id)).toEqual(counties);
});

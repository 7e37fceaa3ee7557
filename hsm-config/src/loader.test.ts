import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type HsmConfigError, loadHsmConfig } from './loader.ts';
import { schemaFiles } from './schemas.ts';

const folder = join(__dirname, '..');
const readText = (path: string) => readFileSync(path, 'utf8');

function faultsWith(change: (file: string, content: Record<string, unknown>) => void): HsmConfigError {
  try {
    loadHsmConfig(folder, 'pilot', (path) => {
      const content = readText(path);
      if (!path.endsWith('.json')) return content;
      const value = JSON.parse(content) as Record<string, unknown>;
      change(path, value);
      return JSON.stringify(value);
    });
  } catch (error) {
    if ((error as HsmConfigError).code === 'HSM_CONFIG_INVALID') return error as HsmConfigError;
    throw error;
  }
  throw new Error('the loader accepted it');
}

describe('the pilot configuration', () => {
  const config = loadHsmConfig(folder, 'pilot', readText);

  test('declares the 26 slots of CARD.md and ADR 006, 14 of them of one level', () => {
    expect(config.hierarchy.slots).toHaveLength(26);
    const oneLevel = config.hierarchy.slots.filter((slot) => slot.levels === 1).map((slot) => slot.name);
    expect(oneLevel).toEqual([
      'MK.MF',
      'STK.MF',
      'STK.DDF1',
      'STK.DF01',
      'BK.MF',
      'LK.DF01',
      'LK.DF02',
      'LK.DF03',
      'UK1.DDF1',
      'UK1.DF01',
      'UK2.DF03',
      'TMK',
      'CVK',
      'SAM-TMK',
    ]);
  });

  test('has a SoftHSM2 template with the token folder left open', () => {
    expect(config.softHsmConfTemplate).toContain('directories.tokendir = {{TOKEN_DIR}}');
  });

  test.each(Object.entries(schemaFiles))('%s is what the declaration makes', (file, schema) => {
    expect(JSON.parse(readText(join(folder, 'schemas', file)))).toEqual(
      JSON.parse(JSON.stringify(z.toJSONSchema(schema))),
    );
  });
});

describe('a fault names file, field and rule', () => {
  test('a slot declared twice', () => {
    const error = faultsWith((path, content) => {
      if (path.includes('hierarchy')) {
        const slots = content.slots as unknown[];
        slots.push(slots[0]);
      }
    });
    expect(error.faults).toEqual([
      { file: join(folder, 'hierarchy/hebei.json'), field: 'slots[26].name', rule: 'slot MK.MF is declared twice' },
    ]);
  });

  test('an unknown mechanism name and an unknown field, both at once', () => {
    const error = faultsWith((path, content) => {
      if (!path.includes('models')) return;
      (content.suites as { 'intl-128': { ecb: string } })['intl-128'].ecb = 'AES';
      content.surprise = 1;
    });
    expect(error.faults.map((fault) => fault.field).sort()).toEqual(['(whole file)', 'suites.intl-128.ecb']);
    expect(error.message).toContain('models/softhsm2.json: suites.intl-128.ecb: name of a PKCS#11 mechanism');
  });

  test('a wrong province factor', () => {
    const error = faultsWith((path, content) => {
      if (path.includes('hierarchy'))
        (content.provinces as { factor: string }[])[0] = {
          ...(content.provinces as { factor: string }[])[0],
          factor: '3134303030303030',
        };
    });
    expect(error.faults[0]).toMatchObject({ field: 'provinces[0].factor' });
  });

  test('two active versions, a template without a component number', () => {
    const error = faultsWith((path, content) => {
      if (!path.includes('ceremonies')) return;
      content.versions = [
        { version: 1, state: 'active' },
        { version: 2, state: 'active' },
      ];
      (content.components as { template: string }).template = 'x/{slot}/{version}';
    });
    expect(error.faults.map((fault) => fault.field)).toEqual(['versions', 'components.template']);
  });

  test('a missing file and malformed JSON', () => {
    expect(() => loadHsmConfig(folder, 'absent', readText)).toThrow('ceremonies/absent.json: (whole file): the file');
    expect(() => loadHsmConfig(folder, 'pilot', () => '{')).toThrow('not valid JSON');
    expect(() => loadHsmConfig(folder, '../etc', readText)).toThrow('lower-case words');
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type HsmConfigError, loadCeremonies, loadHsmConfig } from './loader.ts';
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

test('every script of ceremonies/ is consistent with its hierarchy and model', () => {
  const all = loadCeremonies(folder, readdirSync(join(folder, 'ceremonies')), readText);
  expect(all.map(({ ceremony }) => ceremony.id)).toEqual([
    'bureau-transport-key',
    'components-m-of-n',
    'components',
    'generation',
    'hand-over',
    'kbpk-exchange',
    'key-blocks',
    'new-version',
    'pilot',
    'provincial',
    'rehearsal',
  ]);
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

  type Step = Record<string, unknown>;
  const pilotStep = (id: string, change: (step: Step, content: Record<string, unknown>) => void) =>
    faultsWith((path, content) => {
      if (!path.endsWith('ceremonies/pilot.json')) return;
      change((content.steps as Step[]).find((step) => step.id === id) as Step, content);
    }).faults.map(({ field, rule }) => `${field}: ${rule}`);

  test('two active versions, a template without a component number', () => {
    const faults = pilotStep('import', (step, content) => {
      content.versions = [
        { version: 1, state: 'active' },
        { version: 2, state: 'active' },
      ];
      (step.source as { template: string }).template = 'x/{slot}/{version}';
    });
    expect(faults).toEqual([
      'versions: exactly one version becomes active',
      'steps[2].source.template: must contain {component}',
    ]);
  });

  test.each<[string, string, (step: Step, content: Record<string, unknown>) => void, string]>([
    ['public keys in production', 'import', (_, content) => (content.production = 'allowed'), 'steps[2].source'],
    ['keys that nobody confirms', 'confirm', (step) => (step.of = ['token']), 'steps[2].id'],
    ['one role alone confirms', 'confirm', (step) => (step.by = ['witness']), 'steps[3].by'],
    ['a role that nobody takes', 'token', (step) => (step.by = ['administrator', 'custodian']), 'steps[1].by'],
    ['a slot that is not declared', 'import', (step) => (step.keys = ['XK.MF']), 'steps[2].keys'],
    ['a step twice', 'token', (step) => (step.id = 'roll-call'), 'steps[1].id'],
  ])('%s', (_name, id, change, field) => {
    expect(pilotStep(id, change).map((fault) => fault.split(': ')[0])).toContain(field);
  });

  test.each<[string, (source: Step) => void, string]>([
    ['XOR with fewer custodians than parts', (source) => (source.count = 4), 'steps[2].count'],
    ['XOR with a threshold', (source) => (source.threshold = 2), 'steps[2].threshold'],
    [
      'a threshold above the count',
      (source) => Object.assign(source, { combine: 'SHAMIR', threshold: 9 }),
      'steps[2].threshold',
    ],
    [
      'fewer custodians than the threshold',
      (source) => Object.assign(source, { combine: 'SHAMIR', count: 9, threshold: 6 }),
      'steps[2].count',
    ],
  ])('parts: %s', (_name, change, field) => {
    const faults = faultsWith((path, content) => {
      if (!path.endsWith('ceremonies/pilot.json')) return;
      const [roll, , step] = content.steps as [{ roles: unknown[] }, Step, Step];
      roll.roles.push({ role: 'custodian', count: 3 });
      const source: Step = { kind: 'custodians', combine: 'XOR', count: 3 };
      change(source);
      Object.assign(step, { by: ['custodian'], source });
    }).faults;
    expect(faults.map((fault) => fault.field)).toContain(field);
  });

  test.each<[string, (tree: Record<string, unknown>) => void, string]>([
    [
      'an issuer of no declared city',
      (tree) => ((tree.issuers as Step[])[1] = { ...(tree.issuers as Step[])[1], area: '1399' }),
      'issuers[1].area',
    ],
    [
      'an issuer twice',
      (tree) => (tree.issuers as Step[]).push((tree.issuers as Step[])[0] as Step),
      'issuers[2].code',
    ],
    [
      'a city that disperses without its factor',
      (tree) => Object.assign(cityOf(tree), { dispersal: 'factor' }),
      'provinces[0].cities[0].factor',
    ],
    [
      'a policy that is not declared',
      (tree) => ((tree.slots as Step[])[0] = { ...(tree.slots as Step[])[0], policy: 'none' }),
      'slots[0].policy',
    ],
    ['levels out of order', (tree) => (tree.levels as unknown[]).reverse(), 'levels'],
  ])('hierarchy: %s', (_name, change, field) => {
    const faults = faultsWith((path, content) => {
      if (path.includes('hierarchy/')) change(content);
    }).faults;
    expect(faults.map((fault) => fault.field)).toContain(field);
  });
  const cityOf = (tree: Record<string, unknown>) => (tree.provinces as { cities: Step[] }[])[0]?.cities[0] as Step;

  test('two bytes with one word', () => {
    const faults = faultsWith((path, content) => {
      if (path.includes('words/')) (content.words as unknown[])[7] = (content.words as unknown[])[8];
    }).faults;
    expect(faults.map((fault) => fault.field)).toEqual(['words[8]', 'words[8]']);
  });

  test('a missing file and malformed JSON', () => {
    expect(() => loadHsmConfig(folder, 'absent', readText)).toThrow('ceremonies/absent.json: (whole file): the file');
    expect(() => loadHsmConfig(folder, 'pilot', () => '{')).toThrow('not valid JSON');
    expect(() => loadHsmConfig(folder, '../etc', readText)).toThrow('lower-case words');
  });
});

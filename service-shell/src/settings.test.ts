import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { defineSettings, loadSettings, settingsHelp } from './settings.ts';

const manifest = defineSettings({
  port: { kind: 'port', env: 'T_PORT', default: 8101, meaning: { zh: '监听端口', en: 'port to listen on' } },
  pinFile: { kind: 'path', env: 'T_PIN_FILE', required: true, meaning: { zh: 'PIN 文件', en: 'PIN file' } },
  deadlineMs: {
    kind: 'integer',
    env: 'T_DEADLINE_MS',
    unit: 'ms',
    min: 1,
    max: 60_000,
    default: 5000,
    meaning: { zh: '期限', en: 'deadline' },
  },
  production: { kind: 'flag', env: 'T_PRODUCTION', default: false, meaning: { zh: '生产环境', en: 'production' } },
  origins: { kind: 'list', env: 'T_ORIGINS', default: [], meaning: { zh: '来源', en: 'origins' } },
});

describe('settings', () => {
  test('defaults, file and environment, in rising precedence', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'rhc-settings-')), 'c.json');
    writeFileSync(file, JSON.stringify({ port: 9000, pinFile: '/pin', deadlineMs: 7 }));
    const settings = loadSettings(manifest, { env: { T_PORT: '9001', T_ORIGINS: 'https://a, https://b' }, file });
    expect(settings).toEqual({
      port: 9001,
      pinFile: '/pin',
      deadlineMs: 7,
      production: false,
      origins: ['https://a', 'https://b'],
    });
  });

  test.each([
    ['a missing required one', { T_PORT: '1' }, 'T_PIN_FILE'],
    ['a port out of range', { T_PIN_FILE: '/p', T_PORT: '70000' }, 'T_PORT'],
    ['a number that is none', { T_PIN_FILE: '/p', T_DEADLINE_MS: '5s' }, 'T_DEADLINE_MS'],
    ['a flag that is none', { T_PIN_FILE: '/p', T_PRODUCTION: 'ja' }, 'T_PRODUCTION'],
  ])('%s is named', (_what, env, field) => {
    expect(() => loadSettings(manifest, { env })).toThrow(
      expect.objectContaining({ code: 'SETTING_INVALID', fields: [expect.objectContaining({ field })] }),
    );
  });

  test('all faults are reported together, unknown names in the file too', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'rhc-settings-')), 'c.json');
    writeFileSync(file, JSON.stringify({ prot: 1, port: 'x' }));
    try {
      loadSettings(manifest, { env: {}, file });
      throw new Error('must not load');
    } catch (error) {
      expect((error as { fields: { field: string }[] }).fields.map((fault) => fault.field)).toEqual([
        `${file}: prot`,
        'T_PORT',
        'T_PIN_FILE',
      ]);
    }
  });

  test('help names every setting with default, unit and both languages', () => {
    const help = settingsHelp('key-service', manifest);
    for (const part of ['T_PORT', '8101', '[ms]', '必填 required', '监听端口', 'port to listen on'])
      expect(help).toContain(part);
  });
});

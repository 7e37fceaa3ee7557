/**
 * Typed configuration manifest: one declaration gives the default, the check, `--help` and the documentation.
 * Values come, in rising precedence, from the default, a JSON file and the environment; never from the command line
 * (which other users of the machine can read).
 */
import { readFileSync } from 'node:fs';
import type { FieldFault, Text } from '@rhc/card/errors';
import { shellErrors } from './errors.ts';

type SettingKind = 'text' | 'integer' | 'port' | 'flag' | 'path' | 'url' | 'list';

export interface Setting<K extends SettingKind = SettingKind, R extends boolean = boolean> {
  readonly kind: K;
  /** Environment variable, for example `RHC_KEY_SERVICE_PORT`. */
  readonly env: string;
  readonly meaning: Text;
  /** Unit of the number, for example `ms`; shown in help. */
  readonly unit?: string;
  readonly default?: unknown;
  readonly required?: R;
  readonly min?: number;
  readonly max?: number;
  readonly oneOf?: readonly string[];
}

interface ValueOf {
  text: string;
  integer: number;
  port: number;
  flag: boolean;
  path: string;
  url: string;
  list: readonly string[];
}

export type Settings<M extends Record<string, Setting>> = {
  readonly [N in keyof M]: M[N] extends { default: unknown } | { required: true }
    ? ValueOf[M[N]['kind']]
    : ValueOf[M[N]['kind']] | undefined;
};

/** Declares a service's settings; the type of each value follows from its kind. */
export function defineSettings<const M extends Record<string, Setting>>(manifest: M): M {
  return Object.freeze(manifest);
}

/**
 * Reads and checks all settings.
 * @param source.env usually process.env
 * @param source.file path of a JSON object with the manifest's names as keys; optional
 * @throws SETTING_INVALID that names every setting at fault
 */
export function loadSettings<M extends Record<string, Setting>>(
  manifest: M,
  source: { env: Readonly<Record<string, string | undefined>>; file?: string | undefined },
): Settings<M> {
  const faults: FieldFault[] = [];
  const fromFile = source.file === undefined ? {} : readSettingsFile(source.file, manifest, faults);
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(manifest)) {
    const raw = source.env[setting.env] ?? fromFile[name];
    if (raw === undefined || raw === '') {
      if (setting.default !== undefined) values[name] = setting.default;
      else if (setting.required === true) {
        faults.push({
          field: `${setting.env}`,
          rule: { zh: `必须设置:${setting.meaning.zh}`, en: `is required: ${setting.meaning.en}` },
        });
      }
      continue;
    }
    const parsed = parseSetting(setting, raw);
    if ('rule' in parsed) faults.push({ field: setting.env, rule: parsed.rule });
    else values[name] = parsed.value;
  }
  if (faults.length > 0) throw shellErrors.make('SETTING_INVALID', { fields: faults });
  return Object.freeze(values) as Settings<M>;
}

/** Text of `--help`: Chinese first, English beside it. */
export function settingsHelp(service: string, manifest: Record<string, Setting>): string {
  const rows = Object.values(manifest).map((setting) => {
    const standard =
      setting.default === undefined
        ? setting.required
          ? '必填 required'
          : '可选 optional'
        : `默认 default ${JSON.stringify(setting.default)}`;
    const unit = setting.unit === undefined ? '' : ` [${setting.unit}]`;
    return `  ${setting.env}${unit}  (${standard})\n      ${setting.meaning.zh}\n      ${setting.meaning.en}`;
  });
  return `${service}\n\n配置项(环境变量,或 --config 文件中的同名项) · Settings (environment, or a file given by --config):\n\n${rows.join('\n')}\n`;
}

function readSettingsFile(
  path: string,
  manifest: Record<string, Setting>,
  faults: FieldFault[],
): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    faults.push({
      field: path,
      rule: { zh: '配置文件不存在或不是有效的 JSON', en: 'the settings file is missing or not valid JSON' },
    });
    return {};
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.push({
      field: path,
      rule: { zh: '配置文件须为一个 JSON 对象', en: 'the settings file must be one JSON object' },
    });
    return {};
  }
  for (const name of Object.keys(value)) {
    if (!(name in manifest))
      faults.push({ field: `${path}: ${name}`, rule: { zh: '没有这个配置项', en: 'there is no such setting' } });
  }
  return value as Record<string, unknown>;
}

function parseSetting(setting: Setting, raw: unknown): { value: unknown } | { rule: Text } {
  const textValue = typeof raw === 'string' ? raw : JSON.stringify(raw);
  switch (setting.kind) {
    case 'integer':
    case 'port': {
      const value = typeof raw === 'number' ? raw : /^-?\d+$/.test(textValue) ? Number(textValue) : Number.NaN;
      const min = setting.min ?? (setting.kind === 'port' ? 0 : Number.MIN_SAFE_INTEGER);
      const max = setting.max ?? (setting.kind === 'port' ? 65_535 : Number.MAX_SAFE_INTEGER);
      if (!Number.isSafeInteger(value) || value < min || value > max) {
        return { rule: { zh: `须为 ${min} 到 ${max} 的整数`, en: `must be a whole number from ${min} to ${max}` } };
      }
      return { value };
    }
    case 'flag':
      if (raw === true || textValue === 'true' || textValue === '1') return { value: true };
      if (raw === false || textValue === 'false' || textValue === '0') return { value: false };
      return { rule: { zh: '须为 true 或 false', en: 'must be true or false' } };
    case 'url':
      return URL.canParse(textValue) ? { value: textValue } : { rule: { zh: '须为网址', en: 'must be a URL' } };
    case 'list':
      return {
        value: Array.isArray(raw)
          ? raw.map(String)
          : textValue
              .split(',')
              .map((part) => part.trim())
              .filter((part) => part !== ''),
      };
    default:
      if (setting.oneOf !== undefined && !setting.oneOf.includes(textValue)) {
        return {
          rule: { zh: `须为其中之一:${setting.oneOf.join('、')}`, en: `must be one of ${setting.oneOf.join(', ')}` },
        };
      }
      return { value: textValue };
  }
}

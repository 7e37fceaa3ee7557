/** Documents that are made from declarations: settings, and who may call what. Checked by regenerating and comparing. */
import type { Text } from '@rhc/card/errors';
import { type Endpoint, mayCall } from './endpoints.ts';
import type { Setting } from './settings.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** One table: name in a file, environment, default, meaning. */
export function settingsMarkdown(service: string, manifest: Readonly<Record<string, Setting>>): string {
  const rows = Object.entries(manifest).map(([name, setting]) => {
    const unit = setting.unit === undefined ? '' : ` ${setting.unit}`;
    const { default: standard } = setting;
    const shown =
      standard === undefined
        ? setting.required
          ? '**必填 required**'
          : '—'
        : `\`${JSON.stringify(standard)}\`${unit}`;
    const choice = setting.oneOf === undefined ? '' : ` (${setting.oneOf.join(', ')})`;
    const meaning = cell(`${setting.meaning.zh} · ${setting.meaning.en}${choice}`);
    return `| \`${name}\` | \`${setting.env}\` | ${shown} | ${meaning} |`;
  });
  return [`## ${service}`, '', '| Name | Environment | Default | Meaning |', '|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}

/** Every endpoint × every role; ● may, empty may not, ○ open to all. */
export function accessMarkdown(table: readonly Endpoint[], roles: Readonly<Record<string, Text>>): string {
  const names = Object.keys(roles);
  const may = (row: Endpoint, role: string) =>
    mayCall(row.access, { id: role, name: role, roles: [role], via: 'token' }) ? '●' : '';
  const rows = table.map((row) => {
    const marks = row.access === 'public' ? names.map(() => '○') : names.map((role) => may(row, role));
    return `| \`${row.method.toUpperCase()} ${row.path}\` | ${cell(row.summary.zh)} | ${marks.join(' | ')} |`;
  });
  const heads = names.map((name) => `${roles[name]?.zh ?? ''} ${name}`);
  return [`| | | ${heads.join(' | ')} |`, `|---|---|${names.map(() => ':-:|').join('')}`, ...rows, ''].join('\n');
}

/**
 * Allergies and immunizations: lines of two fields, one empty line after the last until the card is full. Enter goes from
 * field to field; in an empty line it leaves the list.
 */
import type { Text } from '@rhc/console-shell';
import { Input } from 'antd';
import type { KeyboardEvent, ReactNode } from 'react';

interface Part extends Text {
  readonly name: string;
}

export const RECORD_PARTS = {
  allergies: [
    { name: 'substance', zh: '过敏物质', en: 'substance' },
    { name: 'reaction', zh: '过敏反应', en: 'reaction' },
  ],
  immunizations: [
    { name: 'name', zh: '疫苗', en: 'vaccine' },
    { name: 'date', zh: '接种日期 20260301', en: 'date' },
  ],
} as const satisfies Record<string, readonly Part[]>;

type Row = Readonly<Record<string, string>>;

interface Props {
  readonly id: string;
  readonly parts: readonly Part[];
  readonly rows: readonly Row[];
  readonly max: number;
  readonly sizeBytes: Readonly<Record<string, number>>;
  readonly faulty: boolean;
  onChange(rows: readonly Row[]): void;
  onLeave(): void;
}

/** Of a text without a size on the card: a date. */
const DATE_LENGTH = 10;

export function RecordList({ id, parts, rows, max, sizeBytes, faulty, onChange, onLeave }: Props): ReactNode {
  const blank: Row = Object.fromEntries(parts.map(({ name }) => [name, '']));
  const shown = rows.length < max ? [...rows, blank] : rows;
  const change = (at: number, name: string, text: string) => {
    const changed = shown.map((row, index) => (index === at ? { ...row, [name]: text } : row));
    onChange(changed.filter((row) => Object.values(row).some((value) => value !== '')));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>, at: number, part: number) => {
    if (event.key !== 'Enter' || event.ctrlKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    const empty = Object.values(shown[at] ?? {}).every((value) => value === '');
    const next = part + 1 < parts.length ? inputId(id, at, part + 1) : inputId(id, at + 1, 0);
    if (empty || document.getElementById(next) === null) onLeave();
    else document.getElementById(next)?.focus();
  };
  return (
    <div className="counter-records">
      {shown.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the card
        <div key={at}>
          {parts.map(({ name, zh, en }, part) => (
            <Input
              key={name}
              id={inputId(id, at, part)}
              aria-label={`${zh} ${en} ${at + 1}`}
              autoComplete="off"
              status={faulty ? 'error' : ''}
              maxLength={sizeBytes[name] ?? DATE_LENGTH}
              placeholder={`${zh} ${en}`}
              value={row[name] ?? ''}
              onChange={({ target }) => change(at, name, target.value)}
              onKeyDown={(event) => onKeyDown(event, at, part)}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

const inputId = (id: string, at: number, part: number): string => (part === 0 ? `${id}-${at}` : `${id}-${at}-${part}`);

/** The agent's log as files that roll by day and size and never fill a disk; lines are redacted before they come here. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DestinationStream } from 'pino';
import roll from 'pino-roll';

const SIZE = '5m';
const KEPT_FILES = 10;
const TAIL_LINES = 500;

export function rollingLog(folder: string): Promise<DestinationStream> {
  return roll({
    file: join(folder, 'agent'),
    extension: '.log',
    frequency: 'daily',
    size: SIZE,
    mkdir: true,
    limit: { count: KEPT_FILES },
  });
}

/** Last lines of the newest file, for the diagnostics bundle. */
export function lastLogLines(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const newest = readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
  return newest === undefined ? [] : readFileSync(newest, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES);
}

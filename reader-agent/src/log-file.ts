/**
 * The agent's log as files that turn by day and size and never fill a disk, counted over restarts: desks are switched off
 * every evening and have no logrotate (Windows). Lines are redacted before they come here. pino-roll 4 counts only files of
 * its own process and its size only between two drains, so a desk that starts every morning kept a file a day for ever.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { DestinationStream } from 'pino';
import { chinaDay } from './core/china-time.ts';

export interface LogLimits {
  /** No file grows beyond it, unless a single line does. */
  readonly fileBytes: number;
  /** With the one that is written. */
  readonly keptFiles: number;
}

export const LOG_LIMITS: LogLimits = { fileBytes: 5 * 1024 * 1024, keptFiles: 10 };
const TAIL_LINES = 500;
const NAME = /^agent\.(\d{4}-\d{2}-\d{2})\.(\d{1,9})\.log$/;

interface LogFile {
  readonly name: string;
  readonly day: string;
  /** Of the day, from 1. */
  readonly number: number;
}

export class RollingLog implements DestinationStream {
  readonly #folder: string;
  readonly #now: () => Date;
  readonly #limits: LogLimits;
  #file: LogFile;
  #fd: number;
  #sizeBytes: number;

  /** Goes on in the newest file. @throws what keeps the folder from being written */
  constructor(folder: string, now: () => Date, limits: LogLimits = LOG_LIMITS) {
    this.#folder = folder;
    this.#now = now;
    this.#limits = limits;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#file = logFiles(folder).at(-1) ?? logFile(chinaDay(now()), 1);
    [this.#fd, this.#sizeBytes] = this.#opened(this.#file);
    this.#prune();
  }

  /** At once, so that the last line before an end is there. A full disk costs lines, never the desk's work. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    try {
      this.#turnFor(bytes.length);
      this.#sizeBytes += writeSync(this.#fd, bytes);
    } catch {
      // No place to say it: this is the place.
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  #turnFor(moreBytes: number): void {
    const { day, number } = this.#file;
    const today = chinaDay(this.#now());
    // A clock that went back writes on in the newest file: it must not come before it and be removed as the oldest.
    if (today > day) this.#turnTo(logFile(today, 1));
    else if (this.#sizeBytes > 0 && this.#sizeBytes + moreBytes > this.#limits.fileBytes)
      this.#turnTo(logFile(day, number + 1));
  }

  #turnTo(file: LogFile): void {
    const [fd, sizeBytes] = this.#opened(file);
    closeSync(this.#fd);
    this.#file = file;
    this.#fd = fd;
    this.#sizeBytes = sizeBytes;
    this.#prune();
  }

  #opened({ name }: LogFile): [fd: number, sizeBytes: number] {
    const fd = openSync(join(this.#folder, name), 'a', 0o600);
    return [fd, fstatSync(fd).size];
  }

  #prune(): void {
    const files = logFiles(this.#folder);
    for (const { name } of files.slice(0, Math.max(0, files.length - this.#limits.keptFiles)))
      rmSync(join(this.#folder, name), { force: true });
  }
}

function logFile(day: string, number: number): LogFile {
  return { name: `agent.${day}.${number}.log`, day, number };
}

/** Oldest first. */
function logFiles(folder: string): LogFile[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const [, day, number] = NAME.exec(name) ?? [];
      return day === undefined ? [] : [{ name, day, number: Number(number) }];
    })
    .sort((a, b) => a.day.localeCompare(b.day) || a.number - b.number);
}

/** Last lines of the newest files, for the diagnostics bundle. */
export function lastLogLines(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const lines: string[] = [];
  for (const { name } of logFiles(folder).reverse()) {
    if (lines.length >= TAIL_LINES) break;
    lines.unshift(
      ...readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    );
  }
  return lines.slice(-TAIL_LINES);
}

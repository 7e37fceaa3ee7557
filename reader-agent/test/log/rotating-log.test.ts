/** The agent's log on disk: bounded by size and number of files over restarts and days, and nobody's data in it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger } from '@rhc/service-shell';
import { personalizedContent } from '../../../test/card-writing/personalized-card.ts';
import { personalTraces } from '../../../test/pages/personal-traces.ts';
import { LOG_LIMITS, lastLogLines, RollingLog } from '../../src/log-file.ts';
import { DeskWithCard } from '../writes/desk-with-card.ts';

const LIMITS = { fileBytes: 4_096, keptFiles: 4 };
const LINE_BYTES = 128;
let folder: string;
let log: RollingLog | null = null;
let now: Date;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rhc-log-'));
  now = new Date(Date.UTC(2026, 10, 24, 1));
});
afterEach(() => {
  log?.close();
  log = null;
  rmSync(folder, { recursive: true, force: true });
});

/** As the process starts again on the same folder. */
function open(limits = LIMITS): RollingLog {
  log?.close();
  log = new RollingLog(folder, () => now, limits);
  return log;
}

const names = () => readdirSync(folder).filter((name) => name.endsWith('.log'));
const text = () => names().map((name) => readFileSync(join(folder, name), 'utf8'));
const line = (number: number) => `${`line ${number} `.padEnd(LINE_BYTES - 1, '.')}\n`;
const numbersHeld = () =>
  text()
    .flatMap((content) => content.match(/(?<=^line )\d+/gm) ?? [])
    .map(Number)
    .sort((a, b) => a - b);

function write(destination: RollingLog, from: number, to: number): void {
  for (let number = from; number < to; number += 1) destination.write(line(number));
}

/** The newest lines, none missing among them, in files that keep their bounds. */
function requireNewest(lines: number): void {
  expect(names().length).toBeLessThanOrEqual(LIMITS.keptFiles);
  for (const name of names()) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(LIMITS.fileBytes);
  const held = numbersHeld();
  expect(held).toEqual(Array.from({ length: held.length }, (_, at) => lines - held.length + at));
  expect(held.length).toBeGreaterThanOrEqual(((LIMITS.keptFiles - 1) * LIMITS.fileBytes) / LINE_BYTES);
  expect(lastLogLines(folder)).toEqual(held.map((number) => line(number).trimEnd()));
}

describe('bounds', () => {
  test('as set: five megabytes a file, ten files', () => {
    expect(LOG_LIMITS).toEqual({ fileBytes: 5 * 1024 * 1024, keptFiles: 10 });
  });

  test('turned at its size, so many files kept, the newest lines whole and in order', () => {
    write(open(), 0, 600);
    expect(names()).toHaveLength(LIMITS.keptFiles);
    requireNewest(600);
  });

  test('started again and again: the same bounds, and nothing of the newest lost', () => {
    for (let start = 0; start < 12; start += 1) write(open(), start * 40, (start + 1) * 40);
    expect(names()).toHaveLength(LIMITS.keptFiles);
    requireNewest(480);
  });

  test('a new day, a new file, counted in China; the oldest days go, whatever else lies there stays', () => {
    writeFileSync(join(folder, 'notes.txt'), 'of somebody else');
    writeFileSync(join(folder, 'agent.2026-11-24.1.log.bak'), 'of somebody else');
    for (let day = 0; day < 9; day += 1) {
      now = new Date(Date.UTC(2026, 10, 20 + day, 15, 59));
      // Switched off every evening on some days, on over night on others.
      const destination = day % 3 === 0 || log === null ? open() : log;
      destination.write(line(day * 2));
      now = new Date(Date.UTC(2026, 10, 20 + day, 16));
      destination.write(line(day * 2 + 1));
    }
    expect(readdirSync(folder).sort()).toEqual([
      'agent.2026-11-24.1.log.bak',
      ...[26, 27, 28, 29].map((day) => `agent.2026-11-${day}.1.log`),
      'notes.txt',
    ]);
    expect(lastLogLines(folder)).toEqual([11, 12, 13, 14, 15, 16, 17].map((number) => line(number).trimEnd()));
  });

  test('a clock that goes back does not make the newest lines the oldest', () => {
    write(open(), 0, 600);
    now = new Date(Date.UTC(2026, 9, 1));
    write(open(), 600, 800);
    requireNewest(800);
  });

  test('a line that no file could hold is written whole; a folder that is gone does not stop the desk', () => {
    const destination = open();
    write(destination, 0, 3);
    destination.write('x'.repeat(3 * LIMITS.fileBytes));
    destination.write(line(3));
    expect(text().map(({ length }) => length)).toEqual([3 * LINE_BYTES, 3 * LIMITS.fileBytes, LINE_BYTES]);
    rmSync(folder, { recursive: true });
    expect(() => write(destination, 4, 100)).not.toThrow();
  });
});

test('read, written, refused and broken at the most talkative level: nothing of the resident or of the card in it', async () => {
  const destination = open({ fileBytes: 1_000_000, keptFiles: 4 });
  const desk = new DeskWithCard(await personalizedContent());
  desk.logger = createLogger('reader-agent', 'trace', destination);
  desk.restart();
  desk.insert();
  const read = (await desk.post<Parameters<typeof personalTraces>[0] & { cardFactor: string }>('/v1/card/read', {}))
    .body;
  const wish = { phone1: '13912345678', allergies: [{ substance: '磺胺', reaction: '呼吸困难' }] };
  expect((await desk.patch(wish)).body).toMatchObject({ complete: true });
  await desk.visit({ kind: 'outpatient', visitTime: '2026-11-24T08:30:00', department: '肿瘤科' });
  // Refused with what was asked in their private detail; not JSON; the card gone in the middle; a journal that cannot be kept.
  for (const body of [{ phone1: '13912345678'.repeat(3) }, { nosuch: '王小明' }, { name: '王小明' }]) {
    expect((await desk.patch(body)).status).toBeGreaterThanOrEqual(400);
  }
  await desk.raw('/v1/card/patch', 'application/json', Buffer.from('{"phone1":"13912345678", 王小明'));
  await desk.post(`/v1/card/read?idNumber=130101195803129021`, { reader: '王小明' });
  await desk.get('/v1/writes/130101195803129021');
  desk.pullAt({ at: 12, how: 'after' });
  expect((await desk.post<object>('/v1/card/summary', {})).body.error.code).toBe('CARD_REMOVED');
  desk.insert();
  desk.folder.write = () => {
    throw new Error('no space left on device');
  };
  expect((await desk.patch({ phone1: '13912345678' })).status).toBeGreaterThanOrEqual(400);
  desk.remove();
  const lines = text().join('\n').trim().split('\n');
  expect(lines.length).toBeGreaterThan(5);
  for (const entry of lines) expect(JSON.parse(entry)).toMatchObject({ service: 'reader-agent' });
  const asked = ['13912345678', '磺胺', '呼吸困难', '肿瘤科', '王小明', '130101195803129021'];
  const own = [...personalTraces(read), read.cardFactor, ...asked];
  expect(own.length).toBeGreaterThan(20);
  expect(read.cardFactor).toMatch(/^[0-9A-F]{16}$/);
  expect(own.filter((trace) => lines.join('\n').toLowerCase().includes(trace.toLowerCase()))).toEqual([]);
});

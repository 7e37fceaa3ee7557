/** The local audit on a real disk: kept over restarts, a torn end repaired and named, every change found and named. */
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { diskChain, LocalAudit, type LocalAuditOptions, sha256Hex } from '../../src/audit/index.ts';

let folder: string;
let path: string;
let seed = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rhc-audit-'));
  path = join(folder, 'audit.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (more: Partial<LocalAuditOptions> = {}) =>
  new LocalAudit({
    place: diskChain(path),
    now: () => new Date('2026-11-26T01:00:00Z'),
    random: (length) => {
      seed += 1;
      return new Uint8Array(length).fill(seed);
    },
    ...more,
  });
const written = (entries: number) => {
  const audit = open();
  for (let i = 1; i < entries; i += 1)
    audit.record('card-write', { write: sha256Hex(`${i}`).slice(0, 16), applied: i });
  return audit;
};
const lines = () => readFileSync(path, 'utf8').trimEnd().split('\n');
const write = (changed: readonly string[]) => writeFileSync(path, `${changed.join('\n')}\n`);

describe('kept', () => {
  test('over a restart: the same chain goes on; the file is the owner’s alone', () => {
    const head = written(4).head;
    const again = open();
    expect(again.head).toEqual(head);
    expect(again.state()).toMatchObject({ entries: 4, waiting: 4, damage: null, repaired: null, failing: false });
    again.record('agent-stopped');
    expect(open().head).toMatchObject({ chain: head.chain, sequence: 5 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('a note that is behind its file is what a power cut between the two leaves, and no damage', () => {
    written(3);
    const behind = readFileSync(`${path}.head`);
    open().record('agent-stopped');
    writeFileSync(`${path}.head`, behind);
    expect(open().state()).toMatchObject({ entries: 4, damage: null });
  });

  test.each([1, 7, 80])('a last line torn after %d bytes is cut off, and the next entry names it', (bytes) => {
    written(3);
    const line = JSON.stringify({ chain: 'x', sequence: 4, details: { reader: '读卡器 A'.repeat(20) } });
    appendFileSync(path, Buffer.from(line).subarray(0, bytes));
    const audit = open();
    expect(audit.state()).toMatchObject({ entries: 4, damage: null, repaired: { bytes } });
    expect(JSON.parse(lines().at(-1) ?? '')).toMatchObject({
      sequence: 4,
      action: 'tail-repaired',
      details: { bytes },
    });
    expect(open().state()).toMatchObject({ entries: 4, damage: null, repaired: null });
  });

  test('torn in its very first line, it begins', () => {
    writeFileSync(path, '{"chain":"0101');
    expect(open().state()).toMatchObject({ entries: 1, damage: null });
    expect(lines()).toHaveLength(1);
  });

  test('lines that were uploaded are let go of, those that wait never', () => {
    const audit = open({ keepUploaded: 3 });
    for (let i = 0; i < 9; i += 1) audit.record('card-write');
    audit.uploadedTo(8);
    expect(audit.oldestKept).toBe(6);
    expect(lines()).toHaveLength(5);
    const again = open({ keepUploaded: 3 });
    expect(again.state()).toMatchObject({ entries: 10, waiting: 2, damage: null });
    expect(again.linesFrom(9, 10)).toHaveLength(2);
    expect(again.linesFrom(2, 10)).toEqual([]);
  });

  test('what waits is bounded: then an operation that must be recorded does not happen', () => {
    const audit = open({ maxWaiting: 2 });
    audit.record('page-paired');
    expect(() => audit.record('page-paired')).toThrow(expect.objectContaining({ code: 'AUDIT_UNAVAILABLE' }));
    expect(audit.state()).toMatchObject({ entries: 2, failing: true });
    audit.uploadedTo(2);
    audit.record('page-paired');
    expect(audit.state()).toMatchObject({ entries: 3, failing: false });
  });

  test('a disk that refuses leaves no half line behind', () => {
    const place = diskChain(path);
    let full = false;
    const audit = open({
      place: {
        ...place,
        append(line) {
          if (full) throw new Error('ENOSPC');
          place.append(line);
        },
      },
    });
    full = true;
    audit.note('card-write');
    expect(audit.state()).toMatchObject({ entries: 1, failing: true });
    full = false;
    audit.record('card-write');
    expect(open().state()).toMatchObject({ entries: 2, damage: null });
  });

  test('details are flat and bounded: nothing else gets in', () => {
    const audit = open();
    expect(() => audit.record('card-write', { nested: { name: '张三' } } as never)).toThrow();
    expect(() => audit.record('card-write', { text: 'x'.repeat(301) })).toThrow();
    expect(audit.state().entries).toBe(1);
  });
});

describe('changed', () => {
  const CHANGES: readonly [string, () => void, string, number][] = [
    [
      'an altered detail',
      () => write(lines().map((line, i) => (i === 2 ? line.replace('"applied":2', '"applied":9') : line))),
      'altered',
      4,
    ],
    [
      'an altered last line',
      () =>
        write(
          lines().map((line, i, all) => (i === all.length - 1 ? line.replace('"applied":5', '"applied":9') : line)),
        ),
      'altered',
      6,
    ],
    ['a line taken out', () => write(lines().filter((_, i) => i !== 2)), 'out-of-order', 3],
    [
      'two lines exchanged',
      () => write(lines().map((_, i, all) => all[i === 2 ? 3 : i === 3 ? 2 : i] ?? '')),
      'out-of-order',
      3,
    ],
    [
      'a line repeated',
      () => write(lines().flatMap((line, i) => (i === 2 ? [line, line] : [line]))),
      'out-of-order',
      4,
    ],
    ['the last line taken off', () => write(lines().slice(0, -1)), 'lines-missing', 6],
    [
      'the end cut within a line, more than a torn write takes',
      () => truncateSync(path, statSync(path).size - 400),
      'lines-missing',
      5,
    ],
    ['the first line taken off', () => write(lines().slice(1)), 'lines-missing', 2],
    ['everything emptied', () => writeFileSync(path, ''), 'lines-missing', 1],
    ['the file removed', () => rmSync(path), 'file-missing', 0],
    ['its note removed', () => rmSync(`${path}.head`), 'head-missing', 6],
    ['its note altered', () => writeFileSync(`${path}.head`, '{}'), 'head-altered', 0],
    [
      'a strange text in between',
      () => write([...lines().slice(0, 2), '{"name":"张三"}', ...lines().slice(2)]),
      'unreadable',
      3,
    ],
  ];
  test.each(CHANGES)(
    '%s is found and named, the file laid aside, and a new chain begins with it',
    (_, change, kind, at) => {
      const before = written(6).head;
      change();
      const audit = open();
      expect(audit.state()).toMatchObject({ entries: 1, damage: { kind, at } });
      expect(audit.head.chain).not.toBe(before.chain);
      expect(JSON.parse(lines()[0] ?? '')).toMatchObject({
        action: 'chain-begun',
        details: { reason: 'damage', damage: kind, at },
      });
      const aside = readdirSync(folder).filter((name) => name.includes('damaged-'));
      expect(aside).toHaveLength(kind === 'file-missing' ? 0 : 1);
      // It is told until somebody says that he has seen it; the entry stays.
      expect(open().state()).toMatchObject({ damage: { kind, at } });
      const seen = open();
      seen.acknowledgeDamage();
      expect(seen.state().damage).toBeNull();
      expect(open().state()).toMatchObject({ entries: 2, damage: null });
    },
  );

  test('any bit of any line, one at a time', () => {
    written(3);
    const text = readFileSync(path);
    const note = readFileSync(`${path}.head`);
    let found = 0;
    let tried = 0;
    for (let at = 0; at < text.length; at += 7) {
      const bytes = Buffer.from(text);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(path, bytes);
      writeFileSync(`${path}.head`, note);
      tried += 1;
      const { damage, repaired } = open().state();
      if (damage !== null || repaired !== null) found += 1;
      for (const name of readdirSync(folder).filter((each) => each.includes('damaged-'))) rmSync(join(folder, name));
    }
    expect(tried).toBeGreaterThan(50);
    expect(found).toBe(tried);
  });
});

/** The image survives the process; a torn or foreign file is refused with its own code; no key stands in it. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TestTerminal } from '../../test/support/test-terminal.ts';
import { VirtualCard } from '../cos/virtual-card.ts';
import { ImageFileMemory } from './image-file-memory.ts';

const KEY = '00112233445566778899AABBCCDDEEFF';
const HISTORICAL = Buffer.from('5201000000000001010000', 'hex');
const random = (length: number) => new Uint8Array(randomBytes(length));
let folder: string;
let path: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'virtual-card-'));
  path = join(folder, 'a.json');
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const open = () => new ImageFileMemory({ path, fileSystem: fs, random });
function insert(): TestTerminal {
  const card = new VirtualCard({ memory: open(), random, historicalBytes: HISTORICAL, transportKey: KEY });
  card.powerOn();
  return new TestTerminal(card, HISTORICAL.subarray(0, 8));
}

test('what was written is there in the next process, keys and tries included', () => {
  const first = insert();
  expect(first.openChannel(Buffer.from(KEY, 'hex'), 0)).toBe('9000');
  expect(first.send('80E00000078201388302DDF1')).toBe('9000');
  expect(first.openChannel(Buffer.alloc(16), 0)).toBe('63CE');
  const second = insert();
  expect(second.send('80CA010100')).toBe('01000100000000029000');
  expect(second.openChannel(Buffer.alloc(16), 0)).toBe('63CD');
  expect(second.openChannel(Buffer.from(KEY, 'hex'), 0)).toBe('9000');
  expect(fs.readdirSync(folder).sort()).toEqual(['a.json', 'chip-fuse.key']);
  expect(fs.statSync(path).mode & 0o777).toBe(0o600);
  expect(fs.readFileSync(path, 'utf8').toUpperCase()).not.toContain(KEY);
});

test.each([
  ['cut in half', (text: string) => text.slice(0, text.length / 2), 'VIRTUAL_CARD_IMAGE_TORN'],
  ['empty', () => '', 'VIRTUAL_CARD_IMAGE_TORN'],
  ['one value changed', (text: string) => text.replace('"blank"', '"operational"'), 'VIRTUAL_CARD_IMAGE_TORN'],
  [
    'of a later version',
    (text: string) => text.replace('"version": 1,', '"version": 9,'),
    'VIRTUAL_CARD_IMAGE_VERSION',
  ],
])('an image that is %s is refused', (_, damage, code) => {
  insert();
  fs.writeFileSync(path, damage(fs.readFileSync(path, 'utf8')));
  expect(open).toThrow(expect.objectContaining({ code }));
});

test('two first blanks made at the same moment in one folder share one fuse, and both open again', () => {
  const make = (name: string, fileSystem: typeof fs) => {
    const memory = new ImageFileMemory({ path: join(folder, name), fileSystem, random });
    new VirtualCard({ memory, random, historicalBytes: HISTORICAL, transportKey: KEY });
  };
  // The other process has looked for the fuse before the first one placed its own.
  const blind = { ...fs, existsSync: (file: fs.PathLike) => !String(file).endsWith('.key') && fs.existsSync(file) };
  make('a.json', fs);
  make('b.json', blind as typeof fs);
  expect(fs.readdirSync(folder).sort()).toEqual(['a.json', 'b.json', 'chip-fuse.key']);
  for (const name of ['a.json', 'b.json']) {
    expect(new ImageFileMemory({ path: join(folder, name), fileSystem: fs, random }).read()?.state).toBe('blank');
  }
});

test('without its fuse, or with another, the keys stay closed', () => {
  insert();
  fs.rmSync(join(folder, 'chip-fuse.key'));
  expect(open).toThrow(expect.objectContaining({ code: 'VIRTUAL_CARD_FUSE_MISSING' }));
  fs.writeFileSync(join(folder, 'chip-fuse.key'), random(32));
  expect(open).toThrow(expect.objectContaining({ code: 'VIRTUAL_CARD_FUSE_WRONG' }));
});

/** The SAM's image file: it comes back whole, tries and counters survive, no secret stands in it in clear. */
import fs, { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { CARD_KEY_SLOTS } from '@rhc/card/profile';
import { pilotRoot } from '@rhc/card/secure-messaging';
import { issuedSam, vectorRandom } from '../../test/support/operational-sam.ts';
import { samRandom } from '../../test/support/pilot-sam.ts';
import { bytesOf, hexOf } from '../../test/support/test-terminal.ts';
import { openCard } from '../cli/card-box.ts';
import { parseOptions } from '../cli/options.ts';
import { SamImageFileMemory, VirtualSam } from './index.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sam-image-'));
  path = join(folder, 'sam.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const place = () => ({ path, fileSystem: fs, random: samRandom('fuse') });
function inserted(): VirtualSam {
  const sam = new VirtualSam({ memory: new SamImageFileMemory(place()), random: vectorRandom() });
  sam.powerOn();
  return sam;
}
const send = (sam: VirtualSam, ...commands: readonly string[]) =>
  commands.map((command) => hexOf(sam.transmit(bytesOf(command))));

test('what was written is there after the process is gone: tries, counters, keys, signing key', () => {
  new SamImageFileMemory(place()).manufacture(issuedSam());
  const stk = '80DE2803100102030405060708A1A2A3A4A5A6A7A8';
  expect(send(inserted(), '0020000003999999', '0020000003999999')).toEqual(['63C9', '63C8']);
  const answers = send(inserted(), '00200000', '0020000003123456', '00A4000002DF01', stk, '80CA010700');
  expect(answers.slice(0, 4)).toEqual(['63C8', '9000', '9000', '9000']);
  expect(send(inserted(), '00200000', '80CA010600', '80CA010700')).toEqual([
    '63CA',
    expect.stringContaining('030100000001'),
    answers[4],
  ]);
});

test('no root, PIN or signing key stands in the file; a changed file is refused', () => {
  new SamImageFileMemory(place()).manufacture(issuedSam());
  const text = readFileSync(path, 'utf8');
  for (const slot of CARD_KEY_SLOTS) expect(text).not.toContain(hexOf(pilotRoot(nodeCrypto, slot, 1)));
  issuedSam().signingKey?.value.use((key) => expect(text).not.toContain(hexOf(key)));
  expect(text).not.toContain('"123456"');
  writeFileSync(path, text.replace('"triesLeft": 10', '"triesLeft": 11'));
  expect(inserted).toThrow(expect.objectContaining({ code: 'VIRTUAL_CARD_IMAGE_TORN' }));
});

test('the command line makes a blank SAM, and knows it again without being told', () => {
  const options = (...args: readonly string[]) => {
    const parsed = parseOptions(['--image', path, ...args]);
    if (parsed === null) throw new Error('help');
    return parsed;
  };
  expect(() => openCard(path, options('--kind', 'sam'))).toThrow(
    expect.objectContaining({ code: 'VIRTUAL_CARD_BLANK_WITHOUT_KEY' }),
  );
  expect(fs.existsSync(path)).toBe(false);
  const made = openCard(path, options('--kind', 'sam', '--transport-master', 'pilot', '--serial', '000000000007'));
  expect(hexOf(made.card.powerOn())).toBe('3B6D00005202000000000007010053414D');
  expect(hexOf(openCard(path, options()).card.atr)).toBe('3B6D00005202000000000007010053414D');
  expect(() => options('--kind', 'purse')).toThrow(expect.objectContaining({ code: 'VIRTUAL_CARD_OPTION' }));
});

/** The operational card: every access rule of CARD-FACTS 2.1, tries, challenges, protected updates, lengths. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ElementaryFile } from '@rhc/card/profile';
import { CARD_KEY_SLOTS, nationalProfile } from '@rhc/card/profile';
import { sampleContents, selectDirectory } from '../../test/support/test-personalization.ts';
import { bytesOf, hexOf, TestTerminal } from '../../test/support/test-terminal.ts';
import { ProcessMemory } from '../memory/non-volatile-memory.ts';
import { formattedChip } from './formatted-chip.ts';
import { VirtualCard } from './virtual-card.ts';

const HISTORICAL = bytesOf('0102030405060708010000');
const CHALLENGE = 'A1A2A3A4A5A6A7A8';
let terminal: TestTerminal;
let memory: ProcessMemory;

/** Always the same challenge, so that the literal APDUs of the public vectors fit. */
function insert(): TestTerminal {
  const card = new VirtualCard({ memory, random: () => bytesOf(CHALLENGE) });
  card.powerOn();
  return new TestTerminal(card, HISTORICAL.subarray(0, 8));
}

beforeEach(() => {
  const keys = new TestTerminal({ transmit: () => new Uint8Array() }, HISTORICAL.subarray(0, 8));
  memory = new ProcessMemory(
    formattedChip({
      profile: nationalProfile,
      historicalBytes: HISTORICAL,
      suite: 'intl-128',
      state: 'operational',
      keys: CARD_KEY_SLOTS.flatMap((slot) =>
        [1, 2].map((version) => ({ slot, version, value: keys.cardKey(slot, version) })),
      ),
      contents: Object.fromEntries(nationalProfile.files.map((file) => [file.id, sampleContents(file)])),
    }),
  );
  terminal = insert();
});

function selectFile(file: ElementaryFile): void {
  selectDirectory(terminal, file.directory);
  expect(reselect(file)).toBe('9000');
}
function reselect(file: ElementaryFile): string {
  return terminal.send(`00A4000002${file.fid.toString(16).padStart(4, '0')}`);
}
const readCommand = (file: ElementaryFile) => (file.structure === 'transparent' ? '00B0000010' : '00B2010400');
function plainUpdate(file: ElementaryFile): string {
  const [first] = sampleContents(file);
  if (first === undefined) throw new Error('no content');
  if (file.structure === 'transparent') return `00D600000101`;
  const length = first.length.toString(16).padStart(2, '0');
  return `00DC${file.structure === 'cyclic' ? '0003' : '0104'}${length}${hexOf(first)}`;
}
/** The update of an operational terminal, by the transport that the file asks for. */
function update(file: ElementaryFile): string {
  if (file.updateMacSlot === null) return terminal.send(plainUpdate(file));
  if (file.updateTransport === 'mac') return terminal.send(terminal.protect(file.updateMacSlot, '84D20104', null));
  const header = file.structure === 'cyclic' ? '04DC0003' : '04DC0104';
  return terminal.send(terminal.protect(file.updateMacSlot, header, sampleContents(file)[0] ?? null));
}

describe.each(nationalProfile.files.map((file) => [file.id, file] as const))('access to %s', (_, file) => {
  const authKeys = nationalProfile.keySlots.filter(
    (slot) => slot.directory === file.directory && ['UK', 'RK', 'LK'].includes(slot.class),
  );
  const granting = (rule: ElementaryFile['read']) => (rule.kind === 'key' ? rule.slot : null);

  test('without authentication only what is free', () => {
    selectFile(file);
    expect(terminal.send(readCommand(file)).slice(-4)).toBe(file.read.kind === 'free' ? '9000' : '6982');
    expect(terminal.send(plainUpdate(file))).toBe('6982');
    expect(update(file)).toBe('6982');
  });

  test.each(authKeys.map((slot) => slot.name))('after %s exactly what that key opens', (slot) => {
    selectDirectory(terminal, file.directory);
    expect(terminal.authenticate(slot)).toBe('9000');
    reselect(file);
    const mayRead = file.read.kind === 'free' || granting(file.read) === slot;
    expect(terminal.send(readCommand(file)).slice(-4)).toBe(mayRead ? '9000' : '6982');
    const mayUpdate = granting(file.update) === slot;
    if (file.updateTransport !== 'plain') expect(terminal.send(plainUpdate(file))).toBe(mayUpdate ? '6987' : '6982');
    expect(update(file)).toBe(mayUpdate ? '9000' : '6982');
    if (file.structure === 'fixed-records') {
      const erase = terminal.send(terminal.protect('STK.DF03', '840C0104', null));
      expect(erase).toBe(file.erase !== undefined && granting(file.erase) === slot ? '9000' : '6982');
    }
    // Selecting the directory again takes the right away.
    selectDirectory(terminal, file.directory);
    reselect(file);
    expect(update(file)).toBe('6982');
  });
});

describe('tries and challenges', () => {
  test('63CE down to 63C0, then 6983 for the right key too, also after a power cycle; other versions are untouched', () => {
    selectDirectory(terminal, 'DDF1');
    for (let left = 14; left >= 0; left--) {
      expect(terminal.authenticate('RK1.DDF1', 1, Buffer.alloc(16))).toBe(`63C${left.toString(16).toUpperCase()}`);
    }
    expect(terminal.authenticate('RK1.DDF1')).toBe('6983');
    terminal = insert();
    selectDirectory(terminal, 'DDF1');
    expect(terminal.authenticate('RK1.DDF1')).toBe('6983');
    expect(terminal.authenticate('RK1.DDF1', 2)).toBe('9000');
    expect(terminal.authenticate('RK1.DDF1', 3)).toBe('6A88');
  });
  test('the undispersed master fails, a success sets the tries back', () => {
    selectDirectory(terminal, 'DDF1');
    expect(terminal.authenticate('RK1.DDF1', 1, terminal.root('RK1.DDF1', 1))).toBe('63CE');
    expect(terminal.authenticate('RK1.DDF1')).toBe('9000');
    expect(terminal.authenticate('RK1.DDF1', 1, Buffer.alloc(16))).toBe('63CE');
  });
  test('a challenge serves one authentication and one protected command', () => {
    selectDirectory(terminal, 'DF01');
    const key = terminal.cardKey('UK1.DF01', 1);
    const challenge = terminal.challenge();
    expect(terminal.authenticateKid(0x85, 1, key, challenge)).toBe('9000');
    expect(terminal.authenticateKid(0x85, 1, key, challenge)).toBe('6984');
    terminal.send('00A4000002EF06');
    const command = terminal.protect(
      'STK.DF01',
      '04DC0304',
      Buffer.concat([Buffer.from([0x1b, 20]), Buffer.alloc(20)]),
    );
    expect(terminal.send(command)).toBe('9000');
    expect(terminal.send(command)).toBe('6984');
    terminal.challenge();
    expect(terminal.send(`${command.slice(0, -2)}00`)).toBe('6988');
    terminal.challenge();
    expect(terminal.send('04DC03040101')).toBe('6987');
    const wrongTag = terminal.protect(
      'STK.DF01',
      '04DC0304',
      Buffer.concat([Buffer.from([0x1c, 20]), Buffer.alloc(20)]),
    );
    expect(terminal.send(wrongTag)).toBe('6A80');
  });
  test('STK and IRK authenticate no terminal; only IRK answers internal authentication', () => {
    selectDirectory(terminal, 'DDF1');
    expect(terminal.authenticate('STK.DDF1')).toBe('6985');
    expect(terminal.authenticate('IRK.DDF1')).toBe('6985');
    expect(terminal.send(`0088000411${'00'.repeat(16)}0108`)).toBe('6985');
    expect(terminal.send(`0088000011${'00'.repeat(16)}01`)).toBe('6108');
    expect(terminal.send('00C0000008')).toMatch(/^[0-9A-F]{16}9000$/);
  });
});

describe('selection, lengths and unknown commands', () => {
  test('by name with 61xx and GET RESPONSE, by identifier with and without Le', () => {
    const name = hexOf(Buffer.from('WS.SYS.DDF01'));
    expect(terminal.send(`00A404000C${name}`)).toBe('6114');
    expect(terminal.send('00C0000000')).toBe(`6F12840C${name}8302DDF19000`);
    expect(terminal.send('00C0000000')).toBe('6985');
    expect(terminal.send('00A4000002DDF100')).toBe(`6F12840C${name}8302DDF19000`);
    expect(terminal.send('00A4040006915600013202')).toMatch(/^61/);
    expect(terminal.send('00A4000002DF01')).toBe('9000');
    expect(terminal.send('00A4000002EE01')).toBe('6A82');
    expect(terminal.send('00A40000023F00')).toBe('9000');
    expect(terminal.send('00A4000002DF01')).toBe('6A82');
  });
  test('records by number and tag, wrong Le, missing records', () => {
    selectDirectory(terminal, 'DDF1');
    expect(terminal.send('00B2390000')).toBe('6986');
    terminal.send('00A4000002EF05');
    expect(terminal.send('00B2390000')).toBe('39033939399000');
    expect(terminal.send('00B20A0400')).toBe('39033939399000');
    expect(terminal.send('00B2390004')).toBe('6C05');
    expect(terminal.send('00B2400000')).toBe('6A83');
    expect(terminal.send('00B20B0400')).toBe('6A83');
    expect(terminal.send('00B2010500')).toBe('6A86');
    expect(terminal.send('00B0000010')).toBe('6981');
  });
  test('binary: part, end, past the end', () => {
    selectDirectory(terminal, 'DDF1');
    terminal.authenticate('RK1.DDF1');
    terminal.send('00A4000002EF07');
    expect(terminal.send('00B00C0000')).toBe(
      '07089000'.replace('0708', hexOf(Buffer.from([(0xef07 + 3072) & 0xff, (0xef07 + 3073) & 0xff]))),
    );
    expect(terminal.send('00B00C0080')).toBe('6C02');
    expect(terminal.send('00B00C0200')).toBe('6B00');
    expect(terminal.send('00B0000000')).toHaveLength(516);
  });
  test.each([
    ['00A4', '6700'],
    ['0084000004', '6C08'],
    ['0084010008', '6A86'],
    ['00440000', '6E00'],
    ['00F00000', '6D00'],
    ['A0A40000023F00', '6E00'],
    ['04B2010400', '6882'],
    ['80CA010500', '0000009000'],
    ['80CA010600', '6A88'],
    ['80CA010107', '6C08'],
    ['80CA010200', '01020304050607089000'],
    ['80CA010400', `${hexOf(Buffer.from('rhc-blank-1'))}9000`],
  ])('%s gives %s', (command, answer) => {
    expect(terminal.send(command)).toBe(answer);
  });
});

const vectorFile = join(
  process.env.RHC_PUBLIC_VECTORS ?? join(__dirname, '../../../../shared/vectors'),
  'pilot-intl-128.json',
);
/** A missing folder is a named skip (shared/vectors/README.md, scripts/allowed-skips.json). */
if (existsSync(vectorFile)) describe('literal APDUs of pilot-intl-128.json', () => literalApdus(vectorFile));
else test.skip('literal APDUs of pilot-intl-128.json', () => undefined);

function literalApdus(path: string): void {
  interface Vectors {
    readonly externalAuthentication: readonly {
      readonly slot: (typeof CARD_KEY_SLOTS)[number];
      readonly apdu: string;
    }[];
    readonly internalAuthentication: { readonly apdu: string; readonly answer: string };
    readonly protectedUpdates: readonly {
      readonly stk: string;
      readonly tlv: string;
      readonly record: number;
      readonly apdu: string;
    }[];
    readonly indexFlag: readonly { readonly apdu: string }[];
  }
  const vectors = JSON.parse(readFileSync(path, 'utf8')) as Vectors;
  test.each(vectors.externalAuthentication.map((vector) => [vector.slot, vector.apdu] as const))('%s', (slot, apdu) => {
    selectDirectory(terminal, nationalProfile.keySlot(slot).directory);
    terminal.challenge();
    expect(terminal.send(apdu)).toBe('9000');
  });
  test('internal authentication', () => {
    selectDirectory(terminal, 'DDF1');
    expect(terminal.send(`${vectors.internalAuthentication.apdu}08`)).toBe(
      `${vectors.internalAuthentication.answer}9000`,
    );
  });
  test.each(vectors.protectedUpdates.map((vector) => [vector.stk, vector] as const))(
    'protected update %s',
    (_, vector) => {
      const tag = Number.parseInt(vector.tlv.slice(0, 2), 16);
      const file = nationalProfile.files.find(
        (f) => f.structure === 'tlv-records' && f.elements.some((e) => e.item === tag),
      );
      if (file === undefined || file.update.kind !== 'key' || file.read.kind !== 'key') throw new Error('no such file');
      selectDirectory(terminal, file.directory);
      terminal.authenticate(file.update.slot);
      terminal.authenticate(file.read.slot);
      reselect(file);
      terminal.challenge();
      expect(terminal.send(vector.apdu)).toBe('9000');
      expect(terminal.send(`00B20${vector.record}0400`)).toBe(`${vector.tlv}9000`);
    },
  );
  test('index flag set and erased', () => {
    selectDirectory(terminal, 'DF03');
    for (const slot of ['UK1.DF03', 'UK2.DF03', 'RK1.DF03'] as const) expect(terminal.authenticate(slot)).toBe('9000');
    terminal.send('00A4000002EF05');
    for (const [i, { apdu }] of vectors.indexFlag.entries()) {
      terminal.challenge();
      expect(terminal.send(apdu)).toBe('9000');
      expect(terminal.send('00B2010400')).toBe(i === 0 ? '009000' : 'FF9000');
    }
  });
}

/**
 * Each suite end to end in process: personalized, proven genuine, read, written, re-keyed. The terminal is `@rhc/card`
 * over its Crypto port, the chip is `@rhc/virtual-card` with cryptography of its own (ADR 007).
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { applyPatch } from '@rhc/card/patch';
import { type AlgorithmSuite, nationalProfile } from '@rhc/card/profile';
import { protectedData, sessionKey } from '@rhc/card/secure-messaging';
import type { ChipContent } from '../../virtual-card/src/index.ts';
import { bytesOf, hexOf, TestTerminal } from '../../virtual-card/test/support/test-terminal.ts';
import {
  CutCard,
  chipFile,
  openSession,
  personalizedContent,
  pilotTerminalKeys,
  SAMPLE_DATA,
} from '../card-writing/personalized-card.ts';

const SUITES = ['intl-128', 'sm-128', 'pboc-3des'] as const;
/** By Python from CVK.v1 and 130102199003070054|2036-11-22|A00000001K (ADR 002, ADR 007). */
const SECURITY_CODES = { 'intl-128': '871', 'sm-128': '824', 'pboc-3des': '389' } as const;
const PATCH = {
  phone1: '13900000009',
  asthma: true,
  allergies: [{ substance: '花粉', reaction: '哮喘' }],
};

const contents = new Map<AlgorithmSuite, ChipContent>();
beforeAll(async () => {
  for (const suite of SUITES) contents.set(suite, await personalizedContent(suite));
});
const contentOf = (suite: AlgorithmSuite): ChipContent => {
  const content = contents.get(suite);
  if (content === undefined) throw new Error(`no card of ${suite}`);
  return content;
};
const ascii = (text: string) => Array.from(text, (character) => character.charCodeAt(0));

describe.each(SUITES)('a card of %s', (suite) => {
  test('every key is of the suite, and the security code is the one that the suite gives', async () => {
    const { keys } = contentOf(suite);
    expect(keys.map((key) => key.suite)).toEqual(nationalProfile.keySlots.map(() => suite));
    const session = await openSession(new CutCard(contentOf(suite)), pilotTerminalKeys(suite));
    const [code] = await session.readElements(['securityCode']);
    expect(code?.value).toBe(SECURITY_CODES[suite]);
  });

  test('genuine, read, written and read back; the terminal of another suite gets nowhere', async () => {
    const card = new CutCard(contentOf(suite));
    const session = await openSession(card, pilotTerminalKeys(suite));
    expect(await session.internalAuthenticate()).toBe(true);
    const { elements } = await session.readIdentity();
    expect(elements.find(({ id }) => id === 'name')?.value).toBe(SAMPLE_DATA.elements.name);
    expect(await applyPatch(session, PATCH)).toMatchObject({ complete: true });
    const summary = await session.readSummary({ photo: true, psychiatric: true });
    expect(summary.allergies).toEqual([...PATCH.allergies, ...SAMPLE_DATA.allergies]);
    const changed = await session.readElements(['phone1', 'asthma']);
    expect(changed.map(({ value }) => value)).toEqual(['13900000009', true]);

    for (const other of SUITES.filter((name) => name !== suite)) {
      const stranger = await openSession(new CutCard(contentOf(suite)), pilotTerminalKeys(other));
      expect(await stranger.internalAuthenticate()).toBe(false);
      await expect(stranger.readFile('DF01/EF05')).rejects.toMatchObject({ code: 'CARD_AUTHENTICATION_FAILED' });
    }
  });

  test('index flags by MAC alone: set by UK1, erased by UK2', async () => {
    const card = new CutCard(contentOf(suite));
    const session = await openSession(card, pilotTerminalKeys(suite));
    const terminal = new TestTerminal({ transmit: () => new Uint8Array() }, session.cardFactor, suite);
    for (const [slot, header] of [
      ['UK1.DF03', '84D20204'],
      ['UK2.DF03', '840C0204'],
    ] as const) {
      await session.authenticate('RK1.DF03');
      await session.authenticate(slot);
      await session.readIndex('DF03/EF05');
      const challenge = (await card.transmit(bytesOf('0084000008'))).slice(0, 8);
      const key = sessionKey(nodeCrypto, suite, terminal.cardKey('STK.DF03', 1), challenge);
      const data = protectedData(nodeCrypto, suite, key, bytesOf(header), null);
      expect(hexOf(await card.transmit(bytesOf(`${header}04${hexOf(data)}`)))).toBe('9000');
      const flags = await session.readIndex('DF03/EF05');
      expect(flags).toEqual([false, slot === 'UK1.DF03', false]);
    }
  });
});

test('the same dialogue costs the same APDUs in every suite, and leaves the same bytes but for the security code', async () => {
  const seen = [];
  for (const suite of SUITES) {
    const card = new CutCard(contentOf(suite));
    const session = await openSession(card, pilotTerminalKeys(suite));
    await session.readSummary({ photo: true, psychiatric: true });
    await applyPatch(session, PATCH);
    const files = nationalProfile.files.flatMap((file) => chipFile(card.content, file.id));
    const code = hexOf(Uint8Array.from(ascii(SECURITY_CODES[suite])));
    seen.push({ apdus: session.apdus, files: files.map((record) => record.replace(new RegExp(`${code}$`), 'CVN')) });
  }
  expect(seen[0]?.apdus).toBeGreaterThan(60);
  expect(seen[1]).toEqual(seen[0]);
  expect(seen[2]).toEqual(seen[0]);
});

test('a change of suite is a key rotation: version 1 in AES, version 2 in SM4 on one card, both serve', async () => {
  const next = await personalizedContent('sm-128', [2]);
  const both = { ...contentOf('intl-128'), keys: [...contentOf('intl-128').keys, ...next.keys] };
  for (const [suite, version] of [
    ['intl-128', 1],
    ['sm-128', 2],
  ] as const) {
    const session = await openSession(new CutCard(both), pilotTerminalKeys(suite, version));
    expect(await session.internalAuthenticate()).toBe(true);
    expect(await applyPatch(session, PATCH)).toMatchObject({ complete: true });
  }
});

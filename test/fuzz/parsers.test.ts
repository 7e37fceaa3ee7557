/**
 * Bytes that nobody promised, into everything that reads bytes: each parser gives a value or one of its own refusals, and
 * what it takes it gives back unchanged. Faults of the language (TypeError, a stack overflow) are what is looked for.
 */
import { describe, expect, test } from '@jest/globals';
import { buildAtr, cardFactorFromAtr, encodeCommand, parseAtr, parseCommand, parseResponse } from '@rhc/card/apdu';
import { bytesToHex, SecretBytes } from '@rhc/card/bytes';
import {
  buildIssuerCertificate,
  buildSamCertificate,
  parseIssuerCertificate,
  parseSamCertificate,
} from '@rhc/card/certificates';
import { decodeElement } from '@rhc/card/codec';
import * as commands from '@rhc/card/commands';
import { isRhcError } from '@rhc/card/errors';
import { contextAfterReset, explainAnswer, explainCommand, followCommand } from '@rhc/card/explain';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import fc from 'fast-check';
import { parseFileDescriptor } from '../../virtual-card/src/cos/file-descriptor.ts';
import { fileDescriptor } from '../../virtual-card/src/cos/formatted-chip.ts';
import { StatusError } from '../../virtual-card/src/cos/status-error.ts';
import { VirtualCardError } from '../../virtual-card/src/index.ts';
import { ChipFuse } from '../../virtual-card/src/memory/chip-fuse.ts';
import { chipIdentifierOf, decodeImage, encodeImage } from '../../virtual-card/src/memory/image-format.ts';
import { bytesNamed, canaryCard } from './canary-card.ts';
import { FUZZ_FACTOR, FUZZ_SEED, FUZZ_TIMEOUT_MS } from './fuzz-size.ts';

const runs = { seed: FUZZ_SEED, numRuns: 2000 * FUZZ_FACTOR };

/** The value, or null when it was refused as such things are refused here. */
function refusedOr<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    const expected =
      isRhcError(error) ||
      error instanceof StatusError ||
      error instanceof VirtualCardError ||
      (error instanceof RangeError && !/call stack|Invalid array length/.test(error.message));
    if (!expected) throw error;
    return null;
  }
}

/** Arbitrary bytes, and a whole one changed in up to three places. */
function near(whole: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat(Math.max(0, whole.length - 1)), fc.nat(0xff));
  const changed = fc.array(change, { minLength: 1, maxLength: 3 }).map((list) => {
    const copy = Uint8Array.from(whole);
    for (const [at, value] of list) copy[at] = value;
    return copy;
  });
  const cut = fc.nat(whole.length).map((length) => whole.slice(0, length));
  return fc.oneof(changed, cut, fc.uint8Array({ maxLength: 300 }));
}

/** A certificate of zeros but for its form: what the parsers take, they give back. */
const issuerBytes = Uint8Array.from(
  Buffer.from(
    `01011301FFFFFFFFFFFFFFFFFFBAD3B1B1CEC0BDA1${'00'.repeat(18)}00000001202611222046112101${'5A'.repeat(128)}`,
    'hex',
  ),
);
const samBytes = Uint8Array.from(
  Buffer.from(
    `01011301FFFFFFFFFFFFFFFFFF0011223344556677889913010000000100000001202611222046112101${'00'.repeat(20)}${'5A'.repeat(128)}`,
    'hex',
  ),
);

describe('certificates', () => {
  test('issuer: a value that builds the same bytes, or a refusal', () => {
    expect(parseIssuerCertificate(issuerBytes).issuerCode).toBe('1301');
    let taken = 0;
    fc.assert(
      fc.property(near(issuerBytes), (bytes) => {
        const parsed = refusedOr(() => parseIssuerCertificate(bytes));
        if (parsed === null) return;
        taken += 1;
        expect(parsed.tbs).toEqual(bytes.slice(0, 116));
        const built = refusedOr(() => buildIssuerCertificate(parsed, parsed.signature));
        // A name of bytes that are no GBK text is shown, but cannot be written again.
        if (built !== null && !parsed.issuerName.includes('\ufffd')) expect(built).toHaveLength(180);
      }),
      runs,
    );
    expect(taken).toBeGreaterThan(10);
  });
  test('SAM: the same', () => {
    let taken = 0;
    fc.assert(
      fc.property(near(samBytes), (bytes) => {
        const parsed = refusedOr(() => parseSamCertificate(bytes));
        if (parsed === null) return;
        taken += 1;
        expect(parsed.tbs).toEqual(bytes.slice(0, 126));
        expect(refusedOr(() => buildSamCertificate(parsed, parsed.signature))?.length ?? 190).toBe(190);
      }),
      runs,
    );
    expect(taken).toBeGreaterThan(10);
  });
});

test('answers to reset', () => {
  const whole = buildAtr(Uint8Array.from([0x52, 1, 0, 0, 0, 0, 3, 1, 1, 0, 0]));
  fc.assert(
    fc.property(near(whole), (bytes) => {
      refusedOr(() => parseAtr(bytes));
      const factor = refusedOr(() => cardFactorFromAtr(bytes, rhcBlank1));
      expect(factor === null || factor.length === 8).toBe(true);
    }),
    runs,
  );
});

test('commands and answers: what parses is encoded again to the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 264 }), (bytes) => {
      const command = refusedOr(() => parseCommand(bytes));
      if (command !== null) expect(encodeCommand(command)).toEqual(bytes);
      const response = refusedOr(() => parseResponse(bytes));
      expect(response === null).toBe(bytes.length < 2);
    }),
    runs,
  );
});

test('file descriptors of CREATE FILE', () => {
  for (const file of nationalProfile.files) {
    const whole = fileDescriptor(nationalProfile, file);
    expect(parseFileDescriptor(whole).kind).toBe('file');
    fc.assert(
      fc.property(near(whole), (bytes) => {
        const parsed = refusedOr(() => parseFileDescriptor(bytes));
        expect(parsed === null || parsed.fid <= 0xffff).toBe(true);
      }),
      { ...runs, numRuns: 200 * FUZZ_FACTOR },
    );
  }
});

test('every answer parser of every command', () => {
  const parsers = Object.values(commands).flatMap((each: unknown) => (hasParser(each) ? [each] : []));
  expect(parsers.length).toBeGreaterThan(15);
  for (const { parse } of parsers) {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 256 }), fc.boolean(), (bytes, good) => {
        refusedOr(() => parse(good ? Uint8Array.of(...bytes, 0x90, 0x00) : bytes));
      }),
      { ...runs, numRuns: 300 * FUZZ_FACTOR },
    );
  }
});

function hasParser(each: unknown): each is { parse(response: Uint8Array): unknown } {
  return typeof each === 'object' && each !== null && 'parse' in each && typeof each.parse === 'function';
}

test(
  'every element decodes any bytes of its size',
  () => {
    const elements = nationalProfile.files.flatMap((file) => ('elements' in file ? [...file.elements] : []));
    const seen = new Set<string>();
    for (const element of elements) {
      const whole = { minLength: element.sizeBytes, maxLength: element.sizeBytes };
      const digit = fc.constantFrom(0x00, 0x01, 0x12, 0x20, 0x31, 0x99, 0xff);
      const bytes = fc.oneof(
        fc.uint8Array(whole),
        fc.array(digit, whole).map((list) => Uint8Array.from(list)),
        fc.constantFrom(0x00, 0xff).map((byte) => new Uint8Array(element.sizeBytes).fill(byte)),
      );
      fc.assert(
        fc.property(bytes, (value) => {
          const decoded = refusedOr(() => decodeElement(element, value, { ...rhcBlank1, profile: nationalProfile }));
          if (decoded === null) return;
          seen.add(element.id);
          expect(decoded.raw).toBe(bytesToHex(value));
        }),
        { ...runs, numRuns: 10 * FUZZ_FACTOR },
      );
    }
    // Visit slots repeat the same elements.
    expect(seen.size).toBe(new Set(elements.map(({ id }) => id)).size);
  },
  FUZZ_TIMEOUT_MS,
);

test('explaining any exchange', () => {
  const bytes = fc.uint8Array({ maxLength: 262 });
  fc.assert(
    fc.property(fc.array(fc.tuple(bytes, bytes), { maxLength: 6 }), (exchanges) => {
      let context = contextAfterReset(nationalProfile, rhcBlank1);
      for (const [command, answer] of exchanges) {
        refusedOr(() => explainCommand(command, context));
        refusedOr(() => explainAnswer(answer, context, command));
        context = refusedOr(() => followCommand(context, command, answer)) ?? context;
      }
    }),
    runs,
  );
});

test(
  'images of chips: the whole one comes back, a changed one is refused by name',
  () => {
    const fuse = new ChipFuse(
      new SecretBytes(bytesNamed('fuse', 32)),
      (length) => new Uint8Array(bytesNamed('nonce', length)),
    );
    const content = canaryCard('intl-128', 'operational');
    const text = encodeImage(content, fuse);
    expect(encodeImage(decodeImage(text, fuse), fuse)).toBe(text);
    const changed = fc.oneof(
      fc
        .tuple(fc.nat(text.length - 1), fc.constantFrom('0', '{', '"', 'x'))
        .map(([at, character]) => text.slice(0, at) + character + text.slice(at + 1)),
      fc.nat(text.length - 1).map((length) => text.slice(0, length)),
      fc.json(),
      fc.string(),
    );
    fc.assert(
      fc.property(changed, (other) => {
        const identifier = chipIdentifierOf(other);
        expect(identifier === null || identifier.length === 22).toBe(true);
        const decoded = refusedOr(() => decodeImage(other, fuse));
        // The same bytes, or white space outside the chip: nothing else may pass.
        if (decoded !== null) expect(encodeImage(decoded, fuse)).toBe(text);
      }),
      { ...runs, numRuns: 300 * FUZZ_FACTOR },
    );
  },
  FUZZ_TIMEOUT_MS,
);

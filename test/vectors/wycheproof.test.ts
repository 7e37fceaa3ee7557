/**
 * C2SP/wycheproof through the primitives that the project has: the Crypto port's ECB, CBC and hash, and the signature
 * check of the certificates. CMAC and HMAC are not ours; they are put together here from the port's primitives, so that
 * the published results judge those. What does not apply is named with its reason, what cannot run is counted.
 */
import { describe, expect, test } from '@jest/globals';
import { bytesToHex, concatBytes, hexToBytes, xorBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { z } from 'zod';
import { hasPublicVectors, loadWycheproof, wycheproofNames } from './public-vectors.ts';

const result = z.enum(['valid', 'invalid', 'acceptable']);
const hex = z.string().transform((text) => hexToBytes(text.toUpperCase()));

interface Outcome {
  readonly ran: number;
  /** Reason → tests. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Ids of tests that came out otherwise than published. */
  readonly wrong: readonly number[];
}

interface Case {
  readonly tcId: number;
  readonly published: boolean;
  /** null: cannot run. */
  readonly ours: boolean | null;
}

const SKIP_KEY_SIZE = 'key of another size than 16 bytes';
const SKIP_SIGNATURE_SIZE = 'signature of another size than 64 bytes';

function outcomeOf(cases: readonly Case[], reason: string): Outcome {
  const ran = cases.filter(({ ours }) => ours !== null);
  return {
    ran: ran.length,
    skipped: { [reason]: cases.length - ran.length },
    wrong: ran.filter(({ ours, published }) => ours !== published).map(({ tcId }) => tcId),
  };
}

const macGroup = z.object({
  keySize: z.int(),
  tagSize: z.int(),
  tests: z.array(z.object({ tcId: z.int(), key: hex, msg: hex, tag: hex, result })),
});

function runMac(name: string, mac: (key: Uint8Array, message: Uint8Array) => Uint8Array | null): readonly Case[] {
  return loadWycheproof(name).testGroups.flatMap((group) => {
    const { tagSize, tests } = macGroup.parse(group);
    return tests.map(({ tcId, key, msg, tag, result: published }) => {
      const whole = mac(key, msg);
      const ours = whole === null ? null : bytesToHex(whole.slice(0, tagSize / 8)) === bytesToHex(tag);
      return { tcId, published: published === 'valid', ours };
    });
  });
}

/** NIST SP 800-38B over the port's ECB (subkeys) and CBC with zero IV, as our MACs use them. */
function aesCmac(key: Uint8Array, message: Uint8Array): Uint8Array | null {
  if (key.length !== 16) return null;
  const double = (block: Uint8Array) => {
    const shifted = block.map((byte, i) => (byte << 1) | ((block[i + 1] ?? 0) >> 7));
    if ((block[0] ?? 0) >= 0x80) shifted[15] = (shifted[15] ?? 0) ^ 0x87;
    return shifted;
  };
  const k1 = double(nodeCrypto.encipherEcb('intl-128', key, new Uint8Array(16)));
  const whole = message.length > 0 && message.length % 16 === 0;
  const padded = whole
    ? message
    : concatBytes(message, Uint8Array.of(0x80), new Uint8Array(15 - (message.length % 16)));
  const last = xorBytes(padded.slice(-16), whole ? k1 : double(k1));
  const masked = concatBytes(padded.slice(0, -16), last);
  return nodeCrypto.encipherCbc('intl-128', key, new Uint8Array(16), masked).slice(-16);
}

/** RFC 2104 over the port's hash; SHA-256 and SM3 have blocks of 64 bytes. */
function hmac(suite: AlgorithmSuite, key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? nodeCrypto.hash(suite, key) : key);
  const inner = nodeCrypto.hash(
    suite,
    concatBytes(
      block.map((byte) => byte ^ 0x36),
      message,
    ),
  );
  return nodeCrypto.hash(
    suite,
    concatBytes(
      block.map((byte) => byte ^ 0x5c),
      inner,
    ),
  );
}

const signatureGroup = z.object({
  publicKey: z.object({ uncompressed: hex }),
  tests: z.array(z.object({ tcId: z.int(), msg: hex, sig: hex, result })),
});

/** The port asserts 64 bytes: a certificate or a card never gives another length, so such a call is our own mistake. */
function runSignatures(): readonly Case[] {
  return loadWycheproof('ecdsa_secp256r1_sha256_p1363_test.json').testGroups.flatMap((group) => {
    const { publicKey, tests } = signatureGroup.parse(group);
    return tests.map(({ tcId, msg, sig, result: published }) => {
      const verify = () => nodeCrypto.verifySignature('intl-128', publicKey.uncompressed.slice(1), msg, sig);
      if (sig.length !== 64) {
        expect([tcId, published]).toEqual([tcId, 'invalid']);
        expect(verify).toThrow(RangeError);
      }
      return { tcId, published: published === 'valid', ours: sig.length === 64 ? verify() : null };
    });
  });
}

const RUNS: Readonly<Record<string, { readonly expected: Outcome; readonly run: () => Outcome }>> = {
  'aes_cmac_test.json': {
    expected: { ran: 102, skipped: { [SKIP_KEY_SIZE]: 209 }, wrong: [] },
    run: () => outcomeOf(runMac('aes_cmac_test.json', aesCmac), SKIP_KEY_SIZE),
  },
  'hmac_sha256_test.json': {
    expected: { ran: 174, skipped: { none: 0 }, wrong: [] },
    run: () =>
      outcomeOf(
        runMac('hmac_sha256_test.json', (key, text) => hmac('intl-128', key, text)),
        'none',
      ),
  },
  'hmac_sm3_test.json': {
    expected: { ran: 174, skipped: { none: 0 }, wrong: [] },
    run: () =>
      outcomeOf(
        runMac('hmac_sm3_test.json', (key, text) => hmac('sm-128', key, text)),
        'none',
      ),
  },
  'ecdsa_secp256r1_sha256_p1363_test.json': {
    expected: { ran: 241, skipped: { [SKIP_SIGNATURE_SIZE]: 21 }, wrong: [] },
    run: () => outcomeOf(runSignatures(), SKIP_SIGNATURE_SIZE),
  },
};

const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  'aes_wrap_test.json': 'no room wraps keys by RFC 3394: WRITE KEY wraps one block by CBC with zero IV (KEYS.md)',
  'aes_kwp_test.json': 'no room wraps keys by RFC 5649',
};

const wycheproof = hasPublicVectors ? describe : describe.skip;
wycheproof('wycheproof', () => {
  test('every file of the folder is run or has a reason', () => {
    expect(wycheproofNames()).toEqual([...Object.keys(RUNS), ...Object.keys(NOT_APPLICABLE)].sort());
  });
  test.each(Object.keys(RUNS))('%s', (name) => {
    const { expected, run } = RUNS[name] ?? { expected: null, run: () => null };
    expect(run()).toEqual(expected);
  });
});

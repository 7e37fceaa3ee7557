/**
 * One loop over all vector files. Every vector runs through `@rhc/card` and, where the kind is cipher and MAC, through
 * a plain recomputation over node:crypto. The files were computed by test-vectors/tools/make_vectors.py.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { bytesToHex, concatBytes, hexToBytes } from '@rhc/card/bytes';
import {
  buildIssuerCertificate,
  buildSamCertificate,
  parseIssuerCertificate,
  parseSamCertificate,
  verifyIssuerCertificate,
  verifySamCertificate,
} from '@rhc/card/certificates';
import { nodeCrypto, softSigningKey } from '@rhc/card/crypto-node';
import { securityCodeBlock } from '@rhc/card/personalization';
import { nationalProfile } from '@rhc/card/profile';
import {
  blockBytes,
  channelCommand,
  channelKeys,
  disperse,
  encipherKeyBlocks,
  externalAuthenticationCryptogram,
  internalAuthenticationAnswer,
  kcvEnc0,
  keyAttributes,
  protectedData,
  sessionKey,
  sm2MessageDigest,
  sm2UserDigest,
} from '@rhc/card/secure-messaging';
import { z } from 'zod';
import { decimalize } from '../../key-service/src/domain/security-code.ts';
import * as plain from './plain-node.ts';
import { loadVectorFile, type Vector, type VectorFile, vectorFileNames } from './vector-files.ts';

type Values = Readonly<Record<string, unknown>>;
type Check = (vector: Vector) => { readonly ours: Values; readonly node: Values };

const text = z.string();
const hexOf = (vector: Vector, member: string) => text.parse(vector.input[member]);
const bytesOf = (vector: Vector, member: string) => hexToBytes(hexOf(vector, member));
const bufferOf = (vector: Vector, member: string) => Buffer.from(hexOf(vector, member), 'hex');
const upper = (buffer: Buffer) => buffer.toString('hex').toUpperCase();

/** Members of the output that a check gives must equal the vector's; at least one has to be given. */
const CHECKS: Readonly<Record<VectorFile['kind'], Check>> = {
  dispersal: (vector) => {
    const factors = z.array(text).parse(vector.input.factors);
    let ours = bytesOf(vector, 'rootKey');
    let node: Buffer = bufferOf(vector, 'rootKey');
    const keys = factors.map((factor) => {
      ours = disperse(nodeCrypto, vector.suite, ours, hexToBytes(factor));
      node = plain.disperse(vector.suite, node, Buffer.from(factor, 'hex'));
      return { ours: bytesToHex(ours), node: upper(node) };
    });
    return { ours: { keys: keys.map((key) => key.ours) }, node: { keys: keys.map((key) => key.node) } };
  },
  'session-key': (vector) => ({
    ours: {
      sessionKey: bytesToHex(
        sessionKey(nodeCrypto, vector.suite, bytesOf(vector, 'cardKey'), bytesOf(vector, 'challenge')),
      ),
    },
    node: {
      sessionKey: upper(plain.disperse(vector.suite, bufferOf(vector, 'cardKey'), bufferOf(vector, 'challenge'))),
    },
  }),
  'external-authentication': (vector) => {
    const random = bytesOf(vector, 'terminalRandom');
    const key = bytesOf(vector, 'cardKey');
    const ours = externalAuthenticationCryptogram(nodeCrypto, vector.suite, key, bytesOf(vector, 'challenge'), random);
    const [kid, version] = [z.int().parse(vector.input.kid), z.int().parse(vector.input.version)];
    const command = concatBytes(Uint8Array.of(0, 0x82, 0, kid, 0x11), ours, random, Uint8Array.of(version));
    return {
      ours: { cryptogram: bytesToHex(ours), apdu: bytesToHex(command) },
      node: {
        cryptogram: upper(
          plain.cryptogram(
            vector.suite,
            bufferOf(vector, 'cardKey'),
            bufferOf(vector, 'challenge'),
            bufferOf(vector, 'terminalRandom'),
          ),
        ),
      },
    };
  },
  'internal-authentication': (vector) => ({
    ours: {
      answer: bytesToHex(
        internalAuthenticationAnswer(
          nodeCrypto,
          vector.suite,
          bytesOf(vector, 'cardKey'),
          bytesOf(vector, 'r1'),
          bytesOf(vector, 'r2'),
        ),
      ),
    },
    node: {
      answer: upper(
        plain.cryptogram(vector.suite, bufferOf(vector, 'cardKey'), bufferOf(vector, 'r1'), bufferOf(vector, 'r2')),
      ),
    },
  }),
  'protected-update': protectedUpdate,
  'mac-only-update': protectedUpdate,
  'key-check-value': (vector) => ({
    ours: { ENC0: bytesToHex(kcvEnc0(nodeCrypto, vector.suite, bytesOf(vector, 'key'))) },
    node: {
      ENC0: upper(plain.ecb(vector.suite, bufferOf(vector, 'key'), plain.zeroBlock(vector.suite)).subarray(0, 3)),
    },
  }),
  'personalization-channel': personalizationChannel,
  'security-code': securityCode,
  'certificate-chain': certificateChain,
  'block-cipher': (vector) => {
    const rounds = z.int().parse(vector.input.rounds);
    // One ECB call over a million blocks is no chain: CBC over zero blocks with IV = plain enciphers the last cipher again.
    const key = bytesOf(vector, 'key');
    const zeros = new Uint8Array(rounds * bytesOf(vector, 'plain').length);
    const chain = nodeCrypto.encipherCbc(vector.suite, key, bytesOf(vector, 'plain'), zeros);
    const once = bytesToHex(nodeCrypto.encipherEcb(vector.suite, key, bytesOf(vector, 'plain')));
    const cipher = bytesToHex(chain.slice(-bytesOf(vector, 'plain').length));
    return { ours: { cipher: rounds === 1 ? once : cipher }, node: { cipher } };
  },
  hash: (vector) => ({
    ours: { hash: bytesToHex(nodeCrypto.hash(vector.suite, bytesOf(vector, 'message'))) },
    node: {
      hash: upper(
        createHash(vector.suite === 'sm-128' ? 'sm3' : 'sha256')
          .update(bufferOf(vector, 'message'))
          .digest(),
      ),
    },
  }),
  signature: (vector) => {
    const { suite } = vector;
    if (suite === 'pboc-3des') throw new Error('pboc-3des has no signatures');
    const [message, signature] = [bytesOf(vector, 'message'), text.parse(vector.output.signature)];
    const { publicKey, sign } = softSigningKey(suite, bytesOf(vector, 'scalar'));
    const verifies = (bytes: Uint8Array) => nodeCrypto.verifySignature(suite, publicKey, message, bytes);
    expect([hexToBytes(signature), sign(message)].map(verifies)).toEqual([true, true]);
    const digests = {
      userDigest: bytesToHex(sm2UserDigest(nodeCrypto, publicKey)),
      digest: bytesToHex(sm2MessageDigest(nodeCrypto, publicKey, message)),
    };
    return { ours: { publicKey: bytesToHex(publicKey), ...(suite === 'sm-128' && digests) }, node: { signature } };
  },
  'certificate-to-be-signed': (vector) => {
    const signed = hexToBytes(text.parse(vector.output.toBeSigned));
    const digest = createHash(vector.suite === 'sm-128' ? 'sm3' : 'sha256')
      .update(signed)
      .digest();
    return {
      ours: { hash: bytesToHex(nodeCrypto.hash(vector.suite, signed)) },
      node: { hash: upper(digest) },
    };
  },
};

function protectedUpdate(vector: Vector): { ours: Values; node: Values } {
  const header = bytesOf(vector, 'header');
  const value = vector.input.plain === undefined ? null : bytesOf(vector, 'plain');
  const session = sessionKey(nodeCrypto, vector.suite, bytesOf(vector, 'cardKey'), bytesOf(vector, 'challenge'));
  const data = protectedData(nodeCrypto, vector.suite, session, header, value);
  const node = plain.protectedApdu(
    vector.suite,
    bufferOf(vector, 'cardKey'),
    bufferOf(vector, 'challenge'),
    bufferOf(vector, 'header'),
    value === null ? null : Buffer.from(value),
  );
  return {
    ours: { apdu: bytesToHex(concatBytes(header, Uint8Array.of(data.length), data)) },
    node: { apdu: upper(node) },
  };
}

/** The whole MAC chain: 44 WRITE KEYs and END. The key blocks' attributes come from the profile, not from the vector. */
function personalizationChannel(vector: Vector): { ours: Values; node: Values } {
  const { suite } = vector;
  const loads = z
    .array(z.object({ slot: z.enum(slotNames), kid: z.int(), version: z.int(), cardKey: text, block1: text }))
    .parse(vector.input.keys);
  const keys = channelKeys(nodeCrypto, suite, bytesOf(vector, 'masterKey'), bytesOf(vector, 'challenge'));
  const [nodeSke, nodeSkm] = [
    plain.disperse(suite, bufferOf(vector, 'masterKey'), bufferOf(vector, 'challenge')),
    plain.disperse(
      suite,
      bufferOf(vector, 'masterKey'),
      Buffer.from(bufferOf(vector, 'challenge').map((b) => b ^ 0xff)),
    ),
  ];
  let chaining: Uint8Array = new Uint8Array(blockBytes(suite));
  let nodeChaining = Buffer.alloc(blockBytes(suite));
  const written = loads.map(({ slot, kid, version, cardKey, block1 }) => {
    const attributes = keyAttributes(nationalProfile.keySlot(slot), version, suite);
    const data = encipherKeyBlocks(nodeCrypto, suite, keys.encipherment, attributes, hexToBytes(cardKey));
    const header = Uint8Array.of(0x84, 0xd4, 0x01, nationalProfile.keySlot(slot).kid);
    const secured = channelCommand(nodeCrypto, suite, keys.mac, chaining, header, data);
    chaining = secured.macChaining;
    const nodeBlocks = Buffer.concat([Buffer.from(block1 + cardKey, 'hex'), Buffer.of(0x80), Buffer.alloc(15)]);
    const nodeHead = Buffer.concat([Buffer.of(0x84, 0xd4, 1, kid, 0x34), plain.ecb(suite, nodeSke, nodeBlocks)]);
    nodeChaining = Buffer.from(plain.macBlock(suite, nodeSkm, nodeChaining, nodeHead));
    const kcv = bytesToHex(kcvEnc0(nodeCrypto, suite, hexToBytes(cardKey)));
    return {
      ours: { slot, version, kcv, apdu: bytesToHex(secured.command) },
      node: { slot, version, kcv, apdu: upper(Buffer.concat([nodeHead, nodeChaining.subarray(0, 4)])) },
    };
  });
  const digest = text.parse(vector.output.digest);
  const end = channelCommand(nodeCrypto, suite, keys.mac, chaining, hexToBytes('84440000'), hexToBytes(digest));
  const nodeEnd = Buffer.from(`8444000024${digest}`, 'hex');
  const nodeMac = plain.macBlock(suite, nodeSkm, nodeChaining, nodeEnd).subarray(0, 4);
  return {
    ours: {
      SKe: bytesToHex(keys.encipherment),
      SKm: bytesToHex(keys.mac),
      writeKeys: written.map((one) => one.ours),
      macChaining: bytesToHex(chaining),
      endPersonalization: bytesToHex(end.command),
    },
    node: {
      SKe: upper(nodeSke),
      SKm: upper(nodeSkm),
      writeKeys: written.map((one) => one.node),
      macChaining: upper(nodeChaining),
      endPersonalization: upper(Buffer.concat([nodeEnd, nodeMac])),
    },
  };
}

/** Root → issuer → SAM → visit, each step verified with the key that the step before brought; a changed byte breaks it. */
function certificateChain(vector: Vector): { ours: Values; node: Values } {
  const output = chainOutput.parse(vector.output);
  const issuer = parseIssuerCertificate(hexToBytes(output.issuerCertificate));
  const sam = parseSamCertificate(hexToBytes(output.samCertificate));
  expect(verifyIssuerCertificate(nodeCrypto, issuer, hexToBytes(output.rootPublicKey))).toBe(true);
  expect(verifySamCertificate(nodeCrypto, sam, issuer.publicKey)).toBe(true);
  expect(verifySamCertificate(nodeCrypto, sam, hexToBytes(output.rootPublicKey))).toBe(false);
  for (const visit of output.visits) {
    const data = Uint8Array.from({ length: visit.sizeBytes }, (_, i) => (7 * i + 3) & 0xff);
    const verifies = () => nodeCrypto.verifySignature(sam.suite, sam.publicKey, data, hexToBytes(visit.signature));
    expect(verifies()).toBe(true);
    data[visit.sizeBytes - 1] = (data[visit.sizeBytes - 1] ?? 0) ^ 1;
    expect(verifies()).toBe(false);
  }
  const key = (member: string) => softSigningKey(sam.suite, bytesOf(vector, member)).publicKey;
  expect([issuer.publicKey, sam.publicKey]).toEqual([key('issuerScalar'), key('samScalar')]);
  const rebuilt = {
    rootPublicKey: bytesToHex(key('rootScalar')),
    issuerCertificate: bytesToHex(buildIssuerCertificate(issuer, issuer.signature)),
    samCertificate: bytesToHex(buildSamCertificate(sam, sam.signature)),
  };
  return { ours: rebuilt, node: rebuilt };
}

const chainOutput = z.object({
  rootPublicKey: text,
  issuerCertificate: text,
  samCertificate: text,
  visits: z.array(z.object({ name: text, sizeBytes: z.int(), hash: text, signature: text })).length(2),
});
type Triple = [cardNumber: string, expiryDate: string, issueSerial: string];

/** The card room has no security code: key-service makes it in the HSM. Its decimalization is called here. */
function securityCode(vector: Vector): { ours: Values; node: Values } {
  const given = vector.input.cipher;
  if (given !== undefined) {
    const code = { securityCode: decimalize(hexToBytes(text.parse(given))) };
    return { ours: code, node: code };
  }
  const cipher = nodeCrypto.encipherEcb(vector.suite, bytesOf(vector, 'key'), bytesOf(vector, 'block'));
  if (vector.input.cardNumber !== undefined) {
    const triple = ['cardNumber', 'expiryDate', 'issueSerial'].map((member) => hexOf(vector, member)) as Triple;
    expect(bytesToHex(securityCodeBlock(nodeCrypto, vector.suite, ...triple))).toBe(hexOf(vector, 'block'));
  }
  return {
    ours: { cipher: bytesToHex(cipher), securityCode: decimalize(cipher) },
    node: { cipher: upper(plain.ecb(vector.suite, bufferOf(vector, 'key'), bufferOf(vector, 'block'))) },
  };
}

const slotNames = nationalProfile.keySlots.map((slot) => slot.name);

test('every kind of vector has its file', () => {
  const kinds = vectorFileNames().map((name) => loadVectorFile(name).kind);
  expect(kinds.sort()).toEqual(Object.keys(CHECKS).sort());
});

describe.each(vectorFileNames())('%s', (name) => {
  const file = loadVectorFile(name);
  test(`${file.count} vectors through @rhc/card and through node:crypto`, () => {
    const seen = file.vectors.map((vector) => {
      const { ours, node } = CHECKS[file.kind](vector);
      expect(Object.keys(ours).length).toBeGreaterThan(0);
      expect({ id: vector.id, ...ours }).toEqual({ id: vector.id, ...pick(vector.output, Object.keys(ours)) });
      expect({ id: vector.id, ...node }).toEqual({ id: vector.id, ...pick(vector.output, Object.keys(node)) });
      return vector.id;
    });
    expect(seen).toHaveLength(file.count);
  });
});

function pick(values: Values, members: readonly string[]): Values {
  return Object.fromEntries(members.map((member) => [member, values[member]]));
}

/**
 * Known-answer tests at attach, for every mechanism that the model claims. Vectors: dispersal and KCV of KEYS.md
 * (computed with OpenSSL), ECB and CBC of NIST SP 800-38A F.1.1 and F.2.1. Only published keys are used here.
 */
import { equalBytes, hexToBytes } from '@rhc/card/bytes';
import { keyServiceErrors } from '../../errors.ts';
import type { KnownAnswer } from '../port.ts';
import type { Handle } from './module.ts';
import { templates } from './templates.ts';
import type { Token } from './token.ts';

const DISPERSAL_KEY = '0123456789ABCDEFFEDCBA9876543210';
const DISPERSAL_BLOCK = '1122334455667788EEDDCCBBAA998877';
const DISPERSED_KEY = '5828EC2412F385CBB966FE3CF9FED4C5';
const DISPERSAL_KCV = 'D5C825';
/** E(E(K, 0), E(K, X ‖ ¬X)) for K and X above, by OpenSSL. */
const WRAPPED_KEY = 'FB5C4CF002820F3DDBC9089F7865203A';
const NIST_KEY = '2B7E151628AED2A6ABF7158809CF4F3C';
const NIST_PLAIN = '6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51';
const NIST_ECB = '3AD77BB40D7A3660A89ECAF32466EF97F5D3D58503B9699DE785895A96FDBAAF';
const NIST_CBC_IV = '000102030405060708090A0B0C0D0E0F';
const NIST_CBC = '7649ABAC8119B246CEE98E9B12E9197D5086CB9B507219EE95DB113A917678B2';

type Test = (token: Token, own: (handle: Handle) => Handle) => boolean;

const tests: readonly (readonly [string, Test])[] = [
  [
    'dispersal',
    (token, own) => {
      const key = own(token.create(templates.publicVector(hexToBytes(DISPERSAL_KEY))));
      // The dispersed key is read through the ciphertext it makes, and through wrapping below; never as a value.
      const child = own(token.derive(key, hexToBytes(DISPERSAL_BLOCK), templates.session));
      const same = own(token.create(templates.publicVector(hexToBytes(DISPERSED_KEY))));
      const plain = hexToBytes(NIST_PLAIN);
      return equalBytes(token.ecb(child, plain), token.ecb(same, plain));
    },
  ],
  [
    'key-check-value',
    (token, own) => {
      const key = own(token.create(templates.publicVector(hexToBytes(DISPERSAL_KEY))));
      const expected = hexToBytes(DISPERSAL_KCV);
      return (
        equalBytes(token.checkValueByDerivation(key), expected) &&
        equalBytes(token.checkValueByEncipherment(key), expected)
      );
    },
  ],
  [
    'aes-128-ecb',
    (token, own) => {
      const key = own(token.create(templates.publicVector(hexToBytes(NIST_KEY))));
      return equalBytes(token.ecb(key, hexToBytes(NIST_PLAIN)), hexToBytes(NIST_ECB));
    },
  ],
  [
    'aes-128-cbc',
    (token, own) => {
      const key = own(token.create(templates.publicVector(hexToBytes(NIST_KEY))));
      return equalBytes(token.cbc(key, hexToBytes(NIST_CBC_IV), hexToBytes(NIST_PLAIN)), hexToBytes(NIST_CBC));
    },
  ],
  [
    'wrap',
    (token, own) => {
      const key = own(token.create(templates.publicVector(hexToBytes(DISPERSAL_KEY))));
      const wrapping = own(token.derive(key, new Uint8Array(16), templates.wrapping));
      const card = own(token.derive(key, hexToBytes(DISPERSAL_BLOCK), templates.cardKey));
      return equalBytes(token.wrap(wrapping, card), hexToBytes(WRAPPED_KEY));
    },
  ],
  [
    'ecdsa-p256',
    (token, own) => {
      const pair = token.generatePair('known-answer', false);
      own(pair.publicKey);
      own(pair.privateKey);
      const digest = hexToBytes(NIST_PLAIN);
      return token.verify(pair.publicKey, digest, token.sign(pair.privateKey, digest));
    },
  ],
  ['random', (token) => !equalBytes(token.random(16), token.random(16))],
];

/** @throws HSM_KNOWN_ANSWER_FAILED naming every test that failed */
export function runKnownAnswers(token: Token): KnownAnswer[] {
  const answers = tests.map(([name, test]) => ({ name, passed: runOne(token, test) }));
  const failed = answers.filter((answer) => !answer.passed).map((answer) => answer.name);
  if (failed.length > 0) {
    throw keyServiceErrors.make('HSM_KNOWN_ANSWER_FAILED', {
      detail: failed.join(', '),
      fields: failed.map((name) => ({
        field: name,
        rule: { zh: `已知答案测试 ${name} 未通过`, en: `known-answer test ${name} failed` },
      })),
    });
  }
  return answers;
}

function runOne(token: Token, test: Test): boolean {
  const owned: Handle[] = [];
  const own = (handle: Handle) => {
    owned.push(handle);
    return handle;
  };
  try {
    return test(token, own);
  } catch {
    // A mechanism that the token refuses outright has failed its test; the session may be left in mid-operation.
    token.renewSession();
    owned.length = 0;
    return false;
  } finally {
    for (const handle of owned) token.destroy(handle);
  }
}

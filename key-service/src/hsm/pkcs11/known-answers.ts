/**
 * The known-answer passport of an attach: for every suite that the model maps, every mechanism computes something
 * whose answer is known. Vectors: dispersal, check value, wrap and CBC of the key of KEYS.md (computed with OpenSSL);
 * the plain text is NIST's (SP 800-38A). Only published keys are used here.
 */
import { createHash } from 'node:crypto';
import { equalBytes, hexToBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { keyServiceErrors } from '../../errors.ts';
import type { KnownAnswer } from '../port.ts';
import type { Handle } from './module.ts';
import type { SuiteKey } from './suite-key.ts';
import type { Token } from './token.ts';
import type { TokenSuiteKeys } from './token-suite.ts';

interface Vectors {
  readonly dispersed: string;
  readonly checkValue: string;
  /** E(E(K, 0), E(K, X ‖ ¬X)); DES keys with odd parity, as a token hands them out. */
  readonly wrapped: string;
  readonly ecb: string;
  /** Zero IV. */
  readonly cbc: string;
}

const KEY = hexToBytes('0123456789ABCDEFFEDCBA9876543210');
const BLOCK = hexToBytes('1122334455667788EEDDCCBBAA998877');
const PLAIN = hexToBytes('6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51');
const VECTORS: Readonly<Record<AlgorithmSuite, Vectors>> = {
  'intl-128': {
    dispersed: '5828EC2412F385CBB966FE3CF9FED4C5',
    checkValue: 'D5C825',
    wrapped: 'FB5C4CF002820F3DDBC9089F7865203A',
    ecb: '9BC425618803281EF2EFC3AA8E1B745DB79913E4CD45766D7863FF2D5792BFFA',
    cbc: '9BC425618803281EF2EFC3AA8E1B745DAF6EDED67F3D326138D88DDDB052E8D0',
  },
  'sm-128': {
    dispersed: '7904DC533E8BCA0C93D3C36DC8328866',
    checkValue: '2677F4',
    wrapped: '65FAA73DD44F350B3C7187A3F4284C31',
    ecb: '04986759E497D52811E74954B3B01DDD4BBE417E143FDB168960DB244AD9D317',
    cbc: '04986759E497D52811E74954B3B01DDD1F7A1CE6FEB16F011953E4CD0C6910EE',
  },
  'pboc-3des': {
    dispersed: '3EB3B72576BBBE831355AB0EE3123AE8',
    checkValue: '08D7B4',
    wrapped: '2AE8B6F893A9E267204443DD964F20AB',
    ecb: 'EA43F9AA27F82F595A3E3056E1710D3492D9A7B73AB3B15840EAF7B333E9740C',
    cbc: 'EA43F9AA27F82F599735D93D56B5449EC2E751F52363E6FB8631775C1110429F',
  },
};

/** Makes a key of a published value; a second one knows how to derive but not to encipher, as a root. */
interface Bench {
  readonly blockBytes: number;
  key(value: Uint8Array): SuiteKey;
  root(value: Uint8Array): SuiteKey;
}

type Test = (bench: Bench, vectors: Vectors) => boolean;
const agrees = (answer: Uint8Array, expected: string) => equalBytes(answer, hexToBytes(expected));

const tests: Readonly<Record<string, Test>> = {
  dispersal: (bench, { dispersed }) => {
    // The dispersed key is read through the ciphertext that it makes; never as a value.
    const child = bench.root(KEY).derive(BLOCK, 'session');
    try {
      return equalBytes(child.ecb(PLAIN), bench.key(hexToBytes(dispersed)).ecb(PLAIN));
    } finally {
      child.destroy();
    }
  },
  'key-check-value': (bench, { checkValue }) =>
    agrees(bench.root(KEY).checkValue(), checkValue) && agrees(bench.key(KEY).checkValue(), checkValue),
  ecb: (bench, { ecb }) => agrees(bench.key(KEY).ecb(PLAIN), ecb),
  cbc: (bench, { cbc }) => agrees(bench.key(KEY).cbc(new Uint8Array(bench.blockBytes), PLAIN), cbc),
  wrap: (bench, { wrapped }) => {
    const root = bench.root(KEY);
    const made = [root.derive(new Uint8Array(16), 'wrapping'), root.derive(BLOCK, 'cardKey')] as const;
    try {
      return agrees(made[0].wrap(made[1]), wrapped);
    } finally {
      for (const key of made) key.destroy();
    }
  },
};

/** Names of the answers, the suite before them unless it is the embedded default. */
const nameOf = (suite: AlgorithmSuite, test: string) => (suite === 'intl-128' ? test : `${suite} ${test}`);

/** @throws HSM_KNOWN_ANSWER_FAILED naming every test of a required suite that failed; other suites are switched off */
export function runKnownAnswers(token: Token, required: readonly AlgorithmSuite[]): KnownAnswer[] {
  const answers = token.suites.flatMap((keys) => answersOf(token, keys));
  if (token.soft !== null) answers.push(...softAnswers(token.soft));
  const random = {
    suite: null,
    test: 'random',
    passed: attempt(token, () => !equalBytes(token.random(16), token.random(16))),
  };
  const failed = [...answers, random].filter(({ passed }) => !passed);
  const fatal = failed.filter(({ suite }) => suite === null || required.includes(suite));
  const named = ({ suite, test }: { suite: AlgorithmSuite | null; test: string }) =>
    suite === null ? test : nameOf(suite, test);
  if (fatal.length > 0) {
    throw keyServiceErrors.make('HSM_KNOWN_ANSWER_FAILED', {
      detail: fatal.map(named).join(', '),
      fields: fatal.map((each) => ({
        field: named(each),
        rule: { zh: `已知答案测试 ${named(each)} 未通过`, en: `known-answer test ${named(each)} failed` },
      })),
    });
  }
  for (const { suite } of failed) if (suite !== null) token.refuseSuite(suite);
  return [...answers, random].map((each) => ({ name: named(each), passed: each.passed }));
}

function answersOf(token: Token, keys: TokenSuiteKeys) {
  const vectors = VECTORS[keys.suite];
  const suite: AlgorithmSuite | null = keys.suite;
  const results = Object.entries(tests).map(([test, run]) => {
    const made: Handle[] = [];
    const create = (value: Uint8Array, purpose: 'session' | 'root') => {
      const handle = token.create(keys.templates.publicVector(value));
      made.push(handle);
      return keys.key(handle, purpose);
    };
    const bench: Bench = {
      blockBytes: keys.blockBytes,
      key: (value) => create(value, 'session'),
      root: (value) => create(value, 'root'),
    };
    const passed = attempt(token, () => run(bench, vectors), made);
    return { suite, test, passed };
  });
  if (keys.pair !== null) {
    results.push({ suite, test: 'signature', passed: attempt(token, () => signatureAgrees(token, keys.suite)) });
  }
  return results;
}

/** Made in the token, checked by OpenSSL. */
function signatureAgrees(token: Token, suite: AlgorithmSuite): boolean {
  const pair = token.generatePair('known-answer', false, suite);
  try {
    if (suite === 'sm-128') {
      const digest = createHash('sm3').update(PLAIN).digest();
      return token.verify(pair.publicKey, digest, token.sign(pair.privateKey, digest, suite), suite);
    }
    const digest = createHash('sha256').update(PLAIN).digest();
    const publicKey = Uint8Array.from(token.publicPoint(pair.publicKey));
    return nodeCrypto.verifySignature(
      suite,
      publicKey,
      PLAIN,
      Uint8Array.from(token.sign(pair.privateKey, digest, suite)),
    );
  } finally {
    token.destroy(pair.publicKey);
    token.destroy(pair.privateKey);
  }
}

/** The soft engine's cipher is OpenSSL's: what is proven is that this build of it has SM4. */
function softAnswers(soft: NonNullable<Token['soft']>) {
  const bench: Bench = {
    blockBytes: 16,
    key: (value) => soft.candidate(value),
    root: (value) => soft.candidate(value),
  };
  const suite: AlgorithmSuite | null = soft.suite;
  return Object.entries(tests).map(([test, run]) => {
    let passed = false;
    try {
      passed = run(bench, VECTORS[soft.suite]);
    } catch {
      // An OpenSSL without SM4 (FIPS builds) fails here.
    }
    return { suite, test: `${test} (soft)`, passed };
  });
}

function attempt(token: Token, test: () => boolean, made: Handle[] = []): boolean {
  try {
    return test();
  } catch {
    // A mechanism that the token refuses outright has failed its test; the session may be left in mid-operation.
    token.renewSession();
    made.length = 0;
    return false;
  } finally {
    for (const handle of made) token.destroy(handle);
  }
}

/** The SAM against the dialogues that test-vectors/tools/make_sam_vectors.py computed: issue, every key, signature. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { SamProcessMemory, VirtualSam } from './index.ts';

interface Dialogue {
  readonly id: string;
  readonly suite: AlgorithmSuite;
  readonly steps: readonly { readonly command: string; readonly answer: string }[];
}
interface Vectors {
  readonly historicalBytes: string;
  readonly transportKey: Readonly<Record<string, string>>;
  readonly random: { readonly challenge: string; readonly keyPair: string; readonly nonce: string };
  readonly count: number;
  readonly dialogues: readonly Dialogue[];
}

const path = join(__dirname, '../../../test-vectors/sam/dialogues.json');
const vectors = JSON.parse(readFileSync(path, 'utf8')) as Vectors;
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex').toUpperCase();

/** The random numbers that the vectors name, in the order in which the SAM asks for them. */
function randomOf(): (length: number) => Uint8Array {
  let long = 0;
  return (length) => {
    if (length === 8) return bytes(vectors.random.challenge);
    long += 1;
    return bytes(long === 1 ? vectors.random.keyPair : vectors.random.nonce);
  };
}

describe.each(['intl-128', 'sm-128'] as const)('%s', (suite) => {
  const memory = new SamProcessMemory();
  const historicalBytes = bytes(vectors.historicalBytes);
  const transportKey = vectors.transportKey[suite] ?? '';
  const sam = new VirtualSam({ memory, random: randomOf(), historicalBytes, transportKey, suite });

  test.each(
    vectors.dialogues
      .filter((dialogue) => dialogue.suite === suite)
      .map((dialogue) => [dialogue.id, dialogue] as const),
  )('%s', (_, dialogue) => {
    sam.powerOn();
    const answers = dialogue.steps.map(({ command }) => ({ command, answer: hex(sam.transmit(bytes(command))) }));
    expect(answers).toEqual(dialogue.steps);
  });
});

test('the file holds what it says', () => {
  expect(vectors.dialogues).toHaveLength(vectors.count);
  expect(vectors.count).toBe(6);
});

/** SAMs for tests: issued by replaying the dialogue of test-vectors/sam, so that keys, PIN `123456` and files are known. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AlgorithmSuite } from '@rhc/card/profile';
import type { NonVolatileMemory } from '../../src/memory/index.ts';
import { type SamChange, type SamContent, SamProcessMemory, VirtualSam } from '../../src/sam/index.ts';
import { bytesOf, hexOf } from './test-terminal.ts';

export interface SamDialogue {
  readonly id: string;
  readonly suite: AlgorithmSuite;
  readonly message?: string;
  readonly publicKey?: string;
  readonly steps: readonly { readonly command: string; readonly answer: string }[];
}
interface SamVectors {
  readonly historicalBytes: string;
  readonly transportKey: Readonly<Record<string, string>>;
  readonly random: { readonly challenge: string; readonly keyPair: string; readonly nonce: string };
  readonly count: number;
  readonly dialogues: readonly SamDialogue[];
}

const path = join(__dirname, '../../../test-vectors/sam/dialogues.json');
export const samVectors = JSON.parse(readFileSync(path, 'utf8')) as SamVectors;

export function samDialogue(id: string): SamDialogue {
  const found = samVectors.dialogues.find((dialogue) => dialogue.id === id);
  if (found === undefined) throw new Error(`no dialogue ${id}`);
  return found;
}

/** The random numbers that the vectors name, in the order in which the SAM asks for them. */
export function vectorRandom(): (length: number) => Uint8Array {
  let long = 0;
  return (length) => {
    if (length === 8) return bytesOf(samVectors.random.challenge);
    long += 1;
    return bytesOf(long === 1 ? samVectors.random.keyPair : samVectors.random.nonce);
  };
}

export function blankVectorSam(
  suite: AlgorithmSuite,
  memory: NonVolatileMemory<SamContent, SamChange> = new SamProcessMemory(),
): VirtualSam {
  return new VirtualSam({
    memory,
    random: vectorRandom(),
    historicalBytes: bytesOf(samVectors.historicalBytes),
    transportKey: samVectors.transportKey[suite] ?? '',
    suite,
  });
}

const issued = new Map<AlgorithmSuite, SamContent>();

/** Content of the SAM after both issue steps. */
export function issuedSam(suite: AlgorithmSuite = 'intl-128'): SamContent {
  const known = issued.get(suite);
  if (known !== undefined) return known;
  const memory = new SamProcessMemory();
  const sam = blankVectorSam(suite, memory);
  sam.powerOn();
  for (const { command, answer } of samDialogue(`issue/${suite}`).steps) {
    const given = hexOf(sam.transmit(bytesOf(command)));
    if (given !== answer) throw new Error(`${command}: ${given}, not ${answer}`);
  }
  const content = memory.read();
  if (content === null) throw new Error('no SAM was made');
  issued.set(suite, content);
  return content;
}

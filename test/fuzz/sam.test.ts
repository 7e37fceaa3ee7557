/** APDU sequences into an issued SAM, by somebody who knows its PIN and by somebody who does not (sam-witness.ts). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type SamContent,
  SamProcessMemory,
  type SamRule,
  samRulesWithout,
  VirtualSam,
} from '../../virtual-card/src/index.ts';
import { issuedSam } from '../../virtual-card/test/support/operational-sam.ts';
import { bytesNamed } from './canary-card.ts';
import { damaged, type Step } from './card-steps.ts';
import { Violation } from './card-witness.ts';
import { FUZZ_APDUS, FUZZ_SEED, FUZZ_TIMEOUT_MS } from './fuzz-size.ts';
import { cryptogram } from './plain-chip-crypto.ts';
import { SamWitness } from './sam-witness.ts';

const KINDS = {
  reset: 2,
  select: 8,
  verify: 14,
  wrongPin: 2,
  changePin: 1,
  sessionKey: 26,
  cipher: 26,
  sign: 8,
  digest: 6,
  channel: 3,
  secured: 8,
  getData: 4,
  getResponse: 6,
  readBinary: 4,
  repeat: 6,
  noise: 6,
} as const;
type Kind = keyof typeof KINDS;
type SamStep = Omit<Step, 'kind'> & { readonly kind: Kind };

const step: fc.Arbitrary<SamStep> = fc.record({
  kind: fc.oneof(
    ...(Object.entries(KINDS) as [Kind, number][]).map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind) })),
  ),
  a: fc.nat(0xffff),
  b: fc.nat(0xffff),
  damage: fc.oneof(
    { weight: 88, arbitrary: fc.constant(null) },
    {
      weight: 12,
      arbitrary: fc.record({
        how: fc.constantFrom('flip' as const, 'cut' as const, 'grow' as const, 'set' as const),
        at: fc.nat(0xff),
        value: fc.nat(0xff),
      }),
    },
  ),
});
const sequences = fc.array(fc.noBias(step), { minLength: 1, maxLength: 80, size: 'max' });

class SamBench {
  readonly witness = new SamWitness();
  readonly transcript: string[] = [];
  readonly #memory: SamProcessMemory;
  readonly #sam: VirtualSam;
  #randoms = 0;
  #last: Buffer | null = null;

  constructor(content: SamContent, forgotten?: SamRule) {
    this.#memory = new SamProcessMemory(content);
    this.#sam = new VirtualSam({
      memory: this.#memory,
      random: (length) => {
        this.#randoms += 1;
        return new Uint8Array(bytesNamed(`sam ${this.#randoms}`, length));
      },
      ...(forgotten !== undefined && { rules: samRulesWithout(forgotten) }),
    });
    this.#sam.powerOn();
  }

  get content(): SamContent {
    const content = this.#memory.read();
    if (content === null) throw new Error('no SAM');
    return content;
  }

  run(list: readonly SamStep[]): void {
    for (const each of list) {
      if (each.kind === 'reset') {
        this.#sam.reset();
        this.witness.reset();
        continue;
      }
      const command = this.#command(each);
      this.send(each.damage === null ? command : damaged(command, each.damage));
    }
  }

  send(command: Buffer): void {
    this.#last = command;
    const before = this.content;
    try {
      const answer = this.#sam.transmit(command);
      this.transcript.push(`${command.toString('hex')} → ${Buffer.from(answer).toString('hex')}`);
      this.witness.observe(command, answer, before, this.content);
    } catch (cause) {
      // PIN and keys are the pilot's, known to all.
      const text = `${(cause as Error).message}\n${this.transcript.join('\n')}\n${command.toString('hex')}`;
      throw new Violation(text, { cause });
    }
  }

  #command({ kind, a, b }: SamStep): Buffer {
    const { content, witness } = this;
    const apdu = (header: string, data: Uint8Array = Buffer.alloc(0), le?: number) =>
      Buffer.concat([
        Buffer.from(header, 'hex'),
        data.length === 0 ? Buffer.alloc(0) : Buffer.of(data.length),
        data,
        le === undefined ? Buffer.alloc(0) : Buffer.of(le & 0xff),
      ]);
    const pin = content.pin?.value.use((bytes) => Buffer.from(bytes)) ?? Buffer.alloc(3);
    switch (kind) {
      case 'select':
        return apdu('00A40000', Buffer.from(['3F00', 'DF01', 'DF01', 'DF01', '0015', '001B'][a % 6] ?? '', 'hex'));
      case 'verify':
        return apdu('00200000', b % 16 === 0 ? undefined : pin);
      case 'wrongPin':
        return apdu('00200000', bytesNamed(`pin ${a}`, 2 + (b % 7)));
      case 'changePin':
        return apdu('805E0100', Buffer.concat([pin, Buffer.of(0xff), Buffer.of(0x12, 0x34, a % 10)]));
      case 'sessionKey': {
        if (witness.directory !== 'DF01' && b % 8 !== 0) this.send(apdu('00A40000', Buffer.from('DF01', 'hex')));
        if (!witness.pinVerified && b % 4 !== 0) this.send(apdu('00200000', pin));
        const key = content.keys[a % Math.max(1, content.keys.length)];
        const p1 = key?.p1 ?? 0x27;
        const version = b % 32 < 2 ? Buffer.of(b & 3) : Buffer.alloc(0);
        const data = Buffer.concat([bytesNamed(`factors ${a}`, ((p1 >> 5) + 1) * 8), version]);
        return Buffer.concat([Buffer.of(0x80, 0xde, p1, key?.p2 ?? 0x2a, data.length), data]);
      }
      case 'cipher': {
        const mac = b % 3 === 0;
        return apdu(
          mac ? '80FA0500' : '80FA0000',
          bytesNamed(`text ${a}`, 16 * ((mac ? 2 : 1) + (a % 8))),
          b % 2 ? 0 : undefined,
        );
      }
      case 'sign':
        return apdu('802A9E9A', bytesNamed(`hash ${a}`, 32), b % 2 ? 0 : undefined);
      case 'digest':
        return apdu(`802C0${a % 4}0${b % 2}`, bytesNamed(`digest ${a}`, 1 + (b % 200)), 0);
      case 'channel': {
        if (witness.directory !== 'MF') this.send(apdu('00A40000', Buffer.from('3F00', 'hex')));
        this.send(apdu('00840000', undefined, 8));
        const key = content.controlKey;
        const random = bytesNamed(`terminal ${a}`, 8);
        const right =
          key === null || b % 4 === 0
            ? bytesNamed('wrong', 8)
            : key.value.use((bytes) =>
                cryptogram(key.suite, Buffer.from(bytes), witness.challenge ?? Buffer.alloc(8), random),
              );
        return apdu('00820000', Buffer.concat([right, random, Buffer.of(key?.version ?? 0)]));
      }
      case 'secured': {
        const forms = [
          ['84D4012A', 52],
          ['84D40300', 20],
          ['04D60000', 20],
          ['84460001', 4],
          ['84440200', 36],
          ['84160000', 4],
        ] as const;
        const [header, length] = forms[a % forms.length] ?? forms[0];
        return apdu(header, bytesNamed(`secured ${b}`, length));
      }
      case 'getData':
        return apdu(`80CA010${a % 9}`, undefined, 0);
      case 'getResponse':
        return apdu('00C00000', undefined, a % 3 === 0 ? a & 0xff : 0);
      case 'readBinary':
        return apdu(`00B0${(0x80 | (a % 31)).toString(16)}00`, undefined, b & 0xff);
      case 'repeat':
        return this.#last ?? apdu('00840000', undefined, 8);
      default:
        return bytesNamed(`noise ${a} ${b}`, b % 262);
    }
  }
}

describe.each(['intl-128', 'sm-128'] as const)('SAM, %s', (suite) => {
  test(
    'nothing is granted that was not earned',
    () => {
      const content = issuedSam(suite);
      const wanted = FUZZ_APDUS * 0.05;
      const granted: Record<string, number> = {};
      let apdus = 0;
      for (let round = 0; apdus < wanted; round++) {
        fc.assert(
          fc.property(sequences, (list) => {
            const bench = new SamBench(content);
            bench.run(list);
            apdus += bench.transcript.length;
            for (const [what, times] of Object.entries(bench.witness.granted))
              granted[what] = (granted[what] ?? 0) + times;
          }),
          { seed: FUZZ_SEED + (suite === 'sm-128' ? 700_000 : 600_000) + round, numRuns: 100 },
        );
      }
      process.stderr.write(`  ${apdus} APDUs, granted ${JSON.stringify(granted)}\n`);
      for (const what of ['verified', 'sessionKeys', 'ciphers', 'signatures', 'channels']) {
        expect(granted[what] ?? 0).toBeGreaterThan(0);
      }
    },
    FUZZ_TIMEOUT_MS,
  );
});

test.each<SamRule>([
  'channelMac',
  'pinForSessionKey',
  'pinForSignature',
  'pinTriesCounted',
  'pinDroppedByReset',
  'applicationSelected',
  'singleUse',
  'keyType',
  'usesCounted',
])('a SAM that forgets %s is found out', (rule) => {
  const result = fc.check(
    fc.property(sequences, (list) => new SamBench(issuedSam('intl-128'), rule).run(list)),
    { seed: FUZZ_SEED, numRuns: 150, endOnFailure: true },
  );
  expect(result.failed).toBe(true);
});

/**
 * What a fuzzer does to a card, step by step. Most steps are made by somebody who holds the keys, so that the deep states
 * are reached; a step may be damaged in one place, and one in ten is noise. Numbers choose among what the profile has, so
 * that fast-check can shrink them.
 */
import { CARD_KEY_SLOTS, type ElementaryFile, nationalProfile } from '@rhc/card/profile';
import fc from 'fast-check';
import { fileDescriptor } from '../../virtual-card/src/cos/formatted-chip.ts';
import type { KeyEntry } from '../../virtual-card/src/index.ts';
import { bytesNamed } from './canary-card.ts';
import type { CardBench } from './card-bench.ts';
import { contentDigest } from './card-witness.ts';
import { blockBytes, cryptogram, disperse, ecb, macBlock, zeroBlock } from './plain-chip-crypto.ts';

const KINDS = {
  reset: 2,
  select: 6,
  selectByName: 2,
  openFile: 30,
  authenticate: 10,
  internal: 3,
  read: 18,
  write: 26,
  lock: 2,
  channel: 5,
  loadKey: 8,
  retireKey: 3,
  createFile: 4,
  seal: 1,
  getData: 3,
  getResponse: 2,
  repeat: 6,
  exhaust: 1,
  noise: 6,
} as const;
export type StepKind = keyof typeof KINDS;

export interface Step {
  readonly kind: StepKind;
  readonly a: number;
  readonly b: number;
  /** Damage to the step's last command: one byte, its length, or its end. */
  readonly damage: {
    readonly how: 'flip' | 'cut' | 'grow' | 'set';
    readonly at: number;
    readonly value: number;
  } | null;
}

const weighted = (Object.entries(KINDS) as [StepKind, number][]).map(([kind, weight]) => ({
  weight,
  arbitrary: fc.constant(kind),
}));
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(...weighted),
  a: fc.nat(0xffff),
  b: fc.nat(0xffff),
  damage: fc.oneof(
    { weight: 85, arbitrary: fc.constant(null) },
    {
      weight: 15,
      arbitrary: fc.record({
        how: fc.constantFrom('flip' as const, 'flip' as const, 'cut' as const, 'grow' as const, 'set' as const),
        at: fc.nat(0xff),
        value: fc.nat(0xff),
      }),
    },
  ),
});
/** Without fast-check's bias towards small numbers, which would open the first file most of the time. */
export const steps = (length: number): fc.Arbitrary<Step[]> =>
  fc.array(fc.noBias(step), { minLength: 1, maxLength: length, size: 'max' });

const pick = <T>(list: readonly T[], at: number): T => {
  const chosen = list[at % list.length];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
};
const FIDS = [
  ...nationalProfile.directories.map(({ fid }) => fid),
  ...nationalProfile.files.map(({ fid }) => fid),
  0x3fff,
  0x0000,
];
const u16 = (value: number) => Buffer.of((value >> 8) & 0xff, value & 0xff);
const apdu = (cla: number, ins: number, p1: number, p2: number, data: Uint8Array = Buffer.alloc(0), le?: number) =>
  Buffer.concat([
    Buffer.of(cla, ins, p1 & 0xff, p2 & 0xff),
    data.length > 0 ? Buffer.of(data.length & 0xff) : Buffer.alloc(0),
    data.subarray(0, 255),
    le === undefined ? Buffer.alloc(0) : Buffer.of(le & 0xff),
  ]);
const secretOf = (key: KeyEntry): Buffer => key.value.use((bytes) => Buffer.from(bytes));

export function runSteps(bench: CardBench, sequence: readonly Step[]): void {
  for (const each of sequence) {
    const last = ACTIONS[each.kind](bench, each);
    if (last !== null) bench.send(each.damage === null ? last : damaged(last, each.damage));
  }
}

export function damaged(command: Buffer, { how, at, value }: NonNullable<Step['damage']>): Buffer {
  const copy = Buffer.from(command);
  const place = at % Math.max(1, copy.length);
  if (how === 'flip') copy[place] = (copy[place] ?? 0) ^ (1 << (value & 7));
  if (how === 'set') copy[place] = value;
  if (how === 'cut') return copy.subarray(0, place);
  return how === 'grow' ? Buffer.concat([copy, bytesNamed(`grow ${at}`, 1 + (value & 7))]) : copy;
}

type Action = (bench: CardBench, step: Step) => Buffer | null;

/** Each sends what leads up to it and gives back its last command. */
const ACTIONS: Readonly<Record<StepKind, Action>> = {
  reset: (bench) => {
    bench.reset();
    return null;
  },
  select: (_, { a, b }) => apdu(0x00, 0xa4, 0, 0, u16(pick(FIDS, a)), b % 4 === 0 ? 0 : undefined),
  selectByName: (_, { a, b }) => {
    const names = nationalProfile.directories.flatMap(({ dfName }) => (dfName === null ? [] : [dfName]));
    return apdu(0x00, 0xa4, 4, 0, Buffer.from(pick(names, a), 'hex'), b % 2 === 0 ? 0 : undefined);
  },
  openFile,
  authenticate: (bench, { a, b }) => {
    const { kid, directory } = nationalProfile.keySlot(pick(CARD_KEY_SLOTS, a));
    if (b % 8 !== 0) enter(bench, { directory });
    return authentication(bench, kid, (b >> 3) % 4, (b >> 5) % 8 === 0);
  },
  internal: (bench, { a, b }) => {
    if (b % 4 !== 0) enter(bench, { directory: 'DDF1' });
    const kid = b % 3 === 0 ? a & 0xff : 0;
    return apdu(0x00, 0x88, 0, kid, Buffer.concat([bytesNamed(`r ${a}`, 16), Buffer.of(1 + (b & 1))]), 8);
  },
  read: (bench, step) => {
    const { a, b } = step;
    ensureFile(bench, step);
    const structure = currentFile(bench)?.structure;
    const binary = b % 16 === 0 ? structure !== 'transparent' : structure === 'transparent';
    if (binary) return apdu(0x00, 0xb0, (a >> 8) % 13, a & 0xff, undefined, b >> 8);
    const byTag = b % 4 === 0;
    return apdu(0x00, 0xb2, byTag ? a % 64 : 1 + (a % 12), byTag ? 0 : 4, undefined, (b >> 4) % 8 === 0 ? b : 0);
  },
  write: (bench, step) => {
    ensureFile(bench, step);
    return write(bench, step);
  },
  lock: (bench, { a, b }) => {
    // A blocked card ends the sequence and a directory blocked for ever most of it: they are rare.
    const application = pick(
      [
        ['DF01', 0x82],
        ['DF02', 0x82],
        ['DF03', 0x82],
      ] as const,
      a,
    );
    const [directory, kid] = b % 16 === 7 ? (['MF', 0x02] as const) : application;
    const ins = directory === 'MF' ? 0x16 : pick([0x1e, 0x18, 0x18], b >> 5);
    enter(bench, { directory });
    if (b % 8 !== 0) bench.send(authentication(bench, kid, 1));
    return maced(bench, Buffer.of(0x84, ins, 0, ins === 0x1e && b % 32 === 1 ? 1 : 0), Buffer.alloc(0));
  },
  channel: (bench, { a }) => {
    enter(bench, { directory: 'MF' });
    const version = bench.content.keys.some((key) => key.version === 0) ? 0 : 1 + (a & 1);
    return authentication(bench, 0x00, version);
  },
  loadKey: (bench, { a, b }) => {
    const slot = pick(CARD_KEY_SLOTS, a);
    const { kid, directory, typeCode, maxTries } = nationalProfile.keySlot(slot);
    if (b % 8 !== 0) enter(bench, { directory });
    const channel = bench.witness.channel;
    if (channel === null) return apdu(0x84, 0xd4, 1, kid, bytesNamed(`load ${a}`, 52));
    const version = 1 + ((b >> 3) % 4);
    const algorithm = { 'intl-128': 1, 'sm-128': 2, 'pboc-3des': 3 }[channel.suite];
    const first = Buffer.alloc(16);
    first.set([0x1f, typeCode, 0, 0x40, version, algorithm, maxTries ?? 0xff]);
    const held = bench.content.keys.find((key) => key.kid === kid && key.version === version);
    const value = (b >> 6) % 2 === 0 && held !== undefined ? secretOf(held) : bytesNamed(`key ${a} ${b}`, 16);
    const plain = Buffer.concat([first, value, Buffer.of(0x80), Buffer.alloc(15)]);
    return chained(bench, Buffer.of(0x84, 0xd4, 1, kid), ecb(channel.suite, channel.ske, plain));
  },
  retireKey: (bench, { a, b }) => {
    const { kid, directory } = nationalProfile.keySlot(pick(CARD_KEY_SLOTS, a));
    enter(bench, { directory });
    const channel = bench.witness.channel;
    if (channel === null) return apdu(0x84, 0xd4, 2, kid, bytesNamed(`retire ${a}`, 20));
    const plain = Buffer.alloc(16);
    plain.set([1, 1 + (b % 3), 0x80]);
    return chained(bench, Buffer.of(0x84, 0xd4, 2, kid), ecb(channel.suite, channel.ske, plain));
  },
  createFile: (bench, { a, b }) => {
    const file = pick(nationalProfile.files, a);
    if (b % 4 !== 0) enter(bench, file);
    const descriptor = Buffer.from(fileDescriptor(nationalProfile, file));
    // Another identifier makes a new file of it.
    if (b % 4 === 1) descriptor[6] = b >> 8;
    return apdu(0x80, 0xe0, 0, 0, descriptor);
  },
  seal: (bench, { a }) => {
    const channel = bench.witness.channel;
    if (channel === null) return apdu(0x84, 0x44, 0, 0, bytesNamed(`seal ${a}`, 36));
    const digest = a % 2 === 0 ? contentDigest(channel.suite, bench.content) : bytesNamed(`digest ${a}`, 32);
    return chained(bench, Buffer.of(0x84, 0x44, 0, 0), digest);
  },
  getData: (_, { a }) => apdu(0x80, 0xca, 1, a % 8, undefined, 0),
  getResponse: (_, { a }) => apdu(0x00, 0xc0, 0, 0, undefined, a & 0xff),
  /** What was sent a moment ago, byte for byte: challenges and MAC chains must have moved on. */
  repeat: (bench, { a }) => bench.sentBefore(a % 3),
  exhaust: (bench, { a }) => {
    const { kid, directory } = nationalProfile.keySlot(pick(CARD_KEY_SLOTS, a));
    enter(bench, { directory });
    for (let tries = 0; tries < 16; tries++) {
      const wrong = authentication(bench, kid, 1);
      wrong[5] = (wrong[5] ?? 0) ^ 0x80;
      bench.send(wrong);
    }
    return authentication(bench, kid, 1);
  },
  noise: (_, { a, b }) => bytesNamed(`noise ${a} ${b}`, b % 262),
};

function openFile(bench: CardBench, { a, b }: Step): Buffer {
  const file = pick(nationalProfile.files, a);
  enter(bench, file);
  const slots = nationalProfile.keySlots.filter(
    ({ directory, class: keyClass }) => directory === file.directory && ['RK', 'UK', 'LK'].includes(keyClass),
  );
  // Half of the visits hold every key, a quarter one of them, the others none.
  const held = b % 4 < 2 ? slots : b % 4 === 2 ? [pick(slots, b >> 4)] : [];
  for (const { kid } of held) bench.send(authentication(bench, kid, 1 + ((b >> 3) & 1)));
  return apdu(0x00, 0xa4, 0, 0, u16(file.fid));
}

/** Reading and writing without a file are tried too, but seldom. */
function ensureFile(bench: CardBench, { a, b }: Step): void {
  if (bench.witness.file !== null || b % 8 === 7) return;
  bench.send(openFile(bench, { kind: 'openFile', a: a >> 3, b: b >> 5, damage: null }));
}

/** Step by step from the MF; a directory that is current already is not selected again. */
function enter(bench: CardBench, { directory }: Pick<ElementaryFile, 'directory'>): void {
  const { fid, parent } = nationalProfile.directory(directory);
  if (bench.witness.directory === fid) return;
  if (parent !== null && bench.witness.directory !== nationalProfile.directory(parent).fid) {
    enter(bench, { directory: parent });
  }
  bench.send(apdu(0x00, 0xa4, 0, 0, u16(fid)));
}

function keyOf(bench: CardBench, kid: number, version: number): KeyEntry | undefined {
  return bench.content.keys.find(
    (key) => key.directory === bench.witness.directory && key.kid === kid && key.version === version,
  );
}

/** EXTERNAL AUTHENTICATE with the right key on a fresh challenge; `stale` goes without one. */
function authentication(bench: CardBench, kid: number, version: number, stale = false): Buffer {
  if (!stale) bench.send(apdu(0x00, 0x84, 0, 0, undefined, 8));
  const random = bytesNamed(`terminal ${kid} ${version}`, 8);
  const key = keyOf(bench, kid, version);
  const challenge = stale ? bench.lastChallenge : (bench.witness.challenge ?? Buffer.alloc(8));
  const right = key === undefined ? bytesNamed('no key', 8) : cryptogram(key.suite, secretOf(key), challenge, random);
  return apdu(0x00, 0x82, 0, kid, Buffer.concat([right, random, Buffer.of(version)]));
}

function currentFile(bench: CardBench): ElementaryFile | undefined {
  const { file } = bench.witness;
  return nationalProfile.files.find(
    (each) => each.fid === file?.fid && nationalProfile.directory(each.directory).fid === file.directory,
  );
}

/** As the file wants it in most cases; plain, by another directory's key, or of another size in the rest. */
function write(bench: CardBench, { a, b }: Step): Buffer {
  const file = currentFile(bench) ?? pick(nationalProfile.files, a);
  const plain =
    bench.content.state !== 'operational' ? b % 8 !== 0 : file.updateTransport === 'plain' ? true : b % 8 === 0;
  const record = 1 + (a % 4);
  if (file.structure === 'transparent') {
    const offset = (a * 7) % (file.sizeBytes + 4);
    return apdu(0x00, 0xd6, offset >> 8, offset & 0xff, bytesNamed(`write ${a} ${b}`, 1 + (b % 140)));
  }
  if (file.updateTransport === 'mac' && !plain) {
    return maced(bench, Buffer.of(0x84, pick([0xd2, 0x0c], b), record, 4), Buffer.alloc(0));
  }
  const element = file.structure === 'tlv-records' ? file.elements[record - 1] : undefined;
  const size = file.structure === 'tlv-records' ? (element?.sizeBytes ?? 4) : file.recordSizeBytes;
  const value = bytesNamed(`write ${a} ${b}`, b % 16 === 1 ? (a >> 4) % 130 : size);
  const whole =
    file.structure === 'tlv-records'
      ? Buffer.concat([Buffer.of(element?.item ?? a & 0xff, value.length), value])
      : value;
  const address = file.structure === 'cyclic' ? [0, 3] : [record, 4];
  if (plain) return apdu(0x00, 0xdc, address[0] ?? 0, address[1] ?? 0, whole);
  const style = b % 32 === 2 ? 'foreign-key' : b % 32 === 4 ? 'not-enciphered' : 'right';
  return maced(bench, Buffer.of(0x04, 0xdc, ...address), whole, style);
}

/** A command under the session key of the directory's STK; an empty value travels by MAC alone. */
type Style = 'right' | 'foreign-key' | 'not-enciphered';

function maced(bench: CardBench, header: Buffer, value: Buffer, style: Style = 'right'): Buffer {
  bench.send(apdu(0x00, 0x84, 0, 0, undefined, 8));
  const challenge = bench.witness.challenge ?? Buffer.alloc(8);
  const stks = bench.content.keys.filter(
    (key) => (key.kid & 0x7f) === 1 && (key.directory === bench.witness.directory) !== (style === 'foreign-key'),
  );
  const key = stks[header.length % Math.max(1, stks.length)];
  if (key === undefined) return Buffer.concat([header, Buffer.of(4), bytesNamed('no stk', 4)]);
  const session = disperse(key.suite, secretOf(key), challenge);
  const block = blockBytes(key.suite);
  const padded = Buffer.alloc((Math.floor((value.length + 1) / block) + 1) * block);
  padded.set([value.length & 0xff, ...value.subarray(0, 250), 0x80].slice(0, padded.length));
  const enciphered = value.length === 0 ? Buffer.alloc(0) : ecb(key.suite, session, padded);
  const cipher = style === 'not-enciphered' ? value.subarray(0, 240) : enciphered;
  const head = Buffer.concat([header, Buffer.of((cipher.length + 4) & 0xff), cipher]);
  return Buffer.concat([head, macBlock(key.suite, session, zeroBlock(key.suite), head).subarray(0, 4)]);
}

/** A secured command of the open channel. */
function chained(bench: CardBench, header: Buffer, body: Buffer): Buffer {
  const channel = bench.witness.channel;
  const head = Buffer.concat([header, Buffer.of(body.length + 4), body]);
  if (channel === null) return Buffer.concat([head, Buffer.alloc(4)]);
  return Buffer.concat([head, macBlock(channel.suite, channel.skm, channel.iv, head).subarray(0, 4)]);
}

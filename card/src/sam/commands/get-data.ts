/** GET DATA `80 CA` of the SAM: state, key versions, use counters, signing key (ADR 006). */
import { ByteReader, requireLength } from '../../bytes/index.ts';
import type { AlgorithmSuite } from '../../profile/index.ts';
import { defineSamCommand } from './define-sam-command.ts';

export const SAM_STATES = ['blank', 'first-issue', 'second-issue', 'operational', 'recalled'] as const;
export type SamStateName = (typeof SAM_STATES)[number];

export interface SamStatus {
  readonly state: SamStateName;
  /** 0 = the maker's transport key; null once recalled. */
  readonly controlKeyVersion: number | null;
  /** Null before a PIN is set. */
  readonly pinTriesLeft: number | null;
  readonly keysLoaded: number;
  readonly commits: number;
}

export interface HeldKey {
  readonly p1: number;
  readonly p2: number;
  readonly version: number;
  readonly suite: AlgorithmSuite;
}

export interface KeyUse {
  /** Reference; 40 hex is the signing key. */
  readonly p2: number;
  readonly version: number;
  readonly uses: number;
}

const SUITES: Readonly<Record<number, AlgorithmSuite>> = { 1: 'intl-128', 2: 'sm-128', 3: 'pboc-3des' };
const NONE = 0xff;

function suiteOf(code: number): AlgorithmSuite {
  const suite = SUITES[code];
  if (suite === undefined) throw new RangeError(`algorithm ${code} is not known`);
  return suite;
}

function list<T>(data: Uint8Array, read: (reader: ByteReader) => T): readonly T[] {
  const reader = new ByteReader(data);
  const entries: T[] = [];
  while (reader.remaining > 0) entries.push(read(reader));
  return entries;
}

const getData = <T>(p2: number, read: (data: Uint8Array) => T) =>
  defineSamCommand({ name: 'GET DATA', build: () => ({ p1: 0x01, p2, le: 256 }), read });

export const getSamStatus = getData(0x01, (data): SamStatus => {
  const reader = new ByteReader(data);
  const state = SAM_STATES[reader.uint8('state')];
  if (state === undefined) throw new RangeError('unknown state of a SAM');
  const controlKeyVersion = reader.uint8('control key version');
  const pinTriesLeft = reader.uint8('PIN tries');
  const keysLoaded = reader.uint8('keys');
  const commits = reader.uint32('commits');
  reader.end('SAM status');
  return {
    state,
    controlKeyVersion: controlKeyVersion === NONE ? null : controlKeyVersion,
    pinTriesLeft: pinTriesLeft === NONE ? null : pinTriesLeft,
    keysLoaded,
    commits,
  };
});

export const getSamFactor = getData(0x02, (data) => requireLength(data, 8, 'SAM factor'));

/** Ascending by reference, then version. */
export const getSamKeys = getData(0x03, (data) =>
  list(data, (reader): HeldKey => {
    const [p1, p2, version] = [reader.uint8('P1'), reader.uint8('P2'), reader.uint8('version')];
    return { p1, p2, version, suite: suiteOf(reader.uint8('algorithm')) };
  }),
);

export const getSamProductId = getData(0x04, (data) => String.fromCharCode(...data));

export const getSamUses = getData(0x06, (data) =>
  list(data, (reader): KeyUse => {
    const [p2, version] = [reader.uint8('P2'), reader.uint8('version')];
    return { p2, version, uses: reader.uint32('uses') };
  }),
);

export const getSamPublicKey = getData(0x07, (data) => {
  const reader = new ByteReader(data);
  const suite = suiteOf(reader.uint8('algorithm'));
  const publicKey = reader.take(64, 'public key');
  reader.end('public key');
  return { suite, publicKey };
});

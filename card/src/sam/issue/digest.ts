/** What END ISSUE compares (ADR 006): all five files, then the check value of every key, then the signing key. */
import { concatBytes, requireByte, requireLength, uint16, uint32 } from '../../bytes/index.ts';
import { type AlgorithmSuite, type SamFile, samFiles } from '../../profile/index.ts';
import { type Crypto, kcvEnc0 } from '../../secure-messaging/index.ts';

const DIRECTORY_FID = { MF: 0x3f00, DF01: 0xdf01 } as const;

export interface IssuedKey {
  readonly p1: number;
  readonly p2: number;
  readonly version: number;
  readonly suite: AlgorithmSuite;
  readonly key: Uint8Array;
}

export interface SamIssueContent {
  /** A file that is left out is empty. */
  readonly files: Readonly<Partial<Record<SamFile['id'], Uint8Array>>>;
  readonly controlKey: Omit<IssuedKey, 'p1' | 'p2'>;
  readonly keys: readonly IssuedKey[];
  readonly publicKey: Uint8Array | null;
}

export function samIssueDigest(crypto: Crypto, suite: AlgorithmSuite, content: SamIssueContent): Uint8Array {
  const files = samFiles.map(({ id, directory, fid, sizeBytes }) => {
    const bytes = requireLength(content.files[id] ?? new Uint8Array(sizeBytes), sizeBytes, id);
    return concatBytes(uint16(DIRECTORY_FID[directory]), uint16(fid), uint32(sizeBytes), bytes);
  });
  const line = (directory: number, { p1, p2, version, suite: own, key }: IssuedKey) =>
    concatBytes(uint16(directory), Uint8Array.of(p1, p2, requireByte(version, 'version')), kcvEnc0(crypto, own, key));
  const keys = [...content.keys].sort((a, b) => a.p2 - b.p2 || a.version - b.version);
  const filesDigest = crypto.hash(suite, concatBytes(...files));
  const lines = [
    line(DIRECTORY_FID.MF, { p1: 0, p2: 0, ...content.controlKey }),
    ...keys.map((key) => line(DIRECTORY_FID.DF01, key)),
  ];
  return crypto.hash(suite, concatBytes(filesDigest, ...lines, content.publicKey ?? new Uint8Array(0)));
}

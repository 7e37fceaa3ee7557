/**
 * The proofs of RFC 9162 checked in the browser, with WebCrypto and nothing of the service's own code: an auditor need
 * not believe the server that hands out the proofs. Follows 2.1.3.2 and 2.1.4.2 step by step.
 */
export type Hash = Uint8Array<ArrayBuffer>;

const LEAF = 0x00;
const NODE = 0x01;

async function sha256(prefix: number, ...parts: readonly Uint8Array[]): Promise<Hash> {
  const whole = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0));
  whole[0] = prefix;
  let at = 1;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
}

export const leafHash = (line: string): Promise<Hash> => sha256(LEAF, new TextEncoder().encode(line));
const nodeHash = (left: Hash, right: Hash): Promise<Hash> => sha256(NODE, left, right);

export const hexOf = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('');

export function hashOf(hex: string): Hash {
  if (!/^[0-9A-Fa-f]{64}$/.test(hex)) throw new RangeError('a hash is 64 hex digits');
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

export const sameHash = (a: Uint8Array, b: Uint8Array): boolean => hexOf(a) === hexOf(b);

/** One step of the way from the leaf to the root, as the page shows it. */
export interface ProofStep {
  readonly side: 'left' | 'right';
  readonly sibling: Hash;
  readonly result: Hash;
}

const half = (value: number): number => Math.floor(value / 2);
const isOdd = (value: number): boolean => value % 2 === 1;

/**
 * RFC 9162, 2.1.3.2. @returns the steps and the root they lead to; null when the path does not fit index and size.
 */
export async function rootFromInclusion(
  leaf: Hash,
  index: number,
  size: number,
  path: readonly Hash[],
): Promise<{ root: Hash; steps: ProofStep[] } | null> {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) return null;
  let fn = index;
  let sn = size - 1;
  let result = leaf;
  const steps: ProofStep[] = [];
  for (const sibling of path) {
    if (sn === 0) return null;
    const side = isOdd(fn) || fn === sn ? 'left' : 'right';
    result = side === 'left' ? await nodeHash(sibling, result) : await nodeHash(result, sibling);
    if (side === 'left') while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    steps.push({ side, sibling, result });
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 ? { root: result, steps } : null;
}

export interface TreeHead {
  readonly size: number;
  readonly root: Hash;
}

/** RFC 9162, 2.1.4.2: the later tree begins with the whole earlier one. */
export async function isConsistent(earlier: TreeHead, later: TreeHead, path: readonly Hash[]): Promise<boolean> {
  if (earlier.size < 1 || earlier.size > later.size) return false;
  if (earlier.size === later.size) return path.length === 0 && sameHash(earlier.root, later.root);
  const isPowerOfTwo = Number.isInteger(Math.log2(earlier.size));
  const nodes = isPowerOfTwo ? [earlier.root, ...path] : [...path];
  const first = nodes.shift();
  if (first === undefined) return false;
  let fn = earlier.size - 1;
  let sn = later.size - 1;
  while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)];
  let fr = first;
  let sr = first;
  for (const node of nodes) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      [fr, sr] = [await nodeHash(node, fr), await nodeHash(node, sr)];
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else sr = await nodeHash(sr, node);
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && sameHash(fr, earlier.root) && sameHash(sr, later.root);
}

/**
 * Parts of a key (KEYS.md, "Ceremony"), each entered by its custodian, perhaps on different days. Until the last one is
 * there they wait in the token, enciphered under a key of the token that never leaves it; the last one never rests
 * anywhere, so what is at rest is never enough to make the key. With it the key is made here, in the worker's memory,
 * and born in the token; then the values are wiped and only their check values stay for the confirmation.
 *
 * Every operation may be cut and run again: the same part again changes nothing, another value under its number is refused.
 */
import { createCipheriv } from 'node:crypto';
import { concatBytes, equalBytes, xorBytes } from '@rhc/card/bytes';
import { combineShares, type Share } from '../../domain/ceremony/shamir.ts';
import { keyServiceErrors } from '../../errors.ts';
import { tokenKeyBlockEngine } from '../pkcs11/key-block-engine.ts';
import type { Handle } from '../pkcs11/module.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { EnterPartInput, HsmOperations, StoredPart } from '../port.ts';
import { softKeyBlockEngine } from '../soft-key-block-engine.ts';
import { placeRoot } from './import-root.ts';
import { placeProtectionKey } from './key-blocks.ts';
import { standingRoot } from './standing-root.ts';

type Operation<K extends keyof HsmOperations> = (
  token: Token,
  input: HsmOperations[K]['input'],
) => HsmOperations[K]['output'];

const PART_KEY = 'CEREMONY.PARTS#1';
const APPLICATION = 'rhc-ceremony-part';
const BLOCK = 16;
/** Length of the part, its check value; then, until the key is made, IV and cipher. */
const HEAD = 4;
const CIPHERS = { 'intl-128': 'aes-128-ecb', 'sm-128': 'sm4-ecb', 'pboc-3des': 'des-ede' } as const;

const labelOf = (group: string, index: number): string => `${group}.${index}`;

function refuse(zh: string, en: string): Error {
  return keyServiceErrors.make('CEREMONY_PART_REFUSED', { detail: en, fields: [{ field: 'part', rule: { zh, en } }] });
}

interface KeptPart extends StoredPart {
  /** Null once the key is made. */
  readonly sealed: Uint8Array | null;
  readonly bytes: number;
}

function keptParts(token: Token, group: string): KeptPart[] {
  const byIndex = new Map<number, KeptPart>();
  for (const handle of token.find(templates.findData(APPLICATION))) {
    const label = token.label(handle);
    if (!label.startsWith(`${group}.`)) continue;
    const index = Number(label.slice(group.length + 1));
    // A cut between mark and wipe leaves both: the mark says that the key was made.
    if (byIndex.get(index)?.sealed === null) continue;
    const value = Uint8Array.from(token.value(handle));
    const sealed = value.length === HEAD ? null : value.slice(HEAD);
    byIndex.set(index, { index, kcv: value.slice(1, HEAD), bytes: value[0] as number, sealed });
  }
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}

/** Check value of a part: of a root's part ENC0 in its suite, of a protection key's part as that key's own method. */
function checkValue(target: EnterPartInput['target'], part: Uint8Array): Uint8Array {
  if (target.kind === 'protection-key') return softKeyBlockEngine(target.key, part).checkValue();
  const engine = createCipheriv(CIPHERS[target.suite], part, null);
  engine.setAutoPadding(false);
  return Uint8Array.from(engine.update(new Uint8Array(BLOCK)).subarray(0, 3));
}

const lengthsOf = (target: EnterPartInput['target']): readonly number[] => {
  if (target.kind === 'root') return [16];
  return target.key === 'AES' ? [16, 24, 32] : [16, 24];
};

export const enterPart: Operation<'enter-part'> = (token, input) => {
  const { group, index, part, expectedKcv } = input;
  try {
    if (!lengthsOf(input.target).includes(part.length) || part.length !== input.lengthBytes) {
      throw refuse(`须为 ${input.lengthBytes} 字节`, `must have ${input.lengthBytes} bytes`);
    }
    const kcv = checkValue(input.target, part);
    if (expectedKcv !== null && !equalBytes(expectedKcv, kcv)) {
      throw refuse('校验值与信封不符', 'its check value is not that of the envelope');
    }
    const kept = keptParts(token, group);
    const own = kept.find((each) => each.index === index);
    if (own !== undefined && !equalBytes(own.kcv, kcv)) {
      throw refuse('该序号已输入了另一份分量', 'another part was entered under this number');
    }
    if (own !== undefined && own.sealed === null) return { kcv, made: presentKey(token, input) };
    if (own === undefined && kept.length + 1 < input.needed) {
      keep(token, labelOf(group, index), kcv, part);
      return { kcv, made: null };
    }
    if (own !== undefined && kept.length < input.needed) return { kcv, made: null };
    return { kcv, made: combineAll(token, input, kept, kcv) };
  } finally {
    part.fill(0);
  }
};

function combineAll(
  token: Token,
  input: EnterPartInput,
  kept: readonly KeptPart[],
  kcv: Uint8Array,
): { kcv: Uint8Array; created: boolean } {
  const shares: Share[] = [{ index: input.index, bytes: Uint8Array.from(input.part) }];
  let value: Uint8Array | undefined;
  try {
    for (const each of kept) {
      if (each.index !== input.index && each.sealed !== null)
        shares.push({ index: each.index, bytes: open(token, each) });
    }
    if (shares.length < input.needed) {
      // The key was made and some values are wiped already: what is left cannot be compared, the key itself stands.
      return wiped(token, input, kept, kcv, presentKey(token, input));
    }
    value = input.combine === 'XOR' ? xorAll(shares) : combineShares(shares);
    const made = place(token, input.target, value);
    return wiped(token, input, kept, kcv, made);
  } finally {
    value?.fill(0);
    for (const { bytes } of shares) bytes.fill(0);
  }
}

/** Only after the key is in the token: values go, check values stay. */
function wiped<T>(
  token: Token,
  { group, index }: EnterPartInput,
  kept: readonly KeptPart[],
  kcv: Uint8Array,
  made: T,
): T {
  mark(token, labelOf(group, index), kcv);
  for (const each of kept) if (each.sealed !== null) mark(token, labelOf(group, each.index), each.kcv);
  return made;
}

function xorAll(shares: readonly Share[]): Uint8Array {
  return shares.slice(1).reduce<Uint8Array>(
    (sum, { bytes }) => {
      const next = xorBytes(sum, bytes);
      sum.fill(0);
      return next;
    },
    Uint8Array.from((shares[0] as Share).bytes),
  );
}

function place(
  token: Token,
  target: EnterPartInput['target'],
  value: Uint8Array,
): { kcv: Uint8Array; created: boolean } {
  if (target.kind === 'protection-key') return placeProtectionKey(token, target.name, target.key, value);
  const { kcv, created } = placeRoot(token, target.root, target.usage, value, undefined, target.suite);
  return { kcv, created };
}

function presentKey(token: Token, { target }: EnterPartInput): { kcv: Uint8Array; created: boolean } {
  if (target.kind === 'protection-key')
    return { kcv: tokenKeyBlockEngine(token, target.name).checkValue(), created: false };
  const standing = standingRoot(token, target.root);
  if (standing === null || standing === 'torn') throw keyServiceErrors.make('KEY_MISSING', { detail: target.root });
  return { kcv: standing.kcv, created: false };
}

/** Found anew each time: it is destroyed with the last part, and another worker may have made the next one. */
function partKey(token: Token): Handle {
  return token.findSecret(PART_KEY) ?? token.generate(templates.sealing(PART_KEY));
}

/** IV ‖ CBC under the token's key, zeros filling the last block. */
function keep(token: Token, label: string, kcv: Uint8Array, part: Uint8Array): void {
  const padded = new Uint8Array(Math.ceil(part.length / BLOCK) * BLOCK);
  padded.set(part);
  try {
    const iv = token.random(BLOCK);
    const cipher = token.cipherCbc('encipher', 'AES', partKey(token), iv, padded);
    token.create(templates.data(APPLICATION, label, concatBytes(Uint8Array.of(part.length), kcv, iv, cipher)));
  } finally {
    padded.fill(0);
  }
}

function open(token: Token, { sealed, bytes }: KeptPart): Uint8Array {
  const whole = sealed as Uint8Array;
  const plain = token.cipherCbc('decipher', 'AES', partKey(token), whole.slice(0, BLOCK), whole.slice(BLOCK));
  const value = Uint8Array.from(plain.subarray(0, bytes));
  plain.fill(0);
  return value;
}

/** The head alone in place of a value: there was a part, with this check value. The new mark comes first. */
function mark(token: Token, label: string, kcv: Uint8Array): void {
  const old = token.find(templates.findData(APPLICATION, label));
  token.create(templates.data(APPLICATION, label, concatBytes(Uint8Array.of(0), kcv)));
  for (const handle of old) token.destroy(handle);
}

export const describeParts: Operation<'describe-parts'> = (token, { group }) => ({
  parts: keptParts(token, group).map(({ index, kcv }) => ({ index, kcv })),
});

/** One part (entered wrongly) or all of a group (confirmed, rejected). The token's part key goes with the last one. */
export const discardParts: Operation<'discard-parts'> = (token, { group, index }) => {
  const going = token.find(templates.findData(APPLICATION)).filter((handle) => {
    const label = token.label(handle);
    return index === null ? label.startsWith(`${group}.`) : label === labelOf(group, index);
  });
  for (const handle of going) token.destroy(handle);
  if (token.find(templates.findData(APPLICATION)).length === 0) {
    const key = token.findSecret(PART_KEY);
    if (key !== null) token.destroy(key);
  }
  return { discarded: going.length };
};

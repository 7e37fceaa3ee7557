/**
 * Key blocks in the worker: a protection key from components, a root from a block, a block of a dispersed key. Roots
 * themselves are never extractable, so a block can only hold a key below one: the province's, as a ministry hands it on.
 */
import { bytesToHex, equalBytes, xorBytes } from '@rhc/card/bytes';
import { refusedBlock } from '../../domain/key-block/header.ts';
import { CHECK_VALUE_METHODS, checkValueBlock, openKeyBlock, sealKeyBlock } from '../../domain/key-block/key-block.ts';
import { keyServiceErrors } from '../../errors.ts';
import { PROTECTION_KEY_PREFIX, tokenKeyBlockEngine } from '../pkcs11/key-block-engine.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperations } from '../port.ts';
import { softKeyBlockEngine } from '../soft-key-block-engine.ts';
import { ZERO_BLOCK } from './blocks.ts';
import { placeRoot } from './import-root.ts';
import { keepBackup } from './root-backup.ts';
import { wrapPieces } from './service-keys.ts';

type Operation<K extends keyof HsmOperations> = (
  token: Token,
  input: HsmOperations[K]['input'],
) => HsmOperations[K]['output'];

const LENGTHS = { TDES: [16, 24], AES: [16, 24, 32] } as const;
const ROOT_BYTES = 16;
/** What a header must allow for the use that the root is to have. */
const MODES = { derive: 'X', encrypt: 'E' } as const;

export const importProtectionKey: Operation<'import-protection-key'> = (token, { name, kind, parts }) => {
  const value = combined(kind, parts);
  try {
    return placeProtectionKey(token, name, kind, value);
  } finally {
    value.fill(0);
    for (const part of parts) part.fill(0);
  }
};

/** @param value the caller wipes it @param expected the check value that it must have, where one is known */
export function placeProtectionKey(
  token: Token,
  name: string,
  kind: 'TDES' | 'AES',
  value: Uint8Array,
  expected?: string,
): HsmOperations['import-protection-key']['output'] {
  const label = `${PROTECTION_KEY_PREFIX}${name}`;
  const checkValue = softKeyBlockEngine(kind, value).checkValue();
  if (expected !== undefined && bytesToHex(checkValue) !== expected) {
    throw keyServiceErrors.make('KEY_CHECK_VALUE_MISMATCH', { detail: `${label}: not ${expected}` });
  }
  if (token.hasRoot(label)) {
    const present = tokenKeyBlockEngine(token, name).checkValue();
    if (equalBytes(present, checkValue)) return { kcv: present, created: false };
    throw keyServiceErrors.make('KEY_CHECK_VALUE_MISMATCH', { detail: `${label} is another key already` });
  }
  // As in import-root: deciphered under a fresh key of the token and derived back, so that it is born in the token.
  const padded = new Uint8Array(Math.ceil(value.length / 16) * 16);
  padded.set(value);
  const shape = { kind, bytes: value.length };
  const about = { root: label, usage: 'protection-key', suite: 'intl-128', kcv: checkValue, shape } as const;
  keepBackup(token, about, (spki) => wrapPieces(spki, value));
  const landing = token.generate(templates.landing);
  try {
    const data = token.cipherCbc('decipher', 'AES', landing, ZERO_BLOCK, padded);
    token.derive(landing, data, templates.protectionKey(label, kind, value.length));
  } finally {
    token.destroy(landing);
    padded.fill(0);
  }
  return { kcv: tokenKeyBlockEngine(token, name).checkValue(), created: true };
}

function combined(kind: 'TDES' | 'AES', parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  const lengths: readonly number[] = LENGTHS[kind];
  const sound =
    first !== undefined &&
    parts.length >= 2 &&
    parts.length <= 5 &&
    lengths.includes(first.length) &&
    parts.every((part) => part.length === first.length);
  if (!sound) throw refusedBlock('KBPK', '须为 2 至 5 个等长分量', 'needs 2 to 5 components of one length');
  return parts.slice(1).reduce<Uint8Array>((sum, part) => {
    const next = xorBytes(sum, part);
    sum.fill(0);
    return next;
  }, Uint8Array.from(first));
}

export const importKeyBlock: Operation<'import-key-block'> = (token, { kbpk, block, root, usage }) => {
  const opened = openKeyBlock(block, tokenKeyBlockEngine(token, kbpk));
  try {
    const { header, key } = opened;
    const mode = MODES[usage];
    if (header.algorithm !== 'A' || key.length !== ROOT_BYTES) {
      throw refusedBlock('algorithm', '须为 AES-128 密钥', 'must be an AES-128 key');
    }
    if (header.mode !== mode) {
      throw refusedBlock(
        'mode',
        `用途 ${usage} 要求 ${mode},实为 ${header.mode}`,
        `must be ${mode} to ${usage}, is ${header.mode}`,
      );
    }
    const told = header.optionalBlocks.find(({ id }) => id === 'KC')?.data;
    const expected = told?.startsWith(CHECK_VALUE_METHODS.ENC0) === true ? told.slice(2, 8) : undefined;
    const placed = placeRoot(token, root, usage, key, (kcv) => {
      if (expected === undefined || expected === bytesToHex(kcv)) return;
      throw refusedBlock('KC', `密钥的校验值是 ${bytesToHex(kcv)}`, `the key's check value is ${bytesToHex(kcv)}`);
    });
    return { ...placed, header };
  } finally {
    opened.key.fill(0);
  }
};

export const exportKeyBlock: Operation<'export-key-block'> = (token, { kbpk, key, header }) => {
  const engine = tokenKeyBlockEngine(token, kbpk);
  return token.withKey(key, 'cardKey', (lent) => {
    let value: Uint8Array | undefined;
    try {
      value = lent.reveal();
      const kcv = lent.checkValue();
      const optionalBlocks = [
        ...header.optionalBlocks,
        checkValueBlock('KC', 'ENC0', kcv),
        checkValueBlock('KP', 'CMAC0', engine.checkValue()),
      ];
      const random = (length: number) => Uint8Array.from(length === 0 ? [] : token.random(length));
      return { block: sealKeyBlock({ ...header, optionalBlocks }, value, engine, random), kcv };
    } finally {
      value?.fill(0);
    }
  });
};

/**
 * Reading and writing key blocks (TR-31:2018, 5.3; X9.143) over an engine that holds the protection key (KBPK). MAC and
 * encipherment keys are bound to it by CMAC derivation (B, D) or by variants (A, C, read only: deprecated). Pure but for
 * the engine. One refusal for a MAC that does not fit: nobody learns from it how the payload deciphered.
 */
import { bytesToHex, concatBytes, equalBytes, hexToBytes, uint16 } from '@rhc/card/bytes';
import { FORMS, headerText, type KeyBlockHeader, type OptionalBlock, refusedBlock, splitKeyBlock } from './header.ts';

/** Keys of one block. MACs are whole cipher blocks: CMAC for B and D, CBC-MAC for A and C. */
export interface BoundKeys {
  encipher(iv: Uint8Array, data: Uint8Array): Uint8Array;
  decipher(iv: Uint8Array, data: Uint8Array): Uint8Array;
  mac(data: Uint8Array): Uint8Array;
}

export interface KeyBlockEngine {
  readonly kind: 'TDES' | 'AES';
  /** CMAC0 of the KBPK (X9.24: CMAC over a block of zeros), 3 bytes: compared with the optional block KP. */
  checkValue(): Uint8Array;
  /** Lends the keys and ends them afterwards. @throws KEY_BLOCK_REFUSED when the engine cannot bind so */
  withKeys<T>(binding: 'variant' | 'derivation', use: (keys: BoundKeys) => T): T;
}

export interface OpenedKeyBlock {
  readonly header: KeyBlockHeader;
  /** To be wiped by the caller. */
  readonly key: Uint8Array;
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** @throws KEY_BLOCK_REFUSED with the part that is wrong */
export function openKeyBlock(block: string, engine: KeyBlockEngine): OpenedKeyBlock {
  const { header, headerText: text, payload, mac } = splitKeyBlock(block);
  const form = FORMS[header.version];
  requireKind(header, engine);
  requireCheckValue(header, engine);
  const told = hexToBytes(mac);
  const cipher = hexToBytes(payload);
  const plain = engine.withKeys(form.binding, (keys) => {
    if (form.binding === 'variant') {
      const computed = keys.mac(concatBytes(ascii(text), cipher)).slice(0, form.macBytes);
      if (!equalBytes(computed, told)) throw macRefused();
      return keys.decipher(ascii(text).slice(0, form.blockBytes), cipher);
    }
    const deciphered = keys.decipher(told, cipher);
    if (equalBytes(keys.mac(concatBytes(ascii(text), deciphered)), told)) return deciphered;
    deciphered.fill(0);
    throw macRefused();
  });
  try {
    const bits = ((plain[0] as number) << 8) | (plain[1] as number);
    if (bits === 0 || bits % 8 !== 0 || bits / 8 + 2 > plain.length) {
      throw refusedBlock('payload', '密钥长度不对', 'has a wrong key length');
    }
    return { header, key: plain.slice(2, 2 + bits / 8) };
  } finally {
    plain.fill(0);
  }
}

/**
 * A block of version B or D.
 * @param random padding behind the key, and the text of a padding block
 */
export function sealKeyBlock(
  header: KeyBlockHeader,
  key: Uint8Array,
  engine: KeyBlockEngine,
  random: (length: number) => Uint8Array,
): string {
  const form = FORMS[header.version];
  if (form.binding !== 'derivation') {
    throw refusedBlock('version', `版本 ${header.version} 只读`, `version ${header.version} is read, not written`);
  }
  requireKind(header, engine);
  requireCheckValue(header, engine);
  const used = key.length + 2;
  const padding = random((form.blockBytes - (used % form.blockBytes)) % form.blockBytes);
  const plain = concatBytes(uint16(key.length * 8), key, padding);
  const text = headerText(header, plain.length, (length) => bytesToHex(random(length)).slice(0, length));
  try {
    return engine.withKeys('derivation', (keys) => {
      const mac = keys.mac(concatBytes(ascii(text), plain));
      return `${text}${bytesToHex(keys.encipher(mac, plain))}${bytesToHex(mac)}`;
    });
  } finally {
    plain.fill(0);
  }
}

/**
 * Inputs of the CMACs that make a bound key (TR-31:2018, 5.3.2.1 and 5.3.2.3): counter, usage, separator, algorithm,
 * length in bits. Their outputs follow one another and are cut to the key's length.
 */
export function derivationInputs(purpose: 'encipher' | 'mac', kind: 'TDES' | 'AES', keyBytes: number): Uint8Array[] {
  const algorithm = kind === 'TDES' ? { 16: 0, 24: 1 }[keyBytes] : { 16: 2, 24: 3, 32: 4 }[keyBytes];
  if (algorithm === undefined) throw new RangeError(`a ${kind} protection key has no ${keyBytes} bytes`);
  const count = Math.ceil(keyBytes / (kind === 'TDES' ? 8 : 16));
  return Array.from({ length: count }, (_, index) =>
    concatBytes(
      Uint8Array.of(index + 1),
      uint16(purpose === 'encipher' ? 0 : 1),
      Uint8Array.of(0),
      uint16(algorithm),
      uint16(keyBytes * 8),
    ),
  );
}

/** Variants of version A and C: every byte of the KBPK ⊕ the letter. */
export const VARIANT_LETTERS = { encipher: 0x45, mac: 0x4d } as const;

/** Methods of the optional blocks KC (of the key) and KP (of the protection key). */
export const CHECK_VALUE_METHODS = { ENC0: '00', CMAC0: '01' } as const;

/** Three bytes, never more (KEYS.md), though X9.143 allows five for CMAC0. */
export const checkValueBlock = (
  id: 'KC' | 'KP',
  method: keyof typeof CHECK_VALUE_METHODS,
  value: Uint8Array,
): OptionalBlock => ({ id, data: `${CHECK_VALUE_METHODS[method]}${bytesToHex(value.slice(0, 3))}` });

function requireKind({ version }: KeyBlockHeader, engine: KeyBlockEngine): void {
  const { kbpk } = FORMS[version];
  if (engine.kind === kbpk) return;
  throw refusedBlock(
    'KBPK',
    `版本 ${version} 需要 ${kbpk} 保护密钥`,
    `version ${version} needs a ${kbpk} protection key`,
  );
}

function requireCheckValue(header: KeyBlockHeader, engine: KeyBlockEngine): void {
  const told = header.optionalBlocks.find(({ id }) => id === 'KP')?.data;
  // ENC0 of a protection key would need its right to ENCRYPT; then the MAC alone decides.
  if (told === undefined || !told.startsWith(CHECK_VALUE_METHODS.CMAC0)) return;
  const own = bytesToHex(engine.checkValue().slice(0, 3));
  if (told.slice(2, 8) === own) return;
  throw refusedBlock(
    'KBPK',
    `保护密钥的校验值是 ${own},密钥块写明 ${told.slice(2, 8)}`,
    `the protection key's check value is ${own}, the block names ${told.slice(2, 8)}`,
  );
}

const macRefused = (): Error =>
  refusedBlock(
    'MAC',
    'MAC 不符:密钥块被改动,或保护密钥不是这一把',
    'does not fit: the block was altered, or this is not its protection key',
  );

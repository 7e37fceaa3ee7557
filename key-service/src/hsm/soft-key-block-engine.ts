/**
 * LABELLED SOFTWARE: a protection key in this process's memory. Needed where a token cannot bind the keys of a block:
 * variants (versions A and C) are KBPK ⊕ a constant, and SoftHSM2 has no CKM_XOR_BASE_AND_DATA. Tests use it as the
 * second implementation beside the token. CMAC after RFC 4493 and SP 800-38B from single-block ECB.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { concatBytes, xorBytes } from '@rhc/card/bytes';
import {
  type BoundKeys,
  derivationInputs,
  type KeyBlockEngine,
  VARIANT_LETTERS,
} from '../domain/key-block/key-block.ts';

type Kind = KeyBlockEngine['kind'];

function cipherName(kind: Kind, keyBytes: number, mode: 'ecb' | 'cbc'): string {
  if (kind === 'AES') return `aes-${keyBytes * 8}-${mode}`;
  return `${keyBytes === 16 ? 'des-ede' : 'des-ede3'}-${mode}`;
}

function run(
  way: 'encipher' | 'decipher',
  kind: Kind,
  mode: 'ecb' | 'cbc',
  key: Uint8Array,
  iv: Uint8Array | null,
  data: Uint8Array,
): Uint8Array {
  const name = cipherName(kind, key.length, mode);
  const engine = way === 'encipher' ? createCipheriv(name, key, iv) : createDecipheriv(name, key, iv);
  engine.setAutoPadding(false);
  return Uint8Array.from(Buffer.concat([engine.update(data), engine.final()]));
}

/** Doubling in GF(2⁶⁴) or GF(2¹²⁸). */
function doubled(block: Uint8Array): Uint8Array {
  const carry = (block[0] as number) >> 7;
  const shifted = block.map((byte, index) => ((byte << 1) | ((block[index + 1] ?? 0) >> 7)) & 0xff);
  const last = shifted.length - 1;
  shifted[last] = (shifted[last] as number) ^ (carry === 0 ? 0 : block.length === 16 ? 0x87 : 0x1b);
  return shifted;
}

export function cmac(kind: Kind, key: Uint8Array, data: Uint8Array): Uint8Array {
  const size = kind === 'AES' ? 16 : 8;
  const first = doubled(run('encipher', kind, 'ecb', key, null, new Uint8Array(size)));
  const whole = data.length > 0 && data.length % size === 0;
  const padded = whole
    ? Uint8Array.from(data)
    : concatBytes(data, Uint8Array.of(0x80), new Uint8Array(size - 1 - (data.length % size)));
  const at = padded.length - size;
  padded.set(xorBytes(padded.slice(at), whole ? first : doubled(first)), at);
  return run('encipher', kind, 'cbc', key, new Uint8Array(size), padded).slice(-size);
}

export function softKeyBlockEngine(kind: Kind, kbpk: Uint8Array): KeyBlockEngine {
  const size = kind === 'AES' ? 16 : 8;
  const derived = (purpose: 'encipher' | 'mac') =>
    concatBytes(...derivationInputs(purpose, kind, kbpk.length).map((input) => cmac(kind, kbpk, input))).slice(
      0,
      kbpk.length,
    );
  const variant = (purpose: 'encipher' | 'mac') => kbpk.map((byte) => byte ^ VARIANT_LETTERS[purpose]);
  return {
    kind,
    checkValue: () => cmac(kind, kbpk, new Uint8Array(size)).slice(0, 3),
    withKeys: (binding, use) => {
      const make = binding === 'derivation' ? derived : variant;
      const [kbek, kbmk] = [make('encipher'), make('mac')];
      const keys: BoundKeys = {
        encipher: (iv, data) => run('encipher', kind, 'cbc', kbek, iv, data),
        decipher: (iv, data) => run('decipher', kind, 'cbc', kbek, iv, data),
        mac: (data) =>
          binding === 'derivation'
            ? cmac(kind, kbmk, data)
            : run('encipher', kind, 'cbc', kbmk, new Uint8Array(size), data).slice(-size),
      };
      try {
        return use(keys);
      } finally {
        kbek.fill(0);
        kbmk.fill(0);
      }
    },
  };
}

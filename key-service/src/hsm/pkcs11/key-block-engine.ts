/**
 * Key blocks with the protection key (KBPK) in the token: it may only SIGN, that is make CMACs, and never leaves.
 * LABELLED: PKCS#11 has no derivation by CMAC, so the two derived keys of one block pass through this worker's memory on
 * their way to session objects, and so does the block's payload, whose key stands behind a length that C_UnwrapKey does
 * not know. All are wiped at once; encipherment and MAC run in the token. An HSM with TR-31 of its own needs none of this.
 */
import { concatBytes } from '@rhc/card/bytes';
import { refusedBlock } from '../../domain/key-block/header.ts';
import { derivationInputs, type KeyBlockEngine } from '../../domain/key-block/key-block.ts';
import type { Handle } from './module.ts';
import { templates } from './templates.ts';
import type { Token } from './token.ts';

export const PROTECTION_KEY_PREFIX = 'KBPK.';

export function tokenKeyBlockEngine(token: Token, name: string): KeyBlockEngine {
  const kbpk = token.secret(`${PROTECTION_KEY_PREFIX}${name}`);
  const { kind, bytes } = token.keyShape(kbpk);
  const size = kind === 'AES' ? 16 : 8;
  const derived = (purpose: 'encipher' | 'mac'): Handle => {
    const parts = derivationInputs(purpose, kind, bytes).map((input) => token.cmac(kind, kbpk, input));
    const value = concatBytes(...parts).slice(0, bytes);
    try {
      return token.create(templates.boundKey(kind, value, purpose));
    } finally {
      value.fill(0);
      for (const part of parts) part.fill(0);
    }
  };
  return {
    kind,
    checkValue: () => Uint8Array.from(token.cmac(kind, kbpk, new Uint8Array(size)).subarray(0, 3)),
    withKeys: (binding, use) => {
      if (binding === 'variant') {
        throw refusedBlock('version', '令牌不能做变体绑定(A、C)', 'a token cannot bind by variants (A, C)');
      }
      const made: Handle[] = [];
      try {
        const kbek = derived('encipher');
        made.push(kbek);
        const kbmk = derived('mac');
        made.push(kbmk);
        return use({
          encipher: (iv, data) => Uint8Array.from(token.cipherCbc('encipher', kind, kbek, iv, data)),
          decipher: (iv, data) => Uint8Array.from(token.cipherCbc('decipher', kind, kbek, iv, data)),
          mac: (data) => Uint8Array.from(token.cmac(kind, kbmk, data)),
        });
      } finally {
        for (const handle of made) token.destroy(handle);
      }
    },
  };
}

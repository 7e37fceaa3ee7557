/**
 * Roots of the pilot ceremony (CARD.md "Slots and pilot keys"): public by design, so that foreign implementations can
 * be tested against ours. For tests and demonstrations only; production refuses them. key-service makes the same
 * values inside its token and never calls this.
 */
import { xorBytes } from '../bytes/index.ts';
import type { KeySlotName } from '../profile/types.ts';
import type { Crypto } from './crypto.ts';

/** Component i of a root: the first 16 bytes of SHA-256 over `rhc-pilot/<slot>/v<version>/component-<i>`. */
export function pilotComponent(crypto: Crypto, slot: KeySlotName, version: number, i: 1 | 2 | 3): Uint8Array {
  const text = `rhc-pilot/${slot}/v${version}/component-${i}`;
  // The hash of intl-128 is SHA-256, whatever suite the root serves.
  const hash = crypto.hash(
    'intl-128',
    Uint8Array.from(text, (character) => character.charCodeAt(0)),
  );
  return hash.slice(0, 16);
}

/** XOR of the three components. */
export function pilotRoot(crypto: Crypto, slot: KeySlotName, version: number): Uint8Array {
  const component = (i: 1 | 2 | 3) => pilotComponent(crypto, slot, version, i);
  return xorBytes(xorBytes(component(1), component(2)), component(3));
}

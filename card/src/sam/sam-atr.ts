/** Tells a SAM from a user card by its answer to reset (ADR 006): contact card, 13 historical bytes that end in `SAM`. */
import { parseAtr } from '../apdu/index.ts';
import { bytesToHex } from '../bytes/index.ts';
import type { SamProduct } from '../profile/index.ts';

/** SAM factor, 8 bytes, or null when this is no SAM of the product. */
export function samFactorFromAtr(
  atr: Uint8Array,
  product: Pick<SamProduct, 'historicalBytesLength' | 'historicalBytesEnd'>,
): Uint8Array | null {
  try {
    const { form, historicalBytes } = parseAtr(atr);
    if (form !== 'atr' || historicalBytes.length !== product.historicalBytesLength) return null;
    return bytesToHex(historicalBytes).endsWith(product.historicalBytesEnd) ? historicalBytes.slice(0, 8) : null;
  } catch {
    return null;
  }
}

/**
 * CK_KEY_DERIVATION_STRING_DATA (PKCS#11 2.40, 2.43): a pointer and a length, which pkcs11js passes through as plain bytes.
 * One buffer for all calls: its address is asked for once, and the module keeps it alive.
 */
import koffi from 'koffi';

const CAPACITY_BYTES = 64;
const data = Buffer.alloc(CAPACITY_BYTES);
const parameter = Buffer.alloc(16);
parameter.writeBigUInt64LE(BigInt(koffi.address(data)), 0);

/** Valid until the next call: PKCS#11 calls are synchronous, and the module copies what it needs. */
export function stringDataParameter(block: Uint8Array): Buffer {
  if (block.length > CAPACITY_BYTES) throw new RangeError(`string data of ${block.length} bytes`);
  data.set(block);
  parameter.writeBigUInt64LE(BigInt(block.length), 8);
  return parameter;
}

/**
 * What SM2 puts before a message (GB/T 32918.2-2016, 5.5): `ZA = SM3(ENTL ‖ ID ‖ a ‖ b ‖ xG ‖ yG ‖ xA ‖ yA)` binds a
 * signature to the signer's key and name. Every card, SAM and key-service uses the standard user id of GM/T 0009-2012.
 */
import { concatBytes, hexToBytes, requireLength } from '../bytes/index.ts';
import type { Crypto } from './crypto.ts';

const USER_ID = Uint8Array.from('1234567812345678', (character) => character.charCodeAt(0));
/** Length of the id in bits, two bytes. */
const ENTL = Uint8Array.of(0x00, 0x80);
/** a ‖ b ‖ xG ‖ yG of the recommended curve (GB/T 32918.5-2017). */
const CURVE = hexToBytes(
  'FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC' +
    '28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93' +
    '32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7' +
    'BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0',
);

/** ZA, 32 bytes, of a public key x ‖ y under the standard user id. */
export function sm2UserDigest(crypto: Pick<Crypto, 'hash'>, publicKey: Uint8Array): Uint8Array {
  requireLength(publicKey, 64, 'public key');
  return crypto.hash('sm-128', concatBytes(ENTL, USER_ID, CURVE, publicKey));
}

/** `e = SM3(ZA ‖ M)`, 32 bytes: what an HSM that signs digests is given. */
export function sm2MessageDigest(crypto: Pick<Crypto, 'hash'>, publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  return crypto.hash('sm-128', concatBytes(sm2UserDigest(crypto, publicKey), message));
}

/**
 * One re-key channel of a card in the field (ADR 005): the authentication with MK, each new key wrapped under SKe, each
 * retirement enciphered under it, and one MAC chain over all of them in that order.
 */
import { concatBytes } from '@rhc/card/bytes';
import type { Token } from '../pkcs11/token.ts';
import type { RekeyInput, RekeyOutput } from '../port.ts';
import { KEY_BYTES } from './blocks.ts';
import { authenticate, macAll, wrapAll } from './prepare.ts';

export function rekey(token: Token, input: RekeyInput): RekeyOutput {
  const enciphering = { ...input.masterKey, blocks: [...input.masterKey.blocks, input.encipherBlock] };
  const { authentication, writes, retirements } = token.withKey(enciphering, 'wrapping', (wrappingKey) => ({
    authentication: authenticate(token, wrappingKey),
    writes: input.loads.length === 0 ? [] : wrapAll(token, wrappingKey, input.loads).map(({ cipher }) => cipher),
    retirements: blocksOf(
      input.retirements.length === 0
        ? new Uint8Array(0)
        : Uint8Array.from(wrappingKey.ecb(concatBytes(...input.retirements.map(({ block }) => block)))),
    ),
  }));
  const headers = [...input.loads, ...input.retirements].map(({ header }) => header);
  const ciphers = [...writes, ...retirements];
  const commands = ciphers.map((cipher, i) => concatBytes(headers[i] as Uint8Array, cipher));
  const macs = macAll(token, input, commands);
  const data = ciphers.map((cipher, i) => concatBytes(cipher, (macs[i] as Uint8Array).slice(0, 4)));
  return { ...authentication, loads: data.slice(0, writes.length), retirements: data.slice(writes.length) };
}

function blocksOf(bytes: Uint8Array): Uint8Array[] {
  const count = bytes.length / KEY_BYTES;
  return Array.from({ length: count }, (_, i) => bytes.slice(i * KEY_BYTES, (i + 1) * KEY_BYTES));
}

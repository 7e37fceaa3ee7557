/**
 * Everything secret that one card needs, in one message (ADR 001, "Personalization channel", WRITE KEY): the
 * authentication, and each card key wrapped under SKe with its MAC and check value. Card keys live as session objects
 * for the length of one wrap.
 */
import { concatBytes } from '@rhc/card/bytes';
import { decimalize } from '../../domain/security-code.ts';
import type { SuiteKey } from '../pkcs11/suite-key.ts';
import type { Token } from '../pkcs11/token.ts';
import type { Cryptogram, FinishInput, FinishOutput, KeyLoadInput, PrepareInput, PrepareOutput } from '../port.ts';
import { authenticationBlock, foldHalves, KEY_BYTES, lastBlock, pad80, ZERO_BLOCK } from './blocks.ts';

/** WRITE KEY's third block: 16 bytes in every suite (ADR 007). */
const FINAL_BLOCK = pad80(new Uint8Array(0), KEY_BYTES);

export function authenticate(token: Token, sessionKey: SuiteKey): Cryptogram {
  const terminalRandom = Uint8Array.from(token.random(8));
  return { cryptogram: foldHalves(sessionKey.ecb(authenticationBlock(terminalRandom))), terminalRandom };
}

export function prepare(token: Token, input: PrepareInput): PrepareOutput {
  const enciphering = { ...input.masterKey, blocks: [...input.masterKey.blocks, input.encipherBlock] };
  const { authentication, ciphers } = token.withKey(enciphering, 'wrapping', (wrappingKey) => ({
    authentication: authenticate(token, wrappingKey),
    ciphers: wrapAll(token, wrappingKey, input.loads),
  }));
  const commands = input.loads.map(({ header }, i) =>
    concatBytes(header, (ciphers[i] as { cipher: Uint8Array }).cipher),
  );
  const macs = macAll(token, input, commands);
  return {
    ...authentication,
    loads: ciphers.map(({ cipher, kcv }, index) => ({ cipher, kcv, mac: (macs[index] as Uint8Array).slice(0, 4) })),
    macChaining: macs[macs.length - 1] ?? new Uint8Array(token.root(input.masterKey.root).blockBytes),
    securityCode: decimalize(token.root(input.securityCode.root).ecb(input.securityCode.block)),
  };
}

export function wrapAll(
  token: Token,
  wrappingKey: SuiteKey,
  loads: readonly KeyLoadInput[],
): { cipher: Uint8Array; kcv: Uint8Array }[] {
  // All descriptions and the constant third block in one call: a network HSM charges by the call.
  const enciphered = Uint8Array.from(
    wrappingKey.ecb(concatBytes(...loads.map((load) => load.description), FINAL_BLOCK)),
  );
  return loads.map((load, index) =>
    token.withKey(load.key, 'cardKey', (cardKey) => ({
      cipher: concatBytes(
        enciphered.slice(index * KEY_BYTES, (index + 1) * KEY_BYTES),
        wrappingKey.wrap(cardKey),
        lastBlock(enciphered, KEY_BYTES),
      ),
      kcv: cardKey.checkValue(),
    })),
  );
}

/**
 * Full last CBC block of each command. Each command's IV is the block before it, so the whole channel is one CBC over
 * the padded commands laid end to end: one call to the token.
 */
export function macAll(
  token: Token,
  channel: Pick<PrepareInput, 'masterKey' | 'macBlock'>,
  commands: readonly Uint8Array[],
  iv?: Uint8Array,
): Uint8Array[] {
  if (commands.length === 0) return [];
  const macKey = { ...channel.masterKey, blocks: [...channel.masterKey.blocks, channel.macBlock] };
  return token.withKey(macKey, 'session', (key) => {
    const { blockBytes } = key;
    const padded = commands.map((command) => pad80(command, blockBytes));
    const chain = key.cbc(iv ?? ZERO_BLOCK.slice(0, blockBytes), concatBytes(...padded));
    let end = 0;
    return padded.map((command) => {
      end += command.length;
      return Uint8Array.from(chain.subarray(end - blockBytes, end));
    });
  });
}

/** END PERSONALIZATION's MAC, and the authentication that a genuine card must refuse. */
export function finish(token: Token, input: FinishInput): FinishOutput {
  const [chained] = macAll(token, input, [input.endCommand], input.macChaining);
  const negativeControl = token.withKey(input.negativeControl, 'session', (key) => authenticate(token, key));
  return { mac: (chained as Uint8Array).slice(0, 4), negativeControl };
}

/**
 * Everything secret that one card needs, in one message (ADR 001, "Personalization channel", WRITE KEY): the
 * authentication, and each card key wrapped under SKe with its MAC and check value. Card keys live as session objects
 * for the length of one wrap.
 */
import { concatBytes } from '@rhc/card/bytes';
import { decimalize } from '../../domain/security-code.ts';
import type { Handle } from '../pkcs11/module.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { Cryptogram, FinishInput, FinishOutput, KeyLoadInput, PrepareInput, PrepareOutput } from '../port.ts';
import { authenticationBlock, BLOCK_BYTES, foldHalves, lastBlock, pad80, ZERO_BLOCK } from './blocks.ts';

/** WRITE KEY's third block. */
const FINAL_BLOCK = pad80(new Uint8Array(0));

export function authenticate(token: Token, sessionKey: Handle): Cryptogram {
  const terminalRandom = Uint8Array.from(token.random(8));
  return { cryptogram: foldHalves(token.ecb(sessionKey, authenticationBlock(terminalRandom))), terminalRandom };
}

export function prepare(token: Token, input: PrepareInput): PrepareOutput {
  const enciphering = { ...input.masterKey, blocks: [...input.masterKey.blocks, input.encipherBlock] };
  const { authentication, ciphers } = token.withKey(enciphering, templates.wrapping, (wrappingKey) => ({
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
    macChaining: macs[macs.length - 1] ?? ZERO_BLOCK,
    securityCode: decimalize(token.ecb(token.root(input.securityCode.root), input.securityCode.block)),
  };
}

export function wrapAll(
  token: Token,
  wrappingKey: Handle,
  loads: readonly KeyLoadInput[],
): { cipher: Uint8Array; kcv: Uint8Array }[] {
  // All descriptions and the constant third block in one call: a network HSM charges by the call.
  const enciphered = Uint8Array.from(
    token.ecb(wrappingKey, concatBytes(...loads.map((load) => load.description), FINAL_BLOCK)),
  );
  return loads.map((load, index) =>
    token.withKey(load.key, templates.cardKey, (cardKey) => ({
      cipher: concatBytes(
        enciphered.slice(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES),
        token.wrap(wrappingKey, cardKey),
        lastBlock(enciphered),
      ),
      kcv: Uint8Array.from(token.checkValueByEncipherment(cardKey)),
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
): Uint8Array[] {
  const padded = commands.map(pad80);
  if (padded.length === 0) return [];
  const macKey = { ...channel.masterKey, blocks: [...channel.masterKey.blocks, channel.macBlock] };
  const chain = token.withKey(macKey, templates.session, (key) =>
    Uint8Array.from(token.cbc(key, ZERO_BLOCK, concatBytes(...padded))),
  );
  let end = 0;
  return padded.map((command) => {
    end += command.length;
    return chain.slice(end - BLOCK_BYTES, end);
  });
}

/** END PERSONALIZATION's MAC, and the authentication that a genuine card must refuse. */
export function finish(token: Token, input: FinishInput): FinishOutput {
  const macKey = { ...input.masterKey, blocks: [...input.masterKey.blocks, input.macBlock] };
  const mac = token.withKey(macKey, templates.session, (key) =>
    lastBlock(token.cbc(key, input.macChaining, pad80(input.endCommand))).slice(0, 4),
  );
  const negativeControl = token.withKey(input.negativeControl, templates.session, (key) => authenticate(token, key));
  return { mac: Uint8Array.from(mac), negativeControl };
}

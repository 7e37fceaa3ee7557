/**
 * The card session's TerminalKeys over a SAM (CARD-FACTS 6.1, 6.2). The SAM has no random of its own in these dialogues:
 * R_T is the terminal's. Internal authentication is not available: no SAM holds an IRK.
 */
import { concatBytes, requireByte, requireLength, xorBytes } from '../bytes/index.ts';
import type { AlgorithmSuite, CardKeySlotName } from '../profile/index.ts';
import { blockBytes, MAC_BYTES, pad80 } from '../secure-messaging/index.ts';
import type { RandomBytes, TerminalKeyRequest, TerminalKeys } from '../session/index.ts';
import { samErrors } from './errors.ts';
import { requireReference, type SamKeyUse, type SamSession } from './sam-session.ts';

export interface SamTerminalKeysOptions {
  readonly sam: SamSession;
  readonly random: RandomBytes;
  /** Which of the held versions (ascending) serves; default the lowest: a higher one is pre-positioned. */
  readonly chooseVersion?: (slot: CardKeySlotName, held: readonly number[]) => number;
}

export function samTerminalKeys({ sam, random, chooseVersion }: SamTerminalKeysOptions): TerminalKeys {
  const useOf = (request: TerminalKeyRequest & { readonly challenge: Uint8Array }): SamKeyUse => {
    const { slot, version, cardFactor, provinceCode, challenge } = request;
    return { slot, version, cardFactor, provinceCode, challenge };
  };
  return {
    suite: suiteOfSam(sam),
    internalAuthentication: 'not-available',
    activeVersion: async (slot) => {
      const held = sam.versionsOf(slot);
      const version = chooseVersion === undefined ? held[0] : chooseVersion(slot, held);
      if (version === undefined) throw samErrors.make('SAM_KEY_NOT_HELD', { detail: slot });
      return version;
    },
    async externalAuthentication(request) {
      requireReference(request.slot);
      const terminalRandom = requireLength(random(8), 8, 'terminal random');
      const enciphered = await sam.encipher(useOf(request), concatBytes(terminalRandom, new Uint8Array(8)));
      requireLength(enciphered, 16, 'enciphered random');
      return { cryptogram: xorBytes(enciphered.slice(0, 8), enciphered.slice(8)), terminalRandom };
    },
    verifyInternalAuthentication: async () => {
      throw samErrors.make('SAM_KEY_NOT_AVAILABLE', { detail: 'IRK.DDF1' });
    },
    async protect(request) {
      const { slot, version, header, plain } = request;
      requireReference(slot);
      const block = blockBytes(sam.suiteOf(slot, version));
      requireLength(header, 4, 'command header');
      const cipher = plain === null ? new Uint8Array(0) : await sam.encipher(useOf(request), payload(plain, block));
      const lc = requireByte(cipher.length + MAC_BYTES, 'Lc of the protected command');
      const message = pad80(concatBytes(header, Uint8Array.of(lc), cipher), block);
      const mac = await sam.mac(useOf(request), new Uint8Array(block), message);
      return concatBytes(cipher, mac);
    },
  };
}

/** `L ‖ value ‖ 80 00…` (CARD-FACTS 3.7). */
function payload(plain: Uint8Array, block: number): Uint8Array {
  return pad80(concatBytes(Uint8Array.of(requireByte(plain.length, 'length of the value')), plain), block);
}

/** The suite of its lowest version; a SAM in the middle of a change of suite holds two. */
function suiteOfSam(sam: SamSession): AlgorithmSuite {
  const [lowest] = [...(sam.heldKeys ?? [])].sort((a, b) => a.version - b.version);
  return lowest?.suite ?? sam.suiteOf('RK1.DDF1', 1);
}

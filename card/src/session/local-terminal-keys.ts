/**
 * TerminalKeys from clear root keys. FOR TESTS ONLY: in operation the keys are key-service's or the SAM's and never
 * leave them. No service may use it.
 */
import { equalBytes } from '../bytes/index.ts';
import type { AlgorithmSuite, CardProfile, KeySlotName } from '../profile/types.ts';
import {
  type Crypto,
  cardKey,
  externalAuthenticationCryptogram,
  internalAuthenticationAnswer,
  protectedData,
  sessionKey,
} from '../secure-messaging/index.ts';
import type { RandomBytes, TerminalKeyRequest, TerminalKeys } from './ports.ts';

export interface LocalTerminalKeysOptions {
  readonly crypto: Crypto;
  readonly suite: AlgorithmSuite;
  readonly profile: CardProfile;
  readonly random: RandomBytes;
  /** Clear root of a slot and version, for example `pilotRoot`. */
  readonly root: (slot: KeySlotName, version: number) => Uint8Array;
  readonly activeVersion?: number;
}

export function localTerminalKeys(options: LocalTerminalKeysOptions): TerminalKeys {
  const { crypto, suite, profile, random, root, activeVersion = 1 } = options;
  const keyOf = ({ slot, version, cardFactor, provinceCode }: TerminalKeyRequest) =>
    cardKey(crypto, suite, root(slot, version), profile.keySlot(slot).levels, provinceCode, cardFactor);
  return {
    suite,
    activeVersion: async () => activeVersion,
    async externalAuthentication(request) {
      const terminalRandom = random(8);
      const { challenge } = request;
      const cryptogram = externalAuthenticationCryptogram(crypto, suite, keyOf(request), challenge, terminalRandom);
      return { cryptogram, terminalRandom };
    },
    async verifyInternalAuthentication(request) {
      const { r1, r2, answer } = request;
      return equalBytes(internalAuthenticationAnswer(crypto, suite, keyOf(request), r1, r2), answer);
    },
    async protect(request) {
      const key = sessionKey(crypto, suite, keyOf(request), request.challenge);
      return protectedData(crypto, suite, key, request.header, request.plain);
    },
  };
}

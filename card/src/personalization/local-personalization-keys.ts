/**
 * PersonalizationKeys from clear roots. FOR TESTS AND BENCHMARKS ONLY: it is the yardstick against which key-service's
 * HSM chain is compared, and lets the personalization be tested without an HSM. No service may use it.
 */
import { bytesToHex } from '../bytes/index.ts';
import { END_PERSONALIZATION_HEADER, externalAuthenticate, writeKeyHeader } from '../commands/index.ts';
import type { AlgorithmSuite, CardProfile, KeySlotName } from '../profile/types.ts';
import {
  blockBytes,
  type Crypto,
  cardKey,
  channelCommand,
  channelKeys,
  disperse,
  encipherKeyBlocks,
  externalAuthenticationCryptogram,
  internalAuthenticationAnswer,
  kcvEnc0,
  keyAttributes,
} from '../secure-messaging/index.ts';
import type { RandomBytes } from '../session/ports.ts';
import { endDigest } from './digests.ts';
import type { CardKeyScope, ChannelScope, PersonalizationKeys } from './ports.ts';
import type { KeyLoad, PreparedKeyCommand } from './types.ts';

export interface LocalKeysOptions {
  readonly crypto: Crypto;
  readonly suite: AlgorithmSuite;
  readonly profile: CardProfile;
  readonly random: RandomBytes;
  /** Clear root of a slot and version, for example `pilotRoot`. */
  readonly root: (slot: KeySlotName, version: number) => Uint8Array;
  /** Versions loaded onto each slot, ascending; the first is the active one. */
  readonly versions?: readonly number[];
}

export function localPersonalizationKeys(options: LocalKeysOptions): PersonalizationKeys {
  const { crypto, suite, profile, random, root, versions = [1] } = options;

  const keyOf = ({ cardFactor, provinceCode }: CardKeyScope, { slot, version }: KeyLoad) =>
    cardKey(crypto, suite, root(slot, version), profile.keySlot(slot).levels, provinceCode, cardFactor);

  const masterKey = (scope: ChannelScope) =>
    scope.masterKeyVersion === 0
      ? disperse(crypto, suite, root('TMK', 1), scope.cardFactor)
      : keyOf(scope, { slot: 'MK.MF', version: scope.masterKeyVersion });

  const authenticate = (key: Uint8Array, challenge: Uint8Array) => {
    const terminalRandom = random(8);
    const cryptogram = externalAuthenticationCryptogram(crypto, suite, key, challenge, terminalRandom);
    return { cryptogram, terminalRandom };
  };

  return {
    async prepare(request) {
      const channel = channelKeys(crypto, suite, masterKey(request), request.challenge);
      let macChaining: Uint8Array = new Uint8Array(blockBytes(suite));
      const keys: PreparedKeyCommand[] = [];
      for (const slot of profile.keySlots) {
        for (const version of versions) {
          const key = keyOf(request, { slot: slot.name, version });
          const attributes = keyAttributes(slot, version, suite);
          const data = encipherKeyBlocks(crypto, suite, channel.encipherment, attributes, key);
          const secured = channelCommand(crypto, suite, channel.mac, macChaining, writeKeyHeader(slot.kid), data);
          macChaining = secured.macChaining;
          keys.push({ slot: slot.name, version, command: secured.command, kcv: kcvEnc0(crypto, suite, key) });
        }
      }
      const authentication = authenticate(masterKey(request), request.challenge);
      return {
        suite,
        externalAuthenticate: externalAuthenticate.build({
          kid: profile.keySlot('MK.MF').kid,
          ...authentication,
          version: request.masterKeyVersion,
        }),
        keys,
        macChaining,
        securityCode: decimalize(crypto.encipherEcb(suite, root('CVK', 1), request.securityCodeBlock)),
      };
    },

    async finish(request) {
      const channel = channelKeys(crypto, suite, masterKey(request), request.challenge);
      const digest = endDigest(crypto, suite, profile, request.filesDigest, request.keys);
      const header = Uint8Array.from(END_PERSONALIZATION_HEADER);
      const { command } = channelCommand(crypto, suite, channel.mac, request.macChaining, header, digest);
      const { version, challenge } = request.negativeControl;
      const undispersed = authenticate(root('RK1.DDF1', version), challenge);
      const { kid } = profile.keySlot('RK1.DDF1');
      return {
        endPersonalization: command,
        negativeControl: externalAuthenticate.build({ kid, ...undispersed, version }),
      };
    },

    async verify(request) {
      const { version, r1, r2, answer } = request.internal;
      const internalKey = keyOf(request, { slot: 'IRK.DDF1', version });
      const expected = internalAuthenticationAnswer(crypto, suite, internalKey, r1, r2);
      return {
        genuine: bytesToHex(expected) === bytesToHex(answer),
        ...authenticate(keyOf(request, request.external), request.external.challenge),
      };
    },
  };
}

/** The first three decimal digits of the hex text; letters, less ten, fill up when there are fewer. */
function decimalize(block: Uint8Array): string {
  const text = bytesToHex(block);
  const letters = [...text.replace(/\d/g, '')].map((letter) => String(Number.parseInt(letter, 16) - 10)).join('');
  return (text.replace(/\D/g, '') + letters).slice(0, 3);
}

/**
 * RekeyKeys from clear roots. FOR TESTS ONLY: the yardstick against which key-service's HSM chain is compared. No service
 * may use it.
 */
import { externalAuthenticate, retireKeyBlock, retireKeyHeader, writeKeyHeader } from '../commands/index.ts';
import type { AlgorithmSuite, CardProfile, KeySlotName } from '../profile/types.ts';
import {
  blockBytes,
  type Crypto,
  cardKey,
  channelCommand,
  channelKeys,
  encipherKeyBlocks,
  externalAuthenticationCryptogram,
  keyAttributes,
} from '../secure-messaging/index.ts';
import type { RandomBytes } from '../session/ports.ts';
import type { KeyVersionOfSlot, RekeyCommand, RekeyKeys } from './ports.ts';

export interface LocalRekeyKeysOptions {
  readonly crypto: Crypto;
  readonly suite: AlgorithmSuite;
  readonly profile: CardProfile;
  readonly random: RandomBytes;
  /** Clear root of a slot and version, for example `pilotRoot`. */
  readonly root: (slot: KeySlotName, version: number) => Uint8Array;
}

export function localRekeyKeys({ crypto, suite, profile, random, root }: LocalRekeyKeysOptions): RekeyKeys {
  return {
    async openChannel({ cardFactor, provinceCode, challenge, masterKeyVersion, writes, retirements }) {
      const keyOf = ({ slot, version }: KeyVersionOfSlot) =>
        cardKey(crypto, suite, root(slot, version), profile.keySlot(slot).levels, provinceCode, cardFactor);
      const masterKey = keyOf({ slot: 'MK.MF', version: masterKeyVersion });
      const channel = channelKeys(crypto, suite, masterKey, challenge);
      let macChaining: Uint8Array = new Uint8Array(blockBytes(suite));
      const secured = (entry: KeyVersionOfSlot, header: Uint8Array, data: Uint8Array): RekeyCommand => {
        const made = channelCommand(crypto, suite, channel.mac, macChaining, header, data);
        macChaining = made.macChaining;
        return { ...entry, command: made.command };
      };
      const terminalRandom = random(8);
      const cryptogram = externalAuthenticationCryptogram(crypto, suite, masterKey, challenge, terminalRandom);
      const { kid } = profile.keySlot('MK.MF');
      return {
        externalAuthenticate: externalAuthenticate.build({
          kid,
          cryptogram,
          terminalRandom,
          version: masterKeyVersion,
        }),
        writes: writes.map((entry) => {
          const slot = profile.keySlot(entry.slot);
          const attributes = keyAttributes(slot, entry.version, suite);
          const data = encipherKeyBlocks(crypto, suite, channel.encipherment, attributes, keyOf(entry));
          return secured(entry, writeKeyHeader(slot.kid), data);
        }),
        retirements: retirements.map((entry) => {
          const block = retireKeyBlock(entry.version);
          const data = crypto.encipherEcb(suite, channel.encipherment, block);
          return secured(entry, retireKeyHeader(profile.keySlot(entry.slot).kid), data);
        }),
      };
    },
  };
}

/** The re-key's key port over key-service: one call a channel. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { RekeyKeys } from '@rhc/card/rekey';
import type { KeyServiceClient } from './key-service-client.ts';

export function rekeyKeysOver(client: Pick<KeyServiceClient, 'rekey'>): RekeyKeys {
  return {
    async openChannel({ cardFactor, provinceCode, challenge, masterKeyVersion, writes, retirements }) {
      const answer = await client.rekey({
        cardFactor: bytesToHex(cardFactor),
        provinceCode,
        challenge: bytesToHex(challenge),
        masterKeyVersion,
        writes: [...writes],
        retirements: [...retirements],
      });
      const commands = (list: typeof answer.writes) =>
        list.map(({ slot, version, command }) => ({ slot, version, command: hexToBytes(command) }));
      return {
        externalAuthenticate: hexToBytes(answer.externalAuthenticate),
        writes: commands(answer.writes),
        retirements: commands(answer.retirements),
      };
    },
  };
}

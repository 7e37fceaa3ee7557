/** Personalization's key port over key-service: three calls a card. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { PersonalizationKeys } from '@rhc/card/personalization';
import type { CardPeople } from '../contract/index.ts';
import { keyServiceErrors } from '../errors.ts';
import type { KeyServiceClient } from './key-service-client.ts';

type Client = Pick<KeyServiceClient, 'prepare' | 'finish' | 'terminal'>;

/**
 * @param issuer issuer code, for key-service's usage policy and audit
 * @param people who ordered the card and who had reviewed it; absent only where the issuer's cards need no review
 */
export function personalizationKeysOver(client: Client, issuer: string, people?: CardPeople): PersonalizationKeys {
  return {
    async prepare({ cardFactor, provinceCode, challenge, masterKeyVersion, securityCodeBlock }) {
      const answer = await client.prepare({
        cardFactor: bytesToHex(cardFactor),
        provinceCode,
        challenge: bytesToHex(challenge),
        masterKeyVersion,
        securityCodeBlock: bytesToHex(securityCodeBlock),
        issuer,
        ...(people === undefined ? {} : { people }),
      });
      return {
        suite: answer.suite,
        externalAuthenticate: hexToBytes(answer.externalAuthenticate),
        keys: answer.keys.map(({ slot, version, command, kcv }) => ({
          slot,
          version,
          command: hexToBytes(command),
          kcv: hexToBytes(kcv),
        })),
        macChaining: hexToBytes(answer.macChaining),
        securityCode: answer.securityCode,
      };
    },

    async finish(request) {
      const { challenge, version } = request.negativeControl;
      const answer = await client.finish({
        cardFactor: bytesToHex(request.cardFactor),
        provinceCode: request.provinceCode,
        challenge: bytesToHex(request.challenge),
        masterKeyVersion: request.masterKeyVersion,
        macChaining: bytesToHex(request.macChaining),
        keys: request.keys.map(({ slot, version: of, kcv }) => ({ slot, version: of, kcv: bytesToHex(kcv) })),
        filesDigest: bytesToHex(request.filesDigest),
        negativeControl: { challenge: bytesToHex(challenge), version },
      });
      return {
        endPersonalization: hexToBytes(answer.endPersonalization),
        negativeControl: hexToBytes(answer.negativeControl),
      };
    },

    async verify({ cardFactor, provinceCode, internal, external }) {
      const { results } = await client.terminal({
        cardFactor: bytesToHex(cardFactor),
        provinceCode,
        operations: [
          {
            kind: 'verify-internal-authentication',
            version: internal.version,
            r1: bytesToHex(internal.r1),
            r2: bytesToHex(internal.r2),
            answer: bytesToHex(internal.answer),
          },
          {
            kind: 'external-authentication',
            slot: external.slot,
            version: external.version,
            challenge: bytesToHex(external.challenge),
          },
        ],
      });
      const [genuine, authentication] = results;
      if (genuine?.kind !== 'verify-internal-authentication' || authentication?.kind !== 'external-authentication') {
        throw keyServiceErrors.make('KEY_SERVICE_ANSWER_INVALID', { detail: 'terminal' });
      }
      return {
        genuine: genuine.genuine,
        cryptogram: hexToBytes(authentication.cryptogram),
        terminalRandom: hexToBytes(authentication.terminalRandom),
      };
    },
  };
}

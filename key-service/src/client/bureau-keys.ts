/** Keys and proofs of a bureau's cards over key-service. */
import type { BureauCardKeysRequest, BureauCardKeysResponse } from '../contract/index.ts';
import { keyServiceErrors } from '../errors.ts';
import type { KeyServiceClient } from './key-service-client.ts';

type Client = Pick<KeyServiceClient, 'bureauCardKeys' | 'terminal'>;

export function bureauKeysOver(client: Client): {
  cardKeys(request: BureauCardKeysRequest): Promise<BureauCardKeysResponse>;
  isGenuine(proof: {
    readonly cardFactor: string;
    readonly provinceCode: string;
    readonly version: number;
    readonly r1: string;
    readonly r2: string;
    readonly answer: string;
  }): Promise<boolean>;
} {
  return {
    cardKeys: (request) => client.bureauCardKeys(request),
    async isGenuine({ cardFactor, provinceCode, ...proof }) {
      const operations = [{ kind: 'verify-internal-authentication', ...proof } as const];
      const { results } = await client.terminal({ cardFactor, provinceCode, operations });
      const [result] = results;
      if (result?.kind !== 'verify-internal-authentication') {
        throw keyServiceErrors.make('KEY_SERVICE_ANSWER_INVALID', { detail: 'terminal' });
      }
      return result.genuine;
    },
  };
}

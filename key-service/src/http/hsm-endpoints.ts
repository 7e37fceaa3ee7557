/** The tokens behind this service, for whoever must see that they are well. */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import { type HsmResponse, hsmResponse } from '../contract/index.ts';
import type { PassportStore } from '../domain/passports.ts';
import type { HsmPort, TokenHealth } from '../hsm/port.ts';
import { EVERYBODY_INSIDE } from './access.ts';

export interface HsmEndpointParts {
  readonly health: () => readonly TokenHealth[];
  readonly passports: Pick<PassportStore, 'latest'>;
}

const PASSPORTS = 20;

/** A single token is told in the words of several. */
export function healthOf(hsm: HsmPort, since: Date): readonly TokenHealth[] {
  if (hsm.health !== undefined) return hsm.health;
  const state = hsm.workers > 0 ? 'serving' : 'away';
  return [
    { name: hsm.token.label, state, since: since.toISOString(), workers: hsm.workers, token: hsm.token, fault: null },
  ];
}

export function hsmEndpoints({ health, passports }: HsmEndpointParts): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/hsm',
      access: EVERYBODY_INSIDE,
      tag: '密码机 HSM',
      summary: { zh: '令牌的健康状况与已知答案护照', en: 'Health of the tokens, and their known-answer passports' },
      response: hsmResponse,
      async handle() {
        const tokens = health().map((each) => ({
          ...each,
          token: each.token === null ? null : { ...each.token, knownAnswers: [...each.token.knownAnswers] },
        }));
        const answer: HsmResponse = {
          tokens,
          passports: (await passports.latest(PASSPORTS)).map((each) => ({ ...each, answers: [...each.answers] })),
        };
        return answer;
      },
    }),
  ];
}

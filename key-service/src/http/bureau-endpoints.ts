/** Card keys for a bureau's order, over HTTP. */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import { bureauCardKeysRequest, bureauCardKeysResponse } from '../contract/index.ts';
import { bureauInput, bureauResponse, bureauUses } from '../domain/bureau.ts';
import { asItStands } from '../domain/personalization.ts';
import { roles } from './access.ts';
import { answeredFor, type KeyEndpointParts, spend } from './key-endpoints.ts';

export const bureauEndpoints = (parts: KeyEndpointParts): Endpoint[] => [
  endpoint({
    method: 'post',
    path: '/v1/bureau/card-keys',
    access: roles('service'),
    tag: '卡密钥 Card keys',
    summary: {
      zh: '制卡中心订单:各卡密钥,以约定的传输密钥封装(TR-31 D)',
      en: "A bureau's order: the cards' keys under the agreed transport key (TR-31 D)",
    },
    body: bureauCardKeysRequest,
    response: bureauCardKeysResponse,
    async handle({ body }) {
      const book = asItStands(parts.book);
      const input = bureauInput(book, body);
      const { transportKey, issuer, provinceCode, order, cards } = body;
      await answeredFor(
        parts,
        issuer,
        cards.map(({ people }) => people),
      );
      await spend(parts, bureauUses(book, body), { issuer, provinceCode });
      const factors = cards.map(({ cardFactor }) => cardFactor).join(' ');
      await parts.audit.record('bureau-card-keys', { order, transportKey, issuer, cards: cards.length, factors });
      return bureauResponse(book, body, await parts.hsm.run('wrap-card-keys', input));
    },
  }),
];

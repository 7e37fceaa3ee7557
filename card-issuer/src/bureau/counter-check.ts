/**
 * A card that a bureau made, read at a counter before it may be active: what the bureau said of the chip is its word, what
 * lies in the reader is the card. The chip must be sealed, be the one of this card, carry this card's content, prove
 * itself genuine and open with its read key (the same check as of a chip whose last answers were lost).
 */
import { equalBytes, hexToBytes } from '@rhc/card/bytes';
import type { PersonalizationVerdict } from '@rhc/card/personalization';
import { personalizeCard, securityCodeBlock } from '@rhc/card/personalization';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { issuerErrors } from '../errors.ts';
import type { AgentHub } from '../personalize/agent-hub.ts';
import { choosePlace } from '../personalize/choose-place.ts';
import { suiteOfCertificate } from '../personalize/frozen-card.ts';
import { cardPeople } from '../personalize/key-service-keys.ts';
import { RemoteBatchTransport } from '../personalize/remote-batch-transport.ts';
import { bureauOrders, cards } from '../store/index.ts';
import { type BureauParts, nowOf } from './parts.ts';

export interface CounterCheck {
  readonly cardId: string;
  readonly checkedAt: string;
  readonly checkedBy: string;
}

/** @throws BUREAU_CARD_NOT_MADE, BUREAU_CARD_REFUSED_AT_COUNTER and what stands in the way of reading the chip */
export async function checkAtCounter(
  parts: BureauParts & { readonly hub: AgentHub },
  cardId: string,
  wish: { readonly agent?: string | undefined; readonly reader?: string | undefined; readonly actor: string },
): Promise<CounterCheck> {
  const { database, hub, random } = parts;
  const card = await cards.findCard(database, cardId);
  if (card === null) throw issuerErrors.make('CARD_UNKNOWN');
  const line = await bureauOrders.findOpenLine(database, cardId);
  if (line?.state !== 'made') throw issuerErrors.make('BUREAU_CARD_NOT_MADE');
  if (line.checkedAt !== null && line.checkedBy !== null) {
    return { cardId, checkedAt: line.checkedAt, checkedBy: line.checkedBy };
  }
  const { place } = choosePlace(hub.agents(), { ...wish, boundFactor: line.cardFactor, taken: new Set() });
  const transport = new RemoteBatchTransport(hub, place, `${cardId}.check.${Buffer.from(random(6)).toString('hex')}`);
  let verdict: PersonalizationVerdict;
  try {
    verdict = await readSealed(parts, card, transport);
  } finally {
    transport.release();
  }
  const factor = hexToBytes(line.cardFactor);
  if (!verdict.genuine || !verdict.readBack.equal || !equalBytes(verdict.cardFactor, factor)) {
    throw issuerErrors.make('BUREAU_CARD_REFUSED_AT_COUNTER');
  }
  const at = nowOf(parts);
  await bureauOrders.moveLine(database, line, 'made', { checkedAt: at, checkedBy: wish.actor });
  await parts.feed.record('bureau-card-checked', cardId, { readBack: verdict.readBack.bytes });
  return { cardId, checkedAt: at, checkedBy: wish.actor };
}

async function readSealed(
  parts: BureauParts,
  card: cards.Card,
  batch: RemoteBatchTransport,
): Promise<PersonalizationVerdict> {
  const { database, crypto, keys, issuer, random } = parts;
  const data = await cards.findCardData(database, card.id);
  if (data === null || card.expiryDate === null) throw issuerErrors.make('BUREAU_CARD_NOT_MADE');
  const suite = suiteOfCertificate(String(data.elements.issuerCertificate ?? ''));
  return personalizeCard({
    batch,
    keys: keys.personalization(cardPeople(card)),
    crypto,
    profile: nationalProfile,
    product: rhcBlank1,
    provinceCode: issuer.cityCode.slice(0, 2),
    securityCodeBlock: securityCodeBlock(crypto, suite, card.cardNumber, card.expiryDate, card.issueSerial),
    makeData: (securityCode) => ({ ...data, elements: { ...data.elements, securityCode } }),
    random,
    onChip: (status) => {
      // A blank must never be written here: what the bureau calls made is made, or it is no card.
      if (status.state !== 'operational') {
        throw issuerErrors.make('BUREAU_CARD_REFUSED_AT_COUNTER', { detail: `chip is ${status.state}` });
      }
    },
  });
}

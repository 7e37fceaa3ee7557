/**
 * One run of one card: takes or makes the card's frozen data, lets card/personalization write and verify, binds the chip
 * before the first write, and turns what came back into the card's verdict.
 */
import { bytesToHex, equalBytes } from '@rhc/card/bytes';
import type { ChipStatus, PersonalizationVerdict } from '@rhc/card/personalization';
import { personalizeCard, securityCodeBlock } from '@rhc/card/personalization';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import type { Crypto } from '@rhc/card/secure-messaging';
import type { BatchTransport, RandomBytes } from '@rhc/card/session';
import { type Clock, timestamp } from '../clock.ts';
import type { IssuerIdentity } from '../domain/card-data.ts';
import { issuerErrors } from '../errors.ts';
import type { Stock } from '../stock.ts';
import { cards, type Database, isUniqueViolation } from '../store/index.ts';
import type { EventFeed } from './event-feed.ts';
import { type FrozenCard, frozenOrNew, suiteOfCertificate } from './frozen-card.ts';
import type { JobProgressKeeper } from './job-progress.ts';
import { cardPeople, countingKeys, type IssuerKeys } from './key-service-keys.ts';

/** Verdicts of the chip that a repetition does not cure. */
const REJECTING_CODES: ReadonlySet<string> = new Set([
  'CARD_REJECTED',
  'PERSONALIZATION_NOT_GENUINE',
  'PERSONALIZATION_KEYS_NOT_DIVERSIFIED',
  'PERSONALIZATION_CHIP_BLOCKED',
]);
/** A read-back that differs may be a torn write: it is written again, but not for ever. */
const MAX_READ_BACK_ATTEMPTS = 3;

/** True when a person must look at the card; every other failure leaves the job waiting. */
export function isRejection(code: string, attempt: number): boolean {
  return (
    REJECTING_CODES.has(code) || (code === 'PERSONALIZATION_READ_BACK_DIFFERS' && attempt >= MAX_READ_BACK_ATTEMPTS)
  );
}

export interface PersonalizeOneCardOptions {
  readonly database: Database;
  readonly feed: EventFeed;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly keys: IssuerKeys;
  readonly crypto: Crypto;
  readonly issuer: IssuerIdentity;
  readonly stock: Stock;
}

export type PersonalizeOneCard = (run: {
  readonly card: cards.Card;
  readonly cardFactor: Uint8Array;
  readonly transport: BatchTransport;
  readonly progress: JobProgressKeeper;
}) => Promise<cards.CardVerdict>;

export function personalizeOneCardWith(options: PersonalizeOneCardOptions): PersonalizeOneCard {
  let certificate: Promise<string> | null = null;
  /** The same for every card; asked for once, so that a card costs its three calls and no more. */
  const issuerCertificate = (): Promise<string> => {
    certificate ??= options.keys.issuerCertificate().catch((error: unknown) => {
      certificate = null;
      throw error;
    });
    return certificate;
  };

  return async ({ card, cardFactor, transport, progress }) => {
    const frozen = await frozenOrNew(options, card, issuerCertificate);
    const suite = suiteOfCertificate(String(frozen.data.elements.issuerCertificate ?? ''));
    const verdict = await personalizeCard({
      batch: {
        run: (steps, onProgress) => {
          progress.batch();
          return transport.run(steps, onProgress);
        },
      },
      keys: countingKeys(options.keys.personalization(cardPeople(card)), () => progress.keyServiceCall()),
      crypto: options.crypto,
      profile: nationalProfile,
      product: rhcBlank1,
      provinceCode: options.issuer.cityCode.slice(0, 2),
      securityCodeBlock: securityCodeBlock(options.crypto, suite, card.cardNumber, frozen.expiryDate, card.issueSerial),
      makeData: (securityCode) => ({
        ...frozen.data,
        elements: { ...frozen.data.elements, securityCode },
      }),
      random: options.random,
      onStage: (stage) => progress.stage(stage),
      onProgress: (done, total) => progress.apdus(done, total),
      onChip: (status) => bindChip(options, card, cardFactor, status, frozen),
    });
    return accept(verdict, cardFactor);
  };
}

/** Reserves the chip for the order before anything is written to it; afterwards only checks that it is the same chip. */
async function bindChip(
  options: PersonalizeOneCardOptions,
  card: cards.Card,
  cardFactor: Uint8Array,
  status: ChipStatus,
  frozen: FrozenCard,
): Promise<void> {
  if (!equalBytes(status.cardFactor, cardFactor)) throw issuerErrors.make('BLANK_EXPECTED_OTHER');
  const factor = bytesToHex(cardFactor);
  if (card.cardFactor !== null) {
    if (card.cardFactor !== factor) throw issuerErrors.make('BLANK_EXPECTED_OTHER');
    return;
  }
  if (status.state !== 'blank') throw issuerErrors.make('BLANK_NOT_BLANK', { detail: `chip is ${status.state}` });
  try {
    const signed = { actor: 'system', at: timestamp(options.clock.nowMs()) };
    const tell = await options.database.transaction(async (transaction) => {
      await options.stock.follow(transaction, factor, 'take', signed);
      await cards.moveCard(transaction, card, 'bind-chip', signed, {
        card_factor: factor,
        issue_date: frozen.issueDate,
        expiry_date: frozen.expiryDate,
        card_data: cards.freezeCardData(transaction, card.id, frozen.data),
      });
      return options.feed.recordWithin(transaction, 'chip-bound', card.id, { cardFactor: factor, at: signed.at });
    });
    tell();
  } catch (error) {
    if (isUniqueViolation(error)) throw issuerErrors.make('BLANK_BOUND_ELSEWHERE', { cause: error });
    throw error;
  }
}

/** A card counts as personalized only when all of it held; CARD.md "the chip is the truth". */
function accept(verdict: PersonalizationVerdict, cardFactor: Uint8Array): cards.CardVerdict {
  const refused = verdict.negativeControlStatusWord;
  const held =
    verdict.readBack.equal &&
    verdict.genuine &&
    equalBytes(verdict.cardFactor, cardFactor) &&
    (refused === null || refused !== 0x9000);
  const kept: cards.CardVerdict = {
    readBack: {
      equal: verdict.readBack.equal,
      bytes: verdict.readBack.bytes,
      differences: verdict.readBack.differences.length,
    },
    genuine: verdict.genuine,
    negativeControl: refused === null ? null : refused.toString(16).toUpperCase().padStart(4, '0'),
    initialState: verdict.initialState,
    keys: verdict.keys.map(({ slot, version, kcv }) => ({ slot, version, kcv: bytesToHex(kcv) })),
  };
  if (!held) throw issuerErrors.make('CARD_REJECTED', { detail: JSON.stringify({ ...kept, keys: undefined }) });
  return kept;
}

/**
 * What is written onto a card, frozen when its chip is bound: every later attempt, at a counter or a bureau, writes the same
 * bytes.
 */
import type { CardData } from '@rhc/card/personalization';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { type Clock, dayInChina } from '../clock.ts';
import { cardDataOf, expiryDate, type IssuerIdentity } from '../domain/card-data.ts';
import { withMedicalCopy } from '../domain/medical-copy.ts';
import { issuerErrors } from '../errors.ts';
import { cards, type Database, residents } from '../store/index.ts';

export interface FrozenCard {
  readonly data: CardData;
  readonly issueDate: string;
  readonly expiryDate: string;
}

export interface FreezingPlaces {
  readonly database: Database;
  readonly clock: Clock;
  readonly issuer: IssuerIdentity;
}

/** What was frozen when the chip was bound; before that, what would be frozen today. */
export async function frozenOrNew(
  options: FreezingPlaces,
  card: cards.Card,
  issuerCertificate: () => Promise<string>,
): Promise<FrozenCard> {
  // Both days are written with the data, when the chip is bound.
  if (card.issueDate !== null && card.expiryDate !== null) {
    const data = await cards.findCardData(options.database, card.id);
    if (data !== null) return { data, issueDate: card.issueDate, expiryDate: card.expiryDate };
  }
  const entry = await residents.findResident(options.database, card.residentId);
  if (entry === null) throw issuerErrors.make('RESIDENT_UNKNOWN');
  const issueDate = dayInChina(options.clock.nowMs());
  const fresh = cardDataOf(entry.resident, options.issuer, {
    issueDate,
    issueSerial: card.issueSerial,
    issuerCertificate: await issuerCertificate(),
  });
  // Only a successor takes anything over.
  const copy = card.replaces === null ? null : await cards.findMedicalCopy(options.database, card.id);
  return {
    issueDate,
    expiryDate: expiryDate(issueDate, options.issuer.validityYears),
    data: copy === null ? fresh : withMedicalCopy(fresh, copy),
  };
}

/** Byte 1 of our certificates names the suite (ADR 001, "Certificates"). */
export function suiteOfCertificate(certificate: string): AlgorithmSuite {
  const suite = certificate.slice(2, 4);
  if (suite === '01') return 'intl-128';
  if (suite === '02') return 'sm-128';
  throw issuerErrors.make('KEY_SERVICE_ANSWER_WRONG', { detail: `issuer certificate of unknown suite ${suite}` });
}

/** What the issuer needs of key-service: the three calls of a card, and the issuer certificate that every card carries. */
import type { PersonalizationKeys } from '@rhc/card/personalization';
import type { RekeyKeys } from '@rhc/card/rekey';
import type { BureauCardKeysRequest, BureauCardKeysResponse, CardPeople } from '@rhc/key-service/contract';

export interface IssuerKeys {
  /** key-service is told who answers for the card, and refuses it when that is one person. */
  personalization(people: CardPeople): PersonalizationKeys;
  /** 180 bytes as upper-case hex. */
  issuerCertificate(): Promise<string>;
  /** Re-keys in the field, by way of the mailbox; absent: they wait. */
  readonly rekey?: RekeyKeys;
  /** Absent where no bureau is served. */
  readonly bureau?: BureauKeys;
}

export interface BureauKeys {
  /** Blocks under the bureau's transport key; no key comes through here in the clear. */
  cardKeys(request: BureauCardKeysRequest): Promise<BureauCardKeysResponse>;
  /** The answer of the chip's internal authentication, judged in the HSM. */
  isGenuine(proof: ChipProof): Promise<boolean>;
}

export interface ChipProof {
  /** 8 bytes as hex, and so are r1, r2 and the answer. */
  readonly cardFactor: string;
  readonly provinceCode: string;
  readonly version: number;
  readonly r1: string;
  readonly r2: string;
  readonly answer: string;
}

/** As key-service is told. */
export const cardPeople = ({ orderedBy, reviewedBy }: CardPeople): CardPeople => ({ orderedBy, reviewedBy });

/** The same keys with every call counted: a card may cost three (CARD.md). */
export function countingKeys(keys: PersonalizationKeys, onCall: () => void): PersonalizationKeys {
  return {
    prepare(request) {
      onCall();
      return keys.prepare(request);
    },
    finish(request) {
      onCall();
      return keys.finish(request);
    },
    verify(request) {
      onCall();
      return keys.verify(request);
    },
  };
}

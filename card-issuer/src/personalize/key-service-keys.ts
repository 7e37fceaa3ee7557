/** What the issuer needs of key-service: the three calls of a card, and the issuer certificate that every card carries. */
import type { PersonalizationKeys } from '@rhc/card/personalization';
import type { RekeyKeys } from '@rhc/card/rekey';

export interface IssuerKeys {
  readonly personalization: PersonalizationKeys;
  /** 180 bytes as upper-case hex. */
  issuerCertificate(): Promise<string>;
  /** Re-keys in the field, by way of the mailbox; absent: they wait. */
  readonly rekey?: RekeyKeys;
}

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

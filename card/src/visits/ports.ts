/** Who signs a visit: a SAM, or key-service's signing key (CARD-FACTS 6.4; CARD.md "visit signature"). */
import type { CertificateCommon } from '../certificates/index.ts';

export interface VisitSigner {
  /** Suite of the signing key: its hash and its signature. */
  readonly suite: CertificateCommon['suite'];
  /**
   * Signature r ‖ s, 64 bytes, over the business data (1639 or 3013 bytes). The signer hashes by its suite; for `sm-128`
   * that is SM3 with the standard user id before it.
   */
  sign(businessData: Uint8Array): Promise<Uint8Array>;
  /** The SAM certificate of the signing key, 190 bytes. */
  certificate(): Promise<Uint8Array>;
}

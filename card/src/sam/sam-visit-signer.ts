/** Visits signed by the SAM (CARD-FACTS 6.4): hashed in the SAM, signed after the PIN, with the certificate of its key. */
import { equalBytes } from '../bytes/index.ts';
import type { VisitSigner } from '../visits/index.ts';
import { samErrors } from './errors.ts';
import type { SamSession } from './sam-session.ts';

/** @throws SAM_CERTIFICATE_MISMATCH when the certificate on the SAM is not that of its signing key */
export async function samVisitSigner(sam: SamSession): Promise<VisitSigner> {
  const { suite, publicKey } = await sam.publicKey();
  const { bytes, certificate } = await sam.readCertificate();
  // A signature that nobody could verify must not be written on a card.
  if (certificate.suite !== suite || !equalBytes(certificate.publicKey, publicKey)) {
    throw samErrors.make('SAM_CERTIFICATE_MISMATCH', { detail: `certificate ${certificate.serial}` });
  }
  return {
    suite: certificate.suite,
    sign: async (businessData) => sam.sign(await sam.digest(businessData, true)),
    certificate: async () => Uint8Array.from(bytes),
  };
}

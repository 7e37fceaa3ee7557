/** What the desk says of a visit's signature: checked up to the trust root that this agent was given, or not checked. */
import { hexToBytes } from '@rhc/card/bytes';
import type { FileImage } from '@rhc/card/personalization';
import { nationalProfile } from '@rhc/card/profile';
import type { SignatureVerifier } from '@rhc/card/secure-messaging';
import {
  type SignedVisit,
  signedVisitOf,
  type Visit,
  type VisitVerdict,
  verifyVisit,
  visitLayouts,
} from '@rhc/card/visits';
import type { VisitSignature } from '../contract/reads.ts';

export interface VisitTrustAnchor {
  readonly verifier: SignatureVerifier;
  /** x ‖ y of the root, 64 bytes; null: none was set up. */
  readonly rootPublicKey: Uint8Array | null;
}

/** Element 5 of the card: the certificate of the institution that issued card and SAM. */
export function verdictOf(
  { verifier, rootPublicKey }: VisitTrustAnchor,
  issuerCertificate: string | null,
  visit: Visit,
  signed: SignedVisit,
): VisitVerdict | null {
  if (rootPublicKey === null || issuerCertificate === null) return null;
  const day = visitDate(visit)?.slice(0, 10) ?? null;
  return verifyVisit(verifier, signed, { issuerCertificate: hexToBytes(issuerCertificate), rootPublicKey, day });
}

export function signatureView(signed: SignedVisit | null, verdict: VisitVerdict | null): VisitSignature {
  if (signed === null) return { state: 'unsigned', problems: [], signedBy: null };
  if (verdict === null) return { state: 'not-checked', problems: [], signedBy: null };
  const { valid, problems, signedBy } = verdict;
  return {
    state: valid ? 'valid' : 'invalid',
    problems: problems.map(({ code, text }) => ({ code, text })),
    signedBy: signedBy === null ? null : { ...signedBy },
  };
}

export function visitDate(visit: Visit): string | null {
  return (visit.kind === 'inpatient' ? visit.admissionDate : visit.visitTime) ?? null;
}

/** By `inpatient/1`, `outpatient/3`, for the FHIR bundle. */
export function verdictsOfFiles(
  anchor: VisitTrustAnchor,
  issuerCertificate: string | null,
  images: readonly FileImage[],
  visits: Readonly<Record<Visit['kind'], readonly { readonly slot: number; readonly visit: Visit }[]>>,
): Readonly<Record<string, VisitVerdict>> {
  const verdicts: Record<string, VisitVerdict> = {};
  for (const layout of visitLayouts(nationalProfile)) {
    for (const { slot, visit } of visits[layout.kind]) {
      const file = layout.slots.find(({ recordNumber }) => recordNumber === slot)?.file.id;
      const content = images.find((image) => image.file === file)?.contents[0];
      const signed = content === undefined ? null : signedVisitOf(layout, content);
      const verdict = signed === null ? null : verdictOf(anchor, issuerCertificate, visit, signed);
      if (verdict !== null) verdicts[`${layout.kind}/${slot}`] = verdict;
    }
  }
  return verdicts;
}

/**
 * Is a visit what the terminal signed? Chain: root → issuer certificate (180 bytes) → SAM certificate (190 bytes) → signature
 * over the business data (CARD-FACTS 6.4; ADR 001 "Certificates"). Everything wrong is named, not only the first.
 */
import {
  parseIssuerCertificate,
  parseSamCertificate,
  verifyIssuerCertificate,
  verifySamCertificate,
} from '../certificates/index.ts';
import type { Text } from '../errors/index.ts';
import type { SignatureVerifier } from '../secure-messaging/crypto.ts';

export interface SignedVisit {
  /** 1639 or 3013 bytes. */
  readonly businessData: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
  /** 190 bytes. */
  readonly certificate: Uint8Array;
}

export interface VisitTrust {
  /** Of the institution that issued the SAM, 180 bytes: the SAM's file 001B, or element 5 of the card of the same issuer. */
  readonly issuerCertificate: Uint8Array;
  /** x ‖ y of the root, 64 bytes. */
  readonly rootPublicKey: Uint8Array;
  /** Day of the visit, `YYYY-MM-DD`, on which both certificates must be valid; null: not asked. */
  readonly day: string | null;
}

const PROBLEMS = {
  'issuer-certificate-malformed': { zh: '发卡机构证书格式不符', en: 'the issuer certificate is malformed' },
  'issuer-signature-wrong': { zh: '发卡机构证书不是根签发', en: 'the root did not sign the issuer certificate' },
  'issuer-not-valid-that-day': { zh: '发卡机构证书当日无效', en: 'the issuer certificate is not valid on that day' },
  'sam-certificate-malformed': { zh: 'SAM 卡证书格式不符', en: 'the SAM certificate is malformed' },
  'sam-issuer-differs': { zh: 'SAM 卡证书属于别的发卡机构', en: 'the SAM certificate names another issuer' },
  'sam-suite-differs': { zh: 'SAM 卡证书的算法套件不同', en: 'the SAM certificate is of another suite' },
  'sam-signature-wrong': { zh: 'SAM 卡证书不是该机构签发', en: 'the issuer did not sign the SAM certificate' },
  'sam-not-valid-that-day': { zh: 'SAM 卡证书当日无效', en: 'the SAM certificate is not valid on that day' },
  'visit-signature-wrong': { zh: '就诊记录签名不符', en: 'the signature does not belong to this visit' },
} as const satisfies Readonly<Record<string, Text>>;
export type VisitProblemCode = keyof typeof PROBLEMS;

export interface VisitProblem {
  readonly code: VisitProblemCode;
  readonly text: Text;
}

export interface VisitVerdict {
  readonly valid: boolean;
  readonly problems: readonly VisitProblem[];
  /** Who signed, when the certificate can be read. */
  readonly signedBy: {
    readonly issuerCode: string;
    readonly samSerial: string;
    readonly terminalNumber: string;
  } | null;
}

export function verifyVisit(verifier: SignatureVerifier, visit: SignedVisit, trust: VisitTrust): VisitVerdict {
  const issuer = readOrNull(() => parseIssuerCertificate(trust.issuerCertificate));
  const sam = readOrNull(() => parseSamCertificate(visit.certificate));
  const holds: readonly (readonly [VisitProblemCode, boolean])[] = [
    ['issuer-certificate-malformed', issuer !== null],
    ['issuer-signature-wrong', issuer === null || verifyIssuerCertificate(verifier, issuer, trust.rootPublicKey)],
    ['issuer-not-valid-that-day', issuer === null || covers(issuer, trust.day)],
    ['sam-certificate-malformed', sam !== null],
    ['sam-issuer-differs', issuer === null || sam === null || sam.issuerCode === issuer.issuerCode],
    ['sam-suite-differs', issuer === null || sam === null || sam.suite === issuer.suite],
    ['sam-signature-wrong', issuer === null || sam === null || verifySamCertificate(verifier, sam, issuer.publicKey)],
    ['sam-not-valid-that-day', sam === null || covers(sam, trust.day)],
    [
      'visit-signature-wrong',
      sam === null || verifier.verifySignature(sam.suite, sam.publicKey, visit.businessData, visit.signature),
    ],
  ];
  const problems = holds.filter(([, holding]) => !holding).map(([code]) => ({ code, text: PROBLEMS[code] }));
  const signedBy =
    sam === null ? null : { issuerCode: sam.issuerCode, samSerial: sam.samSerial, terminalNumber: sam.terminalNumber };
  return { valid: problems.length === 0, problems, signedBy };
}

function covers({ notBefore, notAfter }: { notBefore: string; notAfter: string }, day: string | null): boolean {
  return day === null || (notBefore <= day && day <= notAfter);
}

function readOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
